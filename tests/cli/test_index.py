from __future__ import annotations

import json

import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.retrieval import ItemIndex

pytest.importorskip("faiss")
FEATURES = ("--features", "features.npy")


def test_indexes_features(folder, command, tmp_path):
    output = tmp_path / "index"
    facts = json.loads(command("index", folder, *FEATURES, "-o", output, "--json").stdout)
    assert facts == {"output": str(output), "kind": "index", "items": 48, "dimensions": 8}
    assert len(ItemIndex.load(output)) == 48
    assert "index of 48 items" in command("index", folder, *FEATURES, "-o", output).output


def test_writes_the_states_of_an_addgnn(folder, command, checkpoint, tmp_path):
    common = ("index", folder, *FEATURES, "-o", tmp_path / "states", "--checkpoint", checkpoint)
    facts = json.loads(command(*common, "--half", "--json").stdout)
    assert (facts["kind"], facts["items"], facts["dimensions"]) == ("states", 48, 32)


def test_does_not_replace_what_is_no_index(folder, command, tmp_path):
    (tmp_path / "items.csv").touch()
    result = command("index", folder, *FEATURES, "-o", tmp_path, fails=True)
    assert isinstance(result.exception, FashionGraphError)
    assert "which holds something else" in str(result.exception)
    assert [file.name for file in tmp_path.iterdir()] == ["items.csv"]


def test_refuses_what_cannot_be_indexed(folder, command, tmp_path):
    result = command("index", folder, "-o", tmp_path / "index", fails=True)
    assert isinstance(result.exception, FashionGraphError)
    assert "an index needs features" in str(result.exception)
