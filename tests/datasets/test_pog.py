from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashiongraph.datasets.pog import POG
from fashiongraph.errors import DataError, FashionGraphError

ITEMS = """\
a1,33,//img/a1.jpg,韩版 T恤, 短袖
b2,7,//img/b2.jpg,
zz,7,//img/zz.jpg,a thing in no outfit
c3,33,,牛仔裤
b2,8,,another line about it
"""
OUTFITS = "o1,a1;b2\no2,c3;a1;b2\n\no3,b2;c3\n"
USERS = "u1,zz;a1,o2\nu1,a1,o2\nu2,zz,o1\nu3,zz,unknown\n"


@pytest.fixture
def root(tmp_path):
    write(tmp_path, ITEMS, OUTFITS, USERS)
    return tmp_path


def write(root, items, outfits, users):
    for name, text in (("item", items), ("outfit", outfits), ("user", users)):
        (root / f"{name}_data.txt").write_text(text, encoding="utf-8", newline="")


def test_columns_of_the_files(root):
    dataset = POG(root)
    assert str(dataset) == "POG(3 outfits, 3 items, 2 categories, 0 features)"
    assert dataset.items.ids.tolist() == ["a1", "b2", "c3"]
    assert dataset.outfits.ids.tolist() == ["o1", "o2", "o3"]
    assert dataset.outfits.item_id.tolist() == [0, 1, 2, 0, 1, 1, 2]
    assert dataset.outfits.ptr.tolist() == [0, 2, 5, 7]
    assert dataset.categories == ["33", "7"]
    assert dataset.items.category_id.tolist() == [0, 1, 0]
    assert dataset.items.columns["title"].tolist() == ["韩版 T恤, 短袖", "", "牛仔裤"]
    assert dataset.items.columns["image_url"].tolist() == ["//img/a1.jpg", "//img/b2.jpg", ""]
    assert dataset.outfit_columns.empty


def test_clicks_are_counted_on_request(root):
    assert POG(root, clicks=True).outfit_columns["clicks"].tolist() == [1, 2, 0]
    assert POG(root, 1, clicks=True).outfit_columns["clicks"].tolist() == [1]
    (root / "user_data.txt").unlink()
    assert POG(root).num_outfits == 3
    with pytest.raises(DataError, match=r"user_data\.txt: POG needs this file"):
        POG(root, clicks=True, force_reload=True)


def test_the_first_outfits_hold_the_first_items(root):
    dataset = POG(root, max_outfits=1)
    assert dataset.items.ids.tolist() == ["a1", "b2"]
    assert dataset.num_outfits == 1


def test_like_a_loop_over_lines(tmp_path):
    rng = np.random.default_rng(0)
    held = {
        f"o{o}": [f"i{i}" for i in rng.integers(0, 200, rng.integers(3, 10))] for o in range(99)
    }
    items = {f"i{i}": f"c{rng.integers(9)}" for i in rng.permutation(200)}
    write(
        tmp_path,
        "".join(f"{item},{category},,title of {item}\n" for item, category in items.items()),
        "".join(f"{name},{';'.join(items)}\n" for name, items in held.items()),
        "",
    )
    dataset = POG(tmp_path)
    ids = dataset.items.ids
    rows = dataset.outfits.item_id.split(dataset.outfits.sizes.tolist())
    assert [[ids[int(i)] for i in row] for row in rows] == list(held.values())
    assert [dataset.categories[c] for c in dataset.items.category_id] == [items[i] for i in ids]
    assert dataset.items.columns["title"].tolist() == [f"title of {i}" for i in ids]


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("outfit", "o1,a1;b2", "o1", r"outfit_data\.txt: line 1 needs 2 fields \(has 1\)"),
        ("outfit", "o1,a1;b2", "o1,a1;", r"outfit_data\.txt: line 1 needs a value in 'item_id'"),
        ("outfit", "o3,", ",", "line 4 needs a value in 'outfit_id'"),
        ("outfit", "o3", "o1", r"outfits need different ids \(got 'o1' again\)"),
        (
            "outfit",
            "c3",
            "d4",
            r"item_data\.txt: needs a line for item 'd4'",
        ),
        ("item", "c3,33,,牛仔裤", "c3,33", r"item_data\.txt: line 4 needs 4 fields \(has 2\)"),
    ],
)
def test_a_broken_line_is_named(root, file, old, new, message):
    path = root / f"{file}_data.txt"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=message):
        POG(root)


def test_a_missing_file_is_named(root):
    (root / "item_data.txt").unlink()
    with pytest.raises(DataError, match=r"item_data\.txt: .* is missing"):
        POG(root)


PUT = st.one_of(st.binary(max_size=4), st.sampled_from([b",", b";", b"\n", b"\r\n", b"\xff"]))
CUT = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 9), PUT)


@settings(deadline=None, max_examples=60)
@given(file=st.sampled_from(["outfit", "item", "user"]), cuts=st.lists(CUT, min_size=1, max_size=3))
def test_any_damage_ends_in_a_result_or_our_error(tmp_path_factory, file, cuts):
    root = tmp_path_factory.mktemp("damaged")
    write(root, ITEMS, OUTFITS, USERS)
    path = root / f"{file}_data.txt"
    content = path.read_bytes()
    for where, length, put in cuts:
        start = int(where * len(content))
        content = content[:start] + put + content[start + length :]
    path.write_bytes(content)
    try:
        dataset = POG(root, clicks=True)
    except FashionGraphError as error:
        assert str(error)
    else:
        assert dataset.num_outfits >= 1
        assert int(dataset.outfits.sizes.min()) >= 1
        assert dataset.outfit_columns["clicks"].min() >= 0
