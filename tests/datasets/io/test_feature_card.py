import json

import numpy as np
import pytest

from fashiongraph.datasets.io.feature_card import check_feature_card, features_with_card
from fashiongraph.datasets.io.feature_file import open_features
from fashiongraph.errors import DataError

IDS = np.array(["01", "2", "b"], dtype=object)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "f.npy"


def write(file, ids=IDS, value=0.0):
    with features_with_card(file, ids, "resnet18") as draft:
        np.save(draft, np.arange(6.0).reshape(3, 2) + value)


def check(file, ids=IDS):
    check_feature_card(file, open_features(file), ids)


def test_features_of_other_items_or_another_order_are_refused(file):
    write(file)
    for ids in (IDS, None):
        check(file, ids)
    for others in (IDS[::-1], IDS[:2], np.array(["1", "2", "b"], dtype=object)):
        with pytest.raises(DataError, match=r"f\.npy: .* order, see f\.npy\.json"):
            check(file, others)
    card = json.loads((file.parent / "f.npy.json").read_text())
    assert (card["encoder"], card["rows"]) == ("resnet18", 3)
    assert sorted(path.name for path in file.parent.iterdir()) == ["f.npy", "f.npy.json"]


@pytest.mark.parametrize("text", [None, "[]", '{"a": 1}', "no JSON"])
def test_files_without_a_card_are_taken(file, text):
    np.save(file, np.ones((3, 2)))
    if text is not None:
        (file.parent / "f.npy.json").write_text(text)
    check(file)


def test_a_flipped_bit_is_found(file):
    write(file)
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    for ids in (IDS, None):
        with pytest.raises(DataError, match=r"f\.npy: differs from its card f\.npy\.json"):
            check(file, ids)


def test_a_card_fits_the_file_that_is_replaced(file):
    np.save(file, np.ones((3, 2)))
    for value in (1.0, 2.0):
        before = open_features(file)
        write(file, IDS[::-1] if value == 1.0 else IDS, value)
        check_feature_card(file, before, IDS[::-1])  # of a reader who opened it before
        check(file, IDS[::-1] if value == 1.0 else IDS)
    with pytest.raises(DataError, match="order, see"):
        check_feature_card(file, before, IDS)


def test_a_failed_writing_leaves_both_files(file):
    write(file)
    with pytest.raises(KeyError), features_with_card(file, IDS[::-1], "other"):
        raise KeyError
    check(file)
    assert len(list(file.parent.iterdir())) == 2


def test_an_earlier_card_is_removed(file):
    for ids in (IDS, None, None):
        write(file, ids)
    assert [path.name for path in file.parent.iterdir()] == ["f.npy"]
    (file.parent / "f.npy.json").write_text("{}")
    for ids in (IDS, None):
        with pytest.raises(DataError, match=r"no card of f\.npy"):
            write(file, ids)
    assert (file.parent / "f.npy.json").read_text() == "{}"
