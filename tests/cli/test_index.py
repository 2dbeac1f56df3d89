from __future__ import annotations

import json

import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.models import OutfitModel
from fashiongraph.retrieval import ItemIndex

pytest.importorskip("faiss")
FEATURES = ("--features", "features.npy")


class WithoutVectors(OutfitModel):
    pass


def test_indexes_features(folder, command, tmp_path):
    output = tmp_path / "index"
    facts = json.loads(command("index", folder, *FEATURES, "-o", output, "--json").stdout)
    assert facts == {"output": str(output), "for": "retrieve", "items": 48, "dimensions": 8}
    assert len(ItemIndex.load(output)) == 48
    refused = command("index", folder, *FEATURES, "-o", output, fails=True)
    assert "--overwrite" in str(refused.exception)
    text = command("index", folder, *FEATURES, "-o", output, "--overwrite").output
    assert "48 items with 8 numbers each" in text


@pytest.mark.parametrize("purpose", ["retrieve", "complete"])
def test_indexes_item_vectors_of_a_model(folder, command, checkpoint, tmp_path, purpose):
    common = ("index", folder, *FEATURES, "-o", tmp_path / "index", "--checkpoint", checkpoint)
    facts = json.loads(command(*common, "--half", "--for", purpose, "--json").stdout)
    assert (facts["for"], facts["items"], facts["dimensions"]) == (purpose, 48, 32)


@pytest.mark.parametrize("purpose", ["retrieve", "complete"])
def test_a_model_without_item_vectors_is_named(folder, command, tmp_path, purpose):
    WithoutVectors().save(tmp_path / "model")
    common = ("index", folder, *FEATURES, "-o", tmp_path / "index", "--for", purpose)
    refused = command(*common, "--checkpoint", tmp_path / "model", fails=True)
    assert "'--checkpoint' needs item" in str(refused.exception)
    assert "WithoutVectors" in str(refused.exception)
    assert not (tmp_path / "index").exists()


def test_other_folders_are_not_replaced(folder, command, tmp_path):
    (tmp_path / "items.csv").touch()
    result = command("index", folder, *FEATURES, "-o", tmp_path, "--overwrite", fails=True)
    assert isinstance(result.exception, FashionGraphError)
    assert "'--output' needs to be new" in str(result.exception)
    assert [file.name for file in tmp_path.iterdir()] == ["items.csv"]


def test_refuses_bad_input(folder, command, checkpoint, tmp_path):
    result = command("index", folder, "-o", tmp_path / "index", fails=True)
    assert isinstance(result.exception, FashionGraphError)
    assert "an index needs features" in str(result.exception)
    for options, message in (
        (("--for", "search"), "'--for' needs to be retrieve or complete"),
        (("--for", "complete"), "'--for complete' needs '--checkpoint'"),
        (("-o", folder), "is read by this command"),
    ):
        common = ("index", folder, *FEATURES, "-o", tmp_path / "index")
        assert message in str(command(*common, *options, fails=True).exception)
