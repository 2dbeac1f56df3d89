from __future__ import annotations

import json

import pytest
import torch

from fashiongraph.cli import app
from fashiongraph.data.questions.load import load_questions
from fashiongraph.datasets import OutfitTables
from fashiongraph.datasets.io.feature_card import carded_features
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import evaluate_questions
from fashiongraph.manifest import MANIFEST
from fashiongraph.models import ADDGNN, DesignerTeacher
from fashiongraph.quickstart.run import run_quickstart

MODELS = ("addgnn", "addgnn_masks", "addgnn_without_designers", "addgnn_without_graph")


@pytest.mark.slow
def test_contents_of_the_folder(small_run):
    names = {path.name for path in small_run.folder.iterdir()}
    assert names == {"report.html", "quickstart.json", "dataset", "questions", "models", MANIFEST}
    assert list(small_run.folder.parent.iterdir()) == [small_run.folder]  # no temporary files
    facts = json.loads((small_run.folder / "quickstart.json").read_text(encoding="utf-8"))
    assert facts["seed"] == 3
    assert next(iter(facts["results"])) == "ADD-GNN"
    assert facts["num_outfits"] == {"train": 100, "valid": 50, "test": 150}
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
    full, masks, alone, flat = (ADDGNN.load(folder / name) for name in MODELS)
    teacher = ADDGNN.load(folder / "teacher")
    assert full.config == masks.config == alone.config == teacher.config
    assert flat.config == {**full.config, "num_steps": 0}
    pairs = DesignerTeacher.load(folder / "pair_teacher")
    assert pairs.mask.weight.shape == full.mask.weight.shape
    # With the initial masks of the students distillation would have no effect.
    torch.manual_seed(3)
    start = ADDGNN(full.in_channels, full.hidden_channels).mask.weight
    apart = [
        float((one.mask.weight - start).abs().mean().detach())
        for one in (pairs, full, masks, alone)
    ]
    assert min(apart[:2]) > 0.1 > max(apart[2:])
    guided = ["train/distillation" in one.history for one in small_run.findings.students]
    assert guided == [True, True, False, True]


@pytest.mark.slow
def test_rows_of_the_models_differ(small_run):
    results = small_run.findings.comparison.results.values()
    rows = [[f"{one.value:.3f}" for pair in row.values() for one in pair] for row in results]
    assert len({*map(tuple, rows)}) == len(rows)


@pytest.mark.slow
def test_train_reads_both_features_of_the_users(small_run, tmp_path, capfd):
    users = small_run.folder / "dataset/users"
    student = ("--model", "addgnn", "--hidden", 8, "--epochs", 1, "--accelerator", "cpu")
    teacher = ("--teacher", small_run.folder / "models" / "teacher")
    arguments = map(str, ("train", users, *student, *teacher, "-o", tmp_path))
    app(list(arguments), standalone_mode=False)
    both = "features_colours.npy (156 by colours) + features_image.npy (1280 by efficientnet-lite0)"
    assert f"features: {both}" in capfd.readouterr().err


def test_replaces_only_folders_of_a_quickstart(tmp_path):
    (tmp_path / "quickstart.json").write_text("{}")
    (tmp_path / "photo.jpg").touch()
    for target in (tmp_path, tmp_path / "photo.jpg"):
        with pytest.raises(FashionGraphError, match=r"'output' needs.*holds 'photo\.jpg'"):
            run_quickstart(target)
