import json

import numpy as np
import pytest

from fashiongraph.datasets.tables.feature_card import check_feature_card, write_feature_card
from fashiongraph.errors import DataError

IDS = np.array(["01", "2", "b"], dtype=object)


def test_features_of_other_items_or_another_order_are_refused(tmp_path):
    file = tmp_path / "f.npy"
    write_feature_card(file, IDS, "hashed-words")
    check_feature_card(file, IDS)
    for others in (IDS[::-1], IDS[:2], np.array(["1", "2", "b"], dtype=object)):
        with pytest.raises(DataError, match=r"f\.npy: features .* another order .*f\.json says"):
            check_feature_card(file, others)
    card = json.loads((tmp_path / "f.json").read_text())
    assert (card["encoder"], card["rows"]) == ("hashed-words", 3)
    assert [path.name for path in tmp_path.iterdir()] == ["f.json"]


@pytest.mark.parametrize("text", [None, "[]", '{"a": 1}', "no JSON"])
def test_files_without_a_card_are_taken(tmp_path, text):
    if text is not None:
        (tmp_path / "f.json").write_text(text)
    check_feature_card(tmp_path / "f.npy", IDS)


def test_a_card_of_earlier_features_goes(tmp_path):
    write_feature_card(tmp_path / "f.npy", IDS, "resnet18")
    write_feature_card(tmp_path / "f.npy", None, "resnet18")
    assert not list(tmp_path.iterdir())
    (tmp_path / "f.json").write_text("{}")
    write_feature_card(tmp_path / "f.npy", None, "resnet18")
    assert list(tmp_path.iterdir())
