from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
import torch
import yaml

from fashiongraph.errors import FashionGraphError
from fashiongraph.models import ADDGNN, ADDGNNPlus, DesignerTeacher, Ensemble, OutfitModel

OPTIONS = ("--features", "features.npy", "--batch-size", 8, "--accelerator", "cpu")
TEACHER = ("--model", "teacher", "--top", "top", "--bottom", "bottom")
ADDGNN_OPTIONS = ("--model", "addgnn", "--hidden", 8)


def test_the_paper_model_learns_from_a_teacher(folder, command, tmp_path):
    command("train", folder, *OPTIONS, *TEACHER, "-o", tmp_path / "teacher", "--epochs", 1)
    teacher = DesignerTeacher.load(tmp_path / "teacher" / "model")
    assert teacher.config == {
        "in_channels": 8,
        "num_attributes": 4,
        "activation": None,
        "normalize": True,
    }
    command(
        "train",
        folder,
        *OPTIONS,
        *TEACHER[2:],
        "--model",
        "teacher-paper",
        "-o",
        tmp_path / "paper",
        "--epochs",
        1,
    )
    result = command(
        *("train", folder, *OPTIONS, "-o", tmp_path / "student", "--model", "addgnn-paper"),
        *("--epochs", 1, "--teacher", tmp_path / "paper" / "model"),
    )
    assert "best epoch 1 of 1 by the mean of AUC and FITB on validation (" in result.output
    student = ADDGNN.load(tmp_path / "student" / "model")
    assert (student.hidden_channels, student.num_steps, student.activation) == (256, 2, "sigmoid")
    logged = pd.read_csv(next((tmp_path / "student" / "logs").rglob("metrics.csv")))
    assert {"train/ranking", "train/mask", "train/distillation", "train/norm"} <= set(logged)


def test_a_student_starts_from_a_teacher_of_outfits(folder, command, tmp_path):
    still = ("--epochs", 1, "--lr", 1e-12)  # next to nothing is learned
    command("train", folder, *OPTIONS, "-o", tmp_path / "teacher", "--epochs", 1, "--seed", 5)
    teacher = ("--teacher", tmp_path / "teacher" / "model", "-o", tmp_path / "student")
    command("train", folder, *OPTIONS, *teacher, *still)
    models = [OutfitModel.load(tmp_path / name / "model") for name in ("teacher", "student")]
    for one, other in zip(*(model.parameters() for model in models), strict=True):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-5)
    logged = pd.read_csv(next((tmp_path / "student" / "logs").rglob("metrics.csv")))
    assert logged["train/distillation"].dropna().iloc[0] < 1e-6  # equal weights have equal scores
    message = str(
        command(
            "train", folder, *OPTIONS, *teacher, "--ensemble-size", 2, "--overwrite", fails=True
        ).exception
    )
    assert "'--ensemble-size' needs to be 1 with '--teacher'" in message


def test_an_ensemble_serves_the_other_commands(folder, command, tmp_path):
    command("train", folder, *OPTIONS, "-o", tmp_path, "--ensemble-size", 2, "--epochs", 1)
    model = OutfitModel.load(tmp_path / "model")
    assert model.config == Ensemble.of(ADDGNNPlus(8), 2).config
    data = ("--data", folder, *OPTIONS[:2], "--json")
    found = json.loads(command("evaluate", tmp_path / "model", *data).stdout)
    assert found["results"]["uniform"].keys() == {"auc", "fitb"}
    found = json.loads(command("complete", tmp_path / "model", *data, "--items", "0001").stdout)
    assert {one["category"] for one in found["completions"]} == {"top", "bottom", "shoe", "bag"}


@pytest.mark.parametrize("steps", [(), ("--steps", 0)])
def test_the_default_model_serves_the_other_commands(folder, command, tmp_path, steps):
    options = (*steps, "--groups", "worn", "--epochs", 1)
    command("train", folder, *OPTIONS, "-o", tmp_path, *options)
    saved, data = tmp_path / "model", ("--data", folder, *OPTIONS[:2], "--json")
    model = ADDGNNPlus.load(saved)
    assert model.config == ADDGNNPlus(8, **({"num_steps": 0} if steps else {})).config
    assert len(model.graph.item_key) == 48
    assert model.graph.group.shape == model.graph.count.shape
    assert model.graph.item_ptr.sum() > 0
    query = ("--items", "0001,0005", "--slots", "shoe,bag", "-k", 2)
    found = json.loads(command("complete", saved, *query, *data).stdout)["completions"]
    rows = [(c["item_id"], i) for c in found for i in ("0001", "0005", c["item_id"])]
    file = tmp_path / "outfits.csv"
    pd.DataFrame(rows, columns=["outfit_id", "item_id"]).to_csv(file, index=False)
    mean = ADDGNNPlus(**model.config | {"pool": None})  # whose scores compare candidates
    mean.load_state_dict(model.state_dict(), strict=False)
    mean.graph, mean.categories = model.graph, model.categories
    mean.save(tmp_path / "mean")
    by = {}
    for name in ("mean", "model"):
        ranked = json.loads(command("score", tmp_path / name, file, *data).stdout)
        by[name] = {one["outfit_id"]: one.get("raw", one["score"]) for one in ranked}
    assert by["mean"] == pytest.approx({c["item_id"]: c["score"] for c in found}, rel=1e-4)
    assert all(by["model"][item] <= score + 1e-4 for item, score in by["mean"].items())


def test_a_teacher_and_a_student_of_one_seed_start_apart(folder, command, tmp_path):
    masks = []
    for model in (TEACHER, ADDGNN_OPTIONS):
        still = ("--epochs", 1, "--lr", 1e-12, "--seed", 3)  # next to nothing is learned
        command("train", folder, *OPTIONS, "-o", tmp_path, *model, *still, "--overwrite")
        masks.append(OutfitModel.load(tmp_path / "model").mask.weight)
    assert not torch.isclose(*masks, atol=1e-3).all()


def test_the_written_configuration_reproduces_the_training(folder, command, tmp_path, monkeypatch):
    monkeypatch.chdir(folder.parent)
    options = ("--seed", 3, "--epochs", 2, "--steps", 1, "--columns", "style", "--protocol")
    common = ("train", folder.name, *OPTIONS, *options, "matched")
    first = json.loads(command(*common, "-o", tmp_path / "first", "--json").stdout)
    file = tmp_path / "first" / "config.yaml"
    values = yaml.safe_load(file.read_text())
    assert values["data"] == str(folder) and values["features"] == [str(folder / "features.npy")]
    assert not {"output", "json", "overwrite", "resume"} & values.keys()
    monkeypatch.chdir(tmp_path)
    again = ("train", "--config", file, "--output", tmp_path / "again", "--json")
    second = json.loads(command(*again).stdout)
    assert {**first, "model": ""} == {**second, "model": ""}
    weights = [tmp_path / name / "model" / "weights.safetensors" for name in ("first", "again")]
    assert weights[0].read_bytes() == weights[1].read_bytes()
    other = ("train", "--config", file, "--output", tmp_path / "other", "--seed", 4, "--json")
    assert json.loads(command(*other).stdout)["valid/score"] != first["valid/score"]


def test_an_existing_training_is_kept(folder, command, tmp_path):
    common = ("train", folder, *OPTIONS, *ADDGNN_OPTIONS, "-o", tmp_path)
    found = json.loads(command(*common, "--epochs", 1, "--json").stdout)
    assert found["best_epoch"] == 1 and "sentence" in found["easy_and_hard"]
    weights = (tmp_path / "model" / "weights.safetensors").read_bytes()
    message = str(command(*common, "--epochs", 2, fails=True).exception)
    assert "--resume" in message and "--overwrite" in message
    assert (tmp_path / "model" / "weights.safetensors").read_bytes() == weights
    assert "'--overwrite'" in str(command(*common, "--resume", "--overwrite", fails=True).exception)
    assert command(*common, "--epochs", 2, "--overwrite", "--quiet").stderr == ""
    assert (tmp_path / "model" / "weights.safetensors").read_bytes() != weights


@pytest.mark.parametrize("name", ["split.csv", "config.yaml"])
def test_a_file_of_the_user_is_kept(folder, command, tmp_path, name):
    (tmp_path / name).write_text("mine")
    failed = command("train", folder, *OPTIONS, "--epochs", 1, "-o", tmp_path, fails=True)
    assert f"holds {name!r}; --resume" in str(failed.exception)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_loggers_are_chosen_by_name(folder, command, tmp_path):
    common = ("train", folder, *OPTIONS, *ADDGNN_OPTIONS, "--epochs", 1)
    for name, expected in (("none", False), ("tensorboard", True)):
        command(*common, "-o", tmp_path / name, "--logger", name)
        assert (tmp_path / name / "tensorboard").exists() == expected
        assert list((tmp_path / name).glob("logs/*/metrics.csv"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--columns", "style", "--protocol", "uniform"), "'--columns' has no effect with"),
        (("--top", "top"), "'--top' has no effect with '--model addgnn-plus'"),
        (("--bottom", "top"), "'--bottom' has no effect with"),
        ((*TEACHER, "--ensemble-size", 2), "'--ensemble-size' has no effect with"),
        ((*TEACHER, "--teacher", "."), "'--teacher' has no effect with '--model teacher'"),
        ((*TEACHER, "--groups", "worn"), "'--groups' has no effect with"),
        (("--distillation", "masks"), "'--distillation' needs '--teacher'"),
        (("--distillation", "scores"), "'--distillation' needs to be weights-and-scores or masks"),
        ((*TEACHER, "--steps", 1), "'--steps' is no option of '--model teacher'"),
        ((*TEACHER, "--pair-column", "kind"), "'--pair-column' needs to be one of"),
        ((*TEACHER, "--top", "hat"), "'--top' needs values"),
        (TEACHER[:2], "'--model teacher' needs '--top'"),
        (("--model", "siamese", "--attributes", 2), "'--attributes' is no option of"),
        (("--model", "best"), "'--model' needs one of"),
        (("--model", "nowhere:Model"), "'--model' needs importable modules"),
        (("--groups", "kind"), "'--groups' needs to be one of"),
        (("--protocol", "matched", "--columns", "kind"), "'--columns' needs columns"),
        (("--protocol", "hard"), "'--protocol' needs to be one of"),
        (("--teacher", "no-teacher"), "no-teacher: does not exist"),
        (("--split-file", "no-split.csv"), "no-split.csv: does not exist"),
        (("--features", "none.npy"), "none.npy: does not exist"),
        (("--logger", "print"), "'--logger' needs to be some of"),
        (("--precision", "8-bits"), "Precision '8-bits' is invalid"),
        (("--accelerator", "abacus"), "accelerator='abacus'"),
        (("--lr", 0), "'--learning-rate' needs to be positive"),
        (("--resume",), "'--resume' needs a finished epoch"),
    ],
)
def test_refuses_bad_options_before_the_training(folder, command, tmp_path, options, message):
    result = command("train", folder, *OPTIONS, "-o", tmp_path / "run", *options, fails=True)
    assert isinstance(result.exception, FashionGraphError)
    assert message in str(result.exception)
    assert not (tmp_path / "run" / "model").exists()


def test_refuses_a_teacher_that_does_not_fit(folder, command, tmp_path):
    command(
        *("train", folder, *OPTIONS, *TEACHER, "-o", tmp_path, "--epochs", 1, "--attributes", 2)
    )
    teacher = ("--teacher", tmp_path / "model", "-o", tmp_path / "student")
    for options, message in (
        (("--distillation", "masks"), "'--teacher' needs the num_attributes of the student, 4"),
        ((), "'--teacher' needs a model that was trained with the same '--model' and sizes"),
        (("--model", "siamese"), "'--teacher' needs a model with attribute masks"),
    ):
        result = command("train", folder, *OPTIONS, *teacher, *options, fails=True)
        assert message in str(result.exception)


def test_refuses_data_without_features(folder, command, tmp_path):
    result = command("train", folder, "-o", tmp_path, fails=True)
    assert "training needs features" in str(result.exception)
    assert "--hidden" in command("train", folder, "--hidden", 0, fails=True).output
    assert "--seed" in command("train", folder, "--seed", 2**63, fails=True).output


def test_prints_a_line_per_epoch_and_the_result(folder, tmp_path):
    def run(*more):
        words = ("train", folder, *OPTIONS, *ADDGNN_OPTIONS, "--epochs", 2, "-o", tmp_path, *more)
        return subprocess.run(
            [sys.executable, "-m", "fashiongraph", *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )

    first = run()
    features, *lines = first.stderr.splitlines()
    assert features == "features: features.npy (8)"
    number = r"\d+\.\d{3}"
    assert len(lines) == 2
    for epoch, line in enumerate(lines, start=1):
        facts = rf"loss {number}, AUC {number}, FITB {number}"
        left = r", \d+:\d\d left" if epoch == 1 else ""
        assert re.fullmatch(rf"epoch {epoch} of 2: {facts}{left}", line)
    best, *results, sentence = first.stdout.splitlines()
    assert re.fullmatch(
        rf"best epoch [12] of 2 by the mean of AUC and FITB on validation \({number}\); "
        rf"written to {re.escape(str(tmp_path / 'model'))}",
        best,
    )
    assert [line.split()[:2] for line in results] == [
        [f"{protocol}:", metric]
        for protocol in ("uniform", "same_category")
        for metric in ("AUC", "FITB")
    ]
    assert re.match(r"AUC \d\.\d\d against random items, \d\.\d\d against items", sentence)
    again = run("--precision", "transformer-engine", "--overwrite")
    assert again.returncode == 2
    error = again.stderr.splitlines()[1]  # below the features
    assert error.startswith("error: Lightning's Trainer refuses its arguments")
    assert "Traceback" not in again.stderr


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stopped_training_prints_how_to_continue(folder, command, tmp_path, number, status):
    words = ("train", folder, *OPTIONS, *ADDGNN_OPTIONS, "--epochs", 2000, "-o", tmp_path / "run")
    with (tmp_path / "messages").open("w") as messages:
        running = subprocess.Popen(
            [sys.executable, "-m", "fashiongraph", *map(str, words)],
            stderr=messages,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            # A shell without a terminal starts its background processes with interrupts ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
    deadline = time.monotonic() + 240
    while "epoch 2 of" not in (tmp_path / "messages").read_text():
        assert running.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    running.send_signal(number)
    assert running.wait(60) == status
    last = (tmp_path / "messages").read_text().splitlines()[-1]
    assert last.startswith("stopped; the best epoch so far is in ")
    assert last.endswith("with --resume continues after the last finished epoch")
    assert (tmp_path / "run" / "config.yaml").is_file()
    common = ("evaluate", tmp_path / "run" / "model", "--data", folder, *OPTIONS[:2])
    assert "no split" not in command(*common).stderr


@pytest.mark.slow
def test_one_of_several_processes_prints_the_result(folder, tmp_path):
    words = (
        "train",
        folder,
        *OPTIONS,
        *ADDGNN_OPTIONS,
        "--epochs",
        1,
        "--json",
        "-o",
        tmp_path / "o",
    )
    processes = ("--devices", 2, "--strategy", "ddp")
    done = subprocess.run(
        [sys.executable, "-m", "fashiongraph", *map(str, (*words, *processes))],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PL_TORCH_DISTRIBUTED_BACKEND": "gloo"},
    )
    assert json.loads(done.stdout)["epochs"] == 1


@pytest.mark.slow
def test_a_killed_training_resumes_to_the_same_score(folder, tmp_path):
    def arguments(output, *more):
        words = (
            *("train", folder, *OPTIONS, *ADDGNN_OPTIONS, "--epochs", 25, "--json"),
            *("-o", tmp_path / output, *more),
        )
        return [sys.executable, "-m", "fashiongraph", *map(str, words)]

    quiet = {**os.environ, "OMP_NUM_THREADS": "1"}

    def finish(output, *more):
        done = subprocess.run(
            arguments(output, *more), capture_output=True, text=True, check=True, env=quiet
        )
        return json.loads(done.stdout)

    undisturbed = finish("uncut")
    killed = subprocess.Popen(
        arguments("cut"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=quiet
    )
    log = tmp_path / "cut" / "logs" / "version_0" / "metrics.csv"
    deadline = time.monotonic() + 240
    while not (log.is_file() and log.read_text().count("\n") > 8):
        assert killed.poll() is None, "the training ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert not (tmp_path / "cut" / "model").exists()
    resumed = finish("cut", "--resume")
    del undisturbed["model"], resumed["model"]
    assert resumed == undisturbed
