from __future__ import annotations

import json

import pytest
import torch

from fashiongraph.data.questions.load import load_questions
from fashiongraph.datasets import OutfitTables
from fashiongraph.errors import DataError
from fashiongraph.evaluation import evaluate_questions
from fashiongraph.models import ADDGNN, DesignerTeacher
from fashiongraph.quickstart.run import check_replaceable, run_quickstart

MODELS = ("addgnn", "addgnn_without_knowledge", "addgnn_without_graph")


@pytest.mark.slow
def test_folder_holds_everything(small_run):
    names = {path.name for path in small_run.folder.iterdir()}
    assert names == {"report.html", "quickstart.json", "wardrobe", "questions", "models"}
    assert list(small_run.folder.parent.iterdir()) == [small_run.folder]  # no scratch is left
    facts = json.loads((small_run.folder / "quickstart.json").read_text(encoding="utf-8"))
    assert facts["seed"] == 3
    assert next(iter(facts["results"])) == "ADD-GNN"
    assert facts["num_outfits"] == {"train": 105, "valid": 15, "test": 30}
    assert facts["seconds"]["encode the pictures"] > 0


@pytest.mark.slow
def test_checkpoints_give_the_table_again(small_run):
    """What stands in the folder is enough to repeat every number of the models."""
    wardrobe = OutfitTables(small_run.folder / "wardrobe/users", features="features_image.npy")
    results = small_run.findings.comparison.results
    for name, folder in zip(results, MODELS, strict=False):
        model = ADDGNN.load(small_run.folder / "models" / folder)
        for protocol, stored in results[name].items():
            for kind, result in zip(("compatibility", "fitb"), stored, strict=True):
                file = small_run.folder / "questions" / f"{kind}_{protocol}_seed3.npz"
                asked = load_questions(file, wardrobe.items)
                assert asked.checksum == small_run.findings.comparison.questions[file.name]
                assert evaluate_questions(model, asked).value == pytest.approx(result.value)


@pytest.mark.slow
def test_variants_differ_in_their_part_only(small_run):
    folder = small_run.folder / "models"
    full, alone, flat = (ADDGNN.load(folder / name) for name in MODELS)
    assert full.settings == alone.settings
    assert flat.settings == {**full.settings, "use_graph": False}
    teacher = DesignerTeacher.load(folder / "teacher")
    assert teacher.mask.weight.shape == full.mask.weight.shape
    # The teacher must not start as the students do, or it would have nothing to teach.
    torch.manual_seed(3)
    start = ADDGNN(full.in_channels, full.hidden_channels).mask.weight
    assert (teacher.mask.weight - start).abs().mean() > 0.1
    knowing, other = (one.history.columns for one in small_run.findings.students[:2])
    assert "train/distillation" in knowing
    assert "train/distillation" not in other


def test_replaces_only_what_a_quickstart_wrote(tmp_path):
    check_replaceable(tmp_path / "new")
    check_replaceable(tmp_path)
    (tmp_path / "photo.jpg").touch()
    for target in (tmp_path, tmp_path / "photo.jpg"):
        with pytest.raises(DataError, match="a new folder or that of an earlier quickstart"):
            run_quickstart(target)
    (tmp_path / "quickstart.json").touch()
    check_replaceable(tmp_path)
