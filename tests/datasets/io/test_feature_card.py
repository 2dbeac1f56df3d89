import numpy as np
import pytest

from fashiongraph.data.feature_source import FeatureSource
from fashiongraph.datasets.io.feature_card import (
    carded_features,
    check_feature_card,
    feature_source,
    features_with_card,
    source_in,
)
from fashiongraph.datasets.io.feature_file import open_features
from fashiongraph.errors import DataError

IDS = np.array(["01", "2", "b"], dtype=object)
SOURCE = FeatureSource("f.npy", 2, "resnet18", "1f0c", {"layers": None})


@pytest.fixture
def file(tmp_path):
    return tmp_path / "f.npy"


def write(file, ids=IDS, value=0.0):
    with features_with_card(file, ids, SOURCE) as draft:
        np.save(draft, np.arange(6.0).reshape(3, 2) + value)


def check(file, ids=IDS):
    return check_feature_card(file, open_features(file), ids)


def test_features_of_other_items_or_another_order_are_refused(file):
    write(file)
    for ids in (IDS, None):
        check(file, ids)
    for others in (IDS[::-1], IDS[:2], np.array(["1", "2", "b"], dtype=object)):
        with pytest.raises(DataError, match=r"f\.npy: .* order, see f\.npy\.json"):
            check(file, others)
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
    with pytest.raises(KeyError), features_with_card(file, IDS[::-1], SOURCE):
        raise KeyError
    check(file)
    assert len(list(file.parent.iterdir())) == 2


def test_another_kind_of_file_is_kept(file):
    (file.parent / "f.npy.json").write_text("{}")
    with pytest.raises(DataError, match=r"no card of f\.npy"):
        write(file)
    assert (file.parent / "f.npy.json").read_text() == "{}"


def test_the_encoder_of_a_file(file):
    np.save(file, np.ones((3, 2)))
    assert carded_features(file.parent) == []
    assert check(file) == feature_source(file) == FeatureSource("f.npy", 2)
    write(file)
    assert carded_features(file.parent) == [file]
    assert check(file) == feature_source(file) == SOURCE
    write(file, None)
    assert check(file, IDS[::-1]) == SOURCE  # rows of pictures have no identifiers


def test_a_file_outside_of_the_data_set_has_its_whole_path(file):
    root = file.parent
    assert source_in(root, file, SOURCE).file == "f.npy"
    assert source_in(root / "below", file, SOURCE).file == str(file)


def test_of_a_large_file_a_sample_is_verified(file, monkeypatch):
    write(file)
    monkeypatch.setattr("fashiongraph.datasets.io.feature_card.LARGE", 1)
    assert check(file) == SOURCE
    np.save(file, np.full((3, 2), 7.0))
    with pytest.raises(DataError, match=r"differs from its card"):
        check(file)
