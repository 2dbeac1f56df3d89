from __future__ import annotations

import json

import pytest
import torch

from fashiongraph.data.questions.load import load_questions
from fashiongraph.datasets import OutfitTables
from fashiongraph.datasets.io.feature_card import carded_features
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import evaluate_questions
from fashiongraph.manifest import MANIFEST
from fashiongraph.models import ADDGNN, DesignerTeacher
from fashiongraph.quickstart.run import run_quickstart

MODELS = ("addgnn", "addgnn_without_distillation", "addgnn_without_graph")


@pytest.mark.slow
def test_contents_of_the_folder(small_run):
    names = {path.name for path in small_run.folder.iterdir()}
    assert names == {"report.html", "quickstart.json", "dataset", "questions", "models", MANIFEST}
    assert list(small_run.folder.parent.iterdir()) == [small_run.folder]  # no temporary files
    facts = json.loads((small_run.folder / "quickstart.json").read_text(encoding="utf-8"))
    assert facts["seed"] == 3
    assert next(iter(facts["results"])) == "ADD-GNN"
    assert facts["num_outfits"] == {"train": 105, "valid": 15, "test": 30}
    assert facts["seconds"]["encode the pictures"] > 0


@pytest.mark.slow
def test_checkpoints_reproduce_the_results(small_run):
    folder = small_run.folder / "dataset/users"
    users = OutfitTables(folder, features=carded_features(folder))
    results = small_run.findings.comparison.results
    for name, folder in zip(results, MODELS, strict=False):
        model = ADDGNN.load(small_run.folder / "models" / folder)
        for protocol, stored in results[name].items():
            for kind, result in zip(("compatibility", "fitb"), stored, strict=True):
                file = small_run.folder / "questions" / f"{kind}_{protocol}_seed3.npz"
                questions = load_questions(file, users.items)
                assert questions.checksum == small_run.findings.comparison.questions[file.name]
                assert evaluate_questions(model, questions).value == pytest.approx(result.value)


@pytest.mark.slow
def test_variants_differ_in_one_component(small_run):
    folder = small_run.folder / "models"
    full, alone, flat = (ADDGNN.load(folder / name) for name in MODELS)
    assert full.config == alone.config
    assert flat.config == {**full.config, "num_steps": 0}
    teacher = DesignerTeacher.load(folder / "teacher")
    assert teacher.mask.weight.shape == full.mask.weight.shape
    # With the initial masks of the students distillation would have no effect.
    torch.manual_seed(3)
    start = ADDGNN(full.in_channels, full.hidden_channels).mask.weight
    assert (teacher.mask.weight - start).abs().mean() > 0.1
    distilled, other = (one.history.columns for one in small_run.findings.students[:2])
    assert "train/distillation" in distilled
    assert "train/distillation" not in other


def test_replaces_only_folders_of_a_quickstart(tmp_path):
    (tmp_path / "quickstart.json").write_text("{}")
    (tmp_path / "photo.jpg").touch()
    for target in (tmp_path, tmp_path / "photo.jpg"):
        with pytest.raises(FashionGraphError, match=r"'output' needs.*holds 'photo\.jpg'"):
            run_quickstart(target)
