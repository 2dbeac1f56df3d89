from __future__ import annotations

import gzip
import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fashiongraph.datasets.shift15m import Shift15M
from fashiongraph.errors import DataError, FashionGraphError


def outfits(count, seed=0):
    """Outfits as the release has them: all values are texts."""
    rng = np.random.default_rng(seed)
    return [
        {
            "user": {"user_id": str(number % 3), "fav_brand_ids": "1,2"},
            "like_num": str(10 * number),
            "set_id": f"0{number}",
            "items": [
                {
                    "price": str(100 + item),
                    "item_id": str(item),
                    "category_id1": str(10 + item % 7),
                    "category_id2": str(1000 * (10 + item % 7) + item % 3),
                }
                for item in rng.choice(40, rng.integers(4, 9), replace=False)
            ],
            "publish_date": f"201{number % 8}-03-{1 + number % 28:02}",
        }
        for number in range(count)
    ]


def write(root, records, lines=False):
    text = "\n".join(map(json.dumps, records)) if lines else json.dumps(records)
    (root / "iqon_outfits.json").write_text(text)


@pytest.mark.parametrize("lines", [True, False])
def test_columns_of_the_release(tmp_path, lines):
    records = outfits(30)
    write(tmp_path, records, lines)
    dataset = Shift15M(tmp_path)
    items = {item["item_id"]: item for record in records for item in record["items"]}
    assert dataset.num_outfits == 30
    assert dataset.items.ids.tolist() == list(items)
    held = dataset.outfits.item_id.split(dataset.outfits.sizes.tolist())
    assert [[dataset.items.ids[int(i)] for i in rows] for rows in held] == [
        [item["item_id"] for item in record["items"]] for record in records
    ]
    assert dataset.outfits.ids.tolist() == [record["set_id"] for record in records]
    category = [dataset.categories[c] for c in dataset.items.category_id]
    assert category == [item["category_id2"] for item in items.values()]
    columns = dataset.items.columns
    assert columns["main_category"].tolist() == [i["category_id1"] for i in items.values()]
    assert columns["price"].tolist() == [int(item["price"]) for item in items.values()]
    assert dataset.outfit_columns["likes"].tolist() == [10 * number for number in range(30)]
    assert dataset.outfit_columns["user_id"].tolist() == [str(n % 3) for n in range(30)]
    dates = dataset.outfit_columns["publish_date"]
    assert dates.dt.strftime("%Y-%m-%d").tolist() == [r["publish_date"] for r in records]
    assert dataset.num_features == 0


def test_the_first_outfits(tmp_path):
    write(tmp_path, outfits(30))
    some = Shift15M(tmp_path, max_outfits=7)
    assert some.outfits.ids.tolist() == [f"0{number}" for number in range(7)]
    assert some.num_items < Shift15M(tmp_path).num_items
    assert Shift15M(tmp_path, max_outfits=7).num_outfits == 7
    with pytest.raises(FashionGraphError, match=r"'max_outfits'.*\(got 0\)"):
        Shift15M(tmp_path, max_outfits=0)


def test_features(tmp_path):
    write(tmp_path, outfits(20))
    (tmp_path / "features").mkdir()
    for number in range(40):
        vector = json.dumps([number, 0.25, -1.5]).encode()
        (tmp_path / "features" / f"{number}.json.gz").write_bytes(gzip.compress(vector))
    dataset = Shift15M(tmp_path, features=True)
    assert dataset.items.features.dtype == torch.float16
    expected = [[float(name), 0.25, -1.5] for name in dataset.items.ids]
    assert dataset.items.features.tolist() == expected
    lacking = tmp_path / "features" / f"{dataset.items.ids[3]}.json.gz"
    lacking.unlink()
    with pytest.raises(DataError, match=r"features.\d+\.json\.gz: .*missing"):
        Shift15M(tmp_path, features=True, force_reload=True)
    assert Shift15M(tmp_path, features=True).num_features == 3


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda r: r.pop("set_id"), "record 3 needs a value in 'set_id'"),
        (lambda r: r.update(set_id="00"), "outfits need different ids"),
        (lambda r: r.update(like_num="many"), r"record 3 needs a whole number in 'like_num'"),
        (lambda r: r.update(like_num=3), "record 3 does not fit"),
        (lambda r: r.update(publish_date="2013-13-01"), "record 3 needs a date"),
        (lambda r: r.pop("items"), "record 3 needs 'items'"),
        (lambda r: r["items"][1].pop("item_id"), "record 3 needs a value in 'item_id'"),
        (lambda r: r["items"].append(None), "record 3 needs a value in 'item_id'"),
        (lambda r: r["items"][1].update(price="9.5"), "record 3 needs a whole number in 'price'"),
    ],
)
def test_a_broken_record_is_named(tmp_path, damage, message):
    records = outfits(5)
    damage(records[2])
    write(tmp_path, records)
    with pytest.raises(DataError, match=rf"iqon_outfits\.json: {message}"):
        Shift15M(tmp_path)
    assert not list((tmp_path / "processed").iterdir())


def test_optional_fields(tmp_path):
    records = outfits(4)
    records[0] = {"set_id": "x", "items": [{"item_id": "i"}]}
    records[1].update(items=[], user=None, like_num="")
    write(tmp_path, records)
    dataset = Shift15M(tmp_path)
    assert dataset.outfits.ids.tolist() == ["x", "02", "03"]  # nothing is in the second one
    assert int(dataset.items.category_id[0]) == -1
    assert dataset.outfit_columns.isna().sum().tolist() == [1, 1, 1]


VALUES = st.sampled_from([None, 1, -1.5, True, "", "x", "7", [], {}, [None], {"a": 1}, "\ud800"])


@st.composite
def changed(draw, value):
    """The value with one part replaced by something else, or dropped."""
    if not isinstance(value, dict | list) or not value or draw(st.integers(0, 4)) == 0:
        return draw(VALUES)
    key = draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
    copy = value.copy()
    if draw(st.integers(0, 5)) == 0:
        del copy[key]
    else:
        copy[key] = draw(changed(value[key]))
    return copy


CUT = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 9), st.binary(max_size=4))


@settings(deadline=None, max_examples=60)
@given(
    records=changed(outfits(4)), lines=st.booleans(), cuts=st.lists(CUT, max_size=2), data=st.data()
)
def test_any_damage_ends_in_a_result_or_our_error(tmp_path_factory, records, lines, cuts, data):
    root = tmp_path_factory.mktemp("damaged")
    write(root, records, lines and isinstance(records, list))
    path = root / "iqon_outfits.json"
    content = path.read_bytes()
    for where, length, put in cuts:
        start = int(where * len(content))
        content = content[:start] + put + content[start + length :]
    path.write_bytes(content)
    try:
        dataset = Shift15M(root)
    except FashionGraphError as error:
        assert str(error)
    else:
        assert dataset.num_outfits >= 1
        assert int(dataset.outfits.sizes.min()) >= 1
        assert len(dataset.outfit_columns) == dataset.num_outfits
        assert dataset.statistics()["outfits"] == dataset.num_outfits
