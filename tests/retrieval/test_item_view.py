from __future__ import annotations

import pandas as pd
import pytest
from PIL import Image

from fashiongraph.data import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.retrieval import item_views


def table(**columns):
    return ItemTable.from_lists(
        ["a", "b", "c"], ["shoe", "hat", "cape"], columns=pd.DataFrame(columns, index=range(3)),
        vocabulary=["hat", "shoe"],
    )  # fmt: skip


def test_cards_hold_what_the_table_has(tmp_path):
    Image.new("RGB", (400, 200), "red").save(tmp_path / "a.png")
    items = table(title=["A <shoe>", None, ""], image=["a.png", "gone.png", ""])
    cards = item_views(items, ["c", "a", "b"], tmp_path, [0.1, 0.2, 0.3], frozenset(["a"]))
    assert [card.item_id for card in cards] == ["c", "a", "b"]
    assert [card.title for card in cards] == ["", "A <shoe>", ""]
    assert [card.category for card in cards] == ["", "shoe", "hat"]
    assert [card.score for card in cards] == [0.1, 0.2, 0.3]
    assert [card.wanted for card in cards] == [False, True, False]
    assert [card.picture is not None for card in cards] == [False, True, False]
    assert cards[1].picture.startswith("data:image/jpeg;base64,")


def test_no_columns_and_no_items(tmp_path):
    bare = ItemTable.from_lists(["a"], ["shoe"])
    (card,) = item_views(bare, ["a"], tmp_path)
    assert (card.title, card.picture, card.score) == ("", None, None)
    assert item_views(bare, [], tmp_path) == []


def test_a_broken_picture_is_left_out(tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    (tmp_path / "b.png").mkdir()
    cards = item_views(table(image=["a.png", "b.png", ""]), ["a", "b"], tmp_path)
    assert [card.picture for card in cards] == [None, None]


def test_refuses_unknown_items(tmp_path):
    items = table()
    with pytest.raises(FashionGraphError, match="known items"):
        item_views(items, ["z"], tmp_path)
