from dataclasses import replace

import numpy as np
import pytest

from fashiongraph.data.feature_source import FeatureSource
from fashiongraph.datasets.io.feature_card import (
    carded_features,
    check_feature_card,
    feature_source,
    write_feature_card,
)
from fashiongraph.errors import DataError

IDS = np.array(["01", "2", "b"], dtype=object)
SOURCE = FeatureSource("f.npy", 2, "resnet18", "1f0c", {"layers": None})


@pytest.fixture
def file(tmp_path):
    np.save(tmp_path / "f.npy", np.arange(6.0).reshape(3, 2))
    return tmp_path / "f.npy"


def test_features_of_other_items_or_another_order_are_refused(file):
    write_feature_card(file, IDS, SOURCE)
    check_feature_card(file, IDS)
    for others in (IDS[::-1], IDS[:2], np.array(["1", "2", "b"], dtype=object)):
        with pytest.raises(DataError, match=r"f\.npy: .* order, see f\.npy\.json"):
            check_feature_card(file, others)
    names = sorted(path.name for path in file.parent.iterdir())
    assert names == ["f.npy", "f.npy.json"]


def test_the_encoder_of_a_file(file):
    assert carded_features(file.parent) == []
    assert feature_source(file) == FeatureSource("f.npy", 2)
    write_feature_card(file, IDS, SOURCE)
    assert carded_features(file.parent) == [file]
    assert feature_source(file, "below/f.npy") == replace(SOURCE, file="below/f.npy")
    np.save(file, np.ones((3, 2)))  # by other means
    assert feature_source(file) == FeatureSource("f.npy", 2)
    assert carded_features(file.parent) == []


@pytest.mark.parametrize("text", [None, "[]", '{"a": 1}', "no JSON"])
def test_files_without_a_card_are_taken(file, text):
    if text is not None:
        (file.parent / "f.npy.json").write_text(text)
    check_feature_card(file, IDS)


def test_a_card_of_a_rewritten_file_is_ignored(file):
    write_feature_card(file, IDS, SOURCE)
    np.save(file, np.array([[0.0, 1.0], [2.0, 9.0], [4.0, 5.0]]))
    check_feature_card(file, IDS[::-1])


def test_rows_without_identifiers_keep_their_encoder(file):
    write_feature_card(file, IDS, SOURCE)
    write_feature_card(file, None, SOURCE)
    check_feature_card(file, IDS[::-1])
    assert feature_source(file).encoder == "resnet18"


def test_another_kind_of_file_is_kept(file):
    (file.parent / "f.npy.json").write_text("{}")
    with pytest.raises(DataError, match=r"no card of f\.npy"):
        write_feature_card(file, IDS, SOURCE)
    assert (file.parent / "f.npy.json").read_text() == "{}"
