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

from fashiongraph.errors import FashionGraphError
from fashiongraph.models import ADDGNN, DesignerTeacher, Ensemble, OutfitModel

OPTIONS = ("--features", "features.npy", "--batch-size", 8, "--accelerator", "cpu")


def test_paper_settings_and_a_teacher(folder, command, tmp_path):
    command(
        *("train", folder, *OPTIONS, "-o", tmp_path / "teacher", "--model", "teacher"),
        *("--top", "top", "--bottom", "bottom", "--epochs", 1),
    )
    teacher = DesignerTeacher.load(tmp_path / "teacher" / "model")
    assert teacher.settings == {
        "in_channels": 8,
        "num_attributes": 4,
        "activation": None,
        "normalize": True,
    }
    result = command(
        *("train", folder, *OPTIONS, "-o", tmp_path / "student", "--paper", "--epochs", 1),
        *("--teacher", tmp_path / "teacher" / "model"),
    )
    assert "best epoch 0 of 1" in result.output
    student = ADDGNN.load(tmp_path / "student" / "model")
    assert (student.hidden_channels, student.num_steps, student.activation) == (256, 2, "sigmoid")
    logged = pd.read_csv(next((tmp_path / "student" / "logs").rglob("metrics.csv")))
    assert {"train/ranking", "train/mask", "train/distillation", "train/norm"} <= set(logged)


def test_members_train_side_by_side_and_answer_as_one(folder, command, tmp_path):
    command("train", folder, *OPTIONS, "-o", tmp_path, "--best", "--ensemble-size", 2, "--epochs", 1)
    model = OutfitModel.load(tmp_path / "model")
    assert model.settings == Ensemble.of(ADDGNN.best(8), 2).settings
    data = ("--data", folder, *OPTIONS[:2], "--json")
    evaluated = json.loads(command("evaluate", tmp_path / "model", *data).stdout)
    assert [one["metric"] for one in evaluated] == ["AUC", "FITB"]


@pytest.mark.parametrize("graph", ["--graph", "--no-graph"])
def test_the_preset_and_what_it_remembers_serve_the_other_commands(
    folder, command, tmp_path, graph
):
    options = ("--best", graph, "--groups", "worn", "--epochs", 1)
    command("train", folder, *OPTIONS, "-o", tmp_path, *options)
    saved, data = tmp_path / "model", ("--data", folder, *OPTIONS[:2], "--json")
    model = ADDGNN.load(saved)
    assert model.settings == ADDGNN.best(8, use_graph=graph == "--graph").settings
    assert len(model.graph.item_key) == 48
    assert model.graph.group.shape == model.graph.count.shape
    assert model.graph.item_times.sum() > 0
    evaluated = json.loads(command("evaluate", saved, *data).stdout)
    assert [one["metric"] for one in evaluated] == ["AUC", "FITB"]
    asked = ("--items", "0001,0005", "--slots", "shoe,bag", "-k", 2)
    found = json.loads(command("complete", saved, *asked, *data).stdout)["completions"]
    rows = [(c["item_id"], i) for c in found for i in ("0001", "0005", c["item_id"])]
    file = tmp_path / "outfits.csv"
    pd.DataFrame(rows, columns=["outfit_id", "item_id"]).to_csv(file, index=False)
    mean = ADDGNN(**model.settings | {"soft_minimum": False})  # which compares candidates
    mean.load_state_dict(model.state_dict(), strict=False)
    mean.graph, mean.categories = model.graph, model.categories
    mean.save(tmp_path / "mean")
    by = {}
    for name in ("mean", "model"):
        ranked = json.loads(command("score", tmp_path / name, file, *data).stdout)
        by[name] = {outfit["outfit_id"]: outfit["score"] for outfit in ranked}
    assert by["mean"] == pytest.approx({c["item_id"]: c["score"] for c in found}, rel=1e-4)
    assert all(by["model"][item] <= score + 1e-4 for item, score in by["mean"].items())


def test_a_teacher_and_a_student_of_one_seed_start_apart(folder, command, tmp_path):
    masks = []
    for model, more in (("teacher", ("--top", "top", "--bottom", "bottom")), ("addgnn", ())):
        still = ("--epochs", 1, "--lr", 1e-12, "--seed", 3)  # next to nothing is learned
        command("train", folder, *OPTIONS, "-o", tmp_path, "--model", model, *more, *still)
        masks.append(OutfitModel.load(tmp_path / "model").mask.weight)
    assert not torch.isclose(*masks, atol=1e-3).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--paper", "--hidden", 64), "'--hidden' has no say beside '--paper'"),
        (("--paper", "--attributes", 4), "'--attributes' has no say beside '--paper'"),
        (("--paper", "--steps", 1), "'--steps' has no say beside '--paper'"),
        (("--paper", "--best"), "'--best' has no say beside '--paper'"),
        (("--best", "--hidden", 64), "'--hidden' has no say beside '--best'"),
        (("--best", "--attributes", 4), "'--attributes' has no say beside '--best'"),
        (("--best", "--steps", 1), "'--steps' has no say beside '--best'"),
        (("--model", "teacher", "--ensemble-size", 2), "'--ensemble-size' has no say beside '--model teac"),
        (("--model", "teacher", "--best"), "'--best' has no say beside '--model teacher'"),
        (("--groups", "kind"), "'--groups' needs '--best', which reads it (got 'kind')"),
        (("--columns", "style"), "'--columns' has no say beside '--protocol uniform'"),
        (("--top", "top"), "'--top' has no say beside '--model addgnn'"),
        (("--bottom", "top"), "'--bottom' has no say beside '--model addgnn'"),
        (("--model", "teacher", "--no-graph"), "'--graph' has no say beside '--model teacher'"),
        (("--model", "teacher", "--teacher", "x"), "'--teacher' has no say beside '--model teac"),
    ],
)
def test_refuses_options_without_a_say(folder, command, tmp_path, options, message):
    result = command("train", folder, *OPTIONS, "-o", tmp_path, *options, fails=True)
    assert isinstance(result.exception, FashionGraphError)
    assert message in str(result.exception)
    assert not any(tmp_path.iterdir())


def test_refuses_what_it_cannot_train(folder, command, tmp_path):
    for arguments, message in (
        (("--model", "best"), "'--model' needs to be addgnn or teacher"),
        (("--protocol", "hard"), "'protocol' needs to be one of"),
        (("--precision", "8-bits", "-o", tmp_path), "Precision '8-bits' is invalid"),
        (("--accelerator", "abacus", "-o", tmp_path), "accelerator='abacus'"),
    ):
        result = command("train", folder, *OPTIONS, *arguments, fails=True)
        assert isinstance(result.exception, FashionGraphError)
        assert message in str(result.exception)
    result = command(
        *("train", folder, *OPTIONS, "--model", "teacher", "-o", tmp_path, "--epochs", 1),
        *("--top", "top", "--bottom", "bottom", "--attributes", 2),
    )
    guide = ("--teacher", tmp_path / "model")
    result = command("train", folder, *OPTIONS, *guide, fails=True)
    assert "needs a teacher of 4 attributes over 8 features" in str(result.exception)
    assert "--hidden" in command("train", folder, "--hidden", 0, fails=True).output
    result = command("train", folder, fails=True)
    assert "training needs features" in str(result.exception)


def test_says_what_each_epoch_reached_and_nothing_else(folder, tmp_path):
    def run(*more):
        words = ("train", folder, *OPTIONS, "--hidden", 8, "--epochs", 2, "-o", tmp_path, *more)
        return subprocess.run(
            [sys.executable, "-m", "fashiongraph", *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )

    first = run()
    lines = first.stderr.splitlines()
    number = r"\d+\.\d{3}"
    assert len(lines) == 2
    for epoch, line in enumerate(lines):
        facts = rf"loss {number}, AUC {number}, FITB {number}"
        assert re.fullmatch(rf"epoch {epoch} of 2: {facts}", line)
    assert first.stdout.startswith("best epoch ")
    assert first.stdout.endswith(f"; written to {tmp_path / 'model'}\n")
    again = run("--precision", "transformer-engine")
    assert again.returncode == 2
    assert "is replaced once an epoch is done; --resume goes on" in again.stderr.splitlines()[0]
    assert "error: Lightning's trainer refuses its settings" in again.stderr
    assert "Traceback" not in again.stderr


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_training_that_is_told_to_end_says_how_to_go_on(
    folder, command, tmp_path, number, status
):
    words = ("train", folder, *OPTIONS, "--hidden", 8, "--epochs", 2000, "-o", tmp_path / "run")
    with (tmp_path / "told").open("w") as told:
        running = subprocess.Popen(
            [sys.executable, "-m", "fashiongraph", *map(str, words)],
            stderr=told,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            # A shell without a terminal starts what runs in its background deaf to interrupts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
    deadline = time.monotonic() + 240
    while "epoch 1 of" not in (tmp_path / "told").read_text():
        assert running.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    running.send_signal(number)
    assert running.wait(60) == status
    last = (tmp_path / "told").read_text().splitlines()[-1]
    assert last.startswith("stopped; the best epoch so far is in ")
    assert last.endswith("with --resume goes on after the last finished epoch")
    asked = ("evaluate", tmp_path / "run" / "model", "--data", folder, *OPTIONS[:2], "--json")
    assert [one["metric"] for one in json.loads(command(*asked).stdout)] == ["AUC", "FITB"]


@pytest.mark.slow
def test_of_several_processes_one_says_what_was_reached(folder, tmp_path):
    words = (
        "train",
        folder,
        *OPTIONS,
        "--hidden",
        8,
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
            *("train", folder, *OPTIONS, "--hidden", 8, "--epochs", 25, "--json"),
            *("-o", tmp_path / output, *more),
        )
        return [sys.executable, "-m", "fashiongraph", *map(str, words)]

    quiet = {**os.environ, "OMP_NUM_THREADS": "1"}

    def finish(output, *more):
        done = subprocess.run(
            arguments(output, *more), capture_output=True, text=True, check=True, env=quiet
        )
        return json.loads(done.stdout)

    undisturbed = finish("whole")
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
