import json

import numpy as np
import pytest

from fashiongraph.datasets.io.feature_card import check_feature_card, write_feature_card
from fashiongraph.errors import DataError

IDS = np.array(["01", "2", "b"], dtype=object)


@pytest.fixture
def file(tmp_path):
    np.save(tmp_path / "f.npy", np.arange(6.0).reshape(3, 2))
    return tmp_path / "f.npy"


def test_features_of_other_items_or_another_order_are_refused(file):
    write_feature_card(file, IDS, "hashed-words")
    check_feature_card(file, IDS)
    for others in (IDS[::-1], IDS[:2], np.array(["1", "2", "b"], dtype=object)):
        with pytest.raises(DataError, match=r"f\.npy: .* order, see f\.npy\.json"):
            check_feature_card(file, others)
    card = json.loads((file.parent / "f.npy.json").read_text())
    assert (card["encoder"], card["rows"]) == ("hashed-words", 3)
    assert sorted(path.name for path in file.parent.iterdir()) == ["f.npy", "f.npy.json"]


@pytest.mark.parametrize("text", [None, "[]", '{"a": 1}', "no JSON"])
def test_files_without_a_card_are_taken(file, text):
    if text is not None:
        (file.parent / "f.npy.json").write_text(text)
    check_feature_card(file, IDS)


def test_a_card_of_a_rewritten_file_is_ignored(file):
    write_feature_card(file, IDS, "resnet18")
    np.save(file, np.array([[0.0, 1.0], [2.0, 9.0], [4.0, 5.0]]))
    check_feature_card(file, IDS[::-1])


def test_an_earlier_card_is_removed(file):
    write_feature_card(file, IDS, "resnet18")
    write_feature_card(file, None, "resnet18")
    write_feature_card(file, None, "resnet18")
    assert [path.name for path in file.parent.iterdir()] == ["f.npy"]
    (file.parent / "f.npy.json").write_text("{}")
    for ids in (IDS, None):
        with pytest.raises(DataError, match=r"no card of f\.npy"):
            write_feature_card(file, ids, "resnet18")
    assert (file.parent / "f.npy.json").read_text() == "{}"
