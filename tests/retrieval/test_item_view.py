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


def test_views_have_the_values_of_the_table(tmp_path):
    Image.new("RGB", (400, 200), "red").save(tmp_path / "a.png")
    items = table(title=["A <shoe>", None, ""], image=["a.png", "gone.png", ""])
    views = item_views(items, ["c", "a", "b"], tmp_path, [0.1, 0.2, 0.3], frozenset(["a"]))
    assert [view.item_id for view in views] == ["c", "a", "b"]
    assert [view.title for view in views] == ["", "A <shoe>", ""]
    assert [view.category for view in views] == ["", "shoe", "hat"]
    assert [view.score for view in views] == [0.1, 0.2, 0.3]
    assert [view.wanted for view in views] == [False, True, False]
    assert [view.picture is not None for view in views] == [False, True, False]
    assert views[1].picture.startswith("data:image/jpeg;base64,")


def test_no_columns_and_no_items(tmp_path):
    bare = ItemTable.from_lists(["a"], ["shoe"])
    (view,) = item_views(bare, ["a"], tmp_path)
    assert (view.title, view.picture, view.score) == ("", None, None)
    assert item_views(bare, [], tmp_path) == []


def test_a_damaged_picture_is_left_out(tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    (tmp_path / "b.png").mkdir()
    views = item_views(table(image=["a.png", "b.png", ""]), ["a", "b"], tmp_path)
    assert [view.picture for view in views] == [None, None]


def test_unknown_items_are_refused(tmp_path):
    items = table()
    with pytest.raises(FashionGraphError, match=r"'ids'.*got 'z'"):
        item_views(items, ["z"], tmp_path)


def test_pictures_outside_of_the_folder_are_left_out(tmp_path):
    folder = tmp_path / "catalogue"
    (folder / "sub").mkdir(parents=True)
    for file in (tmp_path / "secret.png", folder / "sub" / "a.png"):
        Image.new("RGB", (4, 4), "red").save(file)
    names = ["../secret.png", str(tmp_path / "secret.png"), "sub/../sub/a.png"]
    views = item_views(table(image=names), ["a", "b", "c"], folder)
    assert [view.picture is not None for view in views] == [False, False, True]


def test_links_and_further_columns(tmp_path):
    items = table(
        url=["https://shop.example/a", "javascript:alert(1)", None],
        price=[19.5, None, 3.0],
        colour=["red", None, ""],
    )
    views = item_views(items, ["a", "b", "c"], tmp_path)
    assert [view.url for view in views] == ["https://shop.example/a", "", ""]
    assert [list(view.details) for view in views] == [
        ["colour red", "price 19.5"],
        [],
        ["price 3.0"],
    ]
