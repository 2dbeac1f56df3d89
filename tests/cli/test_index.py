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


def test_item_vectors_in_milvus_give_the_same_completions(
    folder, command, checkpoint, tmp_path, outfit
):
    pytest.importorskip("milvus_lite", reason="the optional extra 'milvus' is not installed")
    place = tmp_path / "shop.db"
    words = ("index", folder, *FEATURES, "--checkpoint", checkpoint, "--for", "complete")
    milvus = (*words, "--store", "milvus", "-o", place)
    facts = json.loads(command(*milvus, "--json").stdout)
    assert facts == {"output": str(place), "for": "complete", "items": 48, "dimensions": 32}
    assert "--overwrite" in str(command(*milvus, fails=True).exception)
    command(*milvus, "--overwrite")
    command(*words, "-o", tmp_path / "states")
    data = (checkpoint, "--data", folder, *FEATURES, "--json")
    condition = ("--where", "style in style1, style2", "--unless", "category = bag")
    for query in (
        ("complete", "--items", ",".join(outfit[:2])),
        ("swap", "--items", ",".join(outfit)),
    ):
        first, *rest = query
        answers = [
            json.loads(command(first, *data, *rest, *condition, *stored).stdout)
            for stored in ((), ("--states", tmp_path / "states"), ("--states", place))
        ]
        for answer in answers[1:]:
            assert _rounded(answer) == _rounded(answers[0])
    other = command(
        "complete", *data, "--items", "0001", "--states", tmp_path / "none.db", fails=True
    )
    assert "none.db: does not exist" in str(other.exception)


def _rounded(value):
    """A JSON value without the digits that depend on the order of sums."""
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return round(value, 3) if isinstance(value, float) else value


def test_refuses_stores_that_do_not_fit(folder, command, checkpoint, tmp_path):
    words = ("index", folder, *FEATURES, "--checkpoint", checkpoint)
    place = ("-o", tmp_path / "shop.db")
    for options, message in (
        (("--store", "faiss", *place), "'--store' needs to be local or milvus"),
        (("--store", "milvus", *place), "'--store milvus' needs '--for complete'"),
        (("--for", "complete", *place), "'--output' needs '--store milvus'"),
        (
            ("--for", "complete", "--store", "milvus", "-o", "states"),
            "'--output' needs a file such",
        ),
        (("--for", "complete", "--store", "milvus", *place, "--half"), "'--half' has no effect"),
    ):
        assert message in str(command(*words, *options, fails=True).exception)
    assert not list(tmp_path.iterdir())
