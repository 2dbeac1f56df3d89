from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from fashiongraph.data import ItemTable
from fashiongraph.data.conditions import Condition
from fashiongraph.retrieval.milvus_columns import MilvusColumns, named, quoted


def of(**columns):
    frame = pd.DataFrame(columns)
    ids = [f"i{n}" for n in range(len(frame))]
    return ItemTable.from_lists(ids, ["top"] * len(frame), columns=frame)


def test_a_text_cannot_end_its_literal():
    text = 'a" or category != "x\\'
    literal = quoted(text)
    assert literal == r'"a\" or category != \"x\\"'
    assert quoted("a\nb\r\tc'") == r'''"a\nb\r\tc'"'''
    assert named(["a", '"']) == r'item_id in ["a", "\""]'


def test_kinds_of_columns():
    items = of(
        flag=[True, False],
        maybe=pd.array([True, None], dtype="boolean"),
        whole=[1, 2],
        half=np.array([1, 2], np.float16),
        nullable=pd.array([1, None], dtype="Int64"),
        day=pd.to_datetime(["2025-01-01", None]),
        zone=pd.to_datetime(["2025-01-01", None]).tz_localize("Europe/Rome"),
        text=["a", None],
        named=pd.Categorical(["a", "b"]),
    )
    kinds = MilvusColumns.of(items).kinds
    assert list(kinds.values()) == [
        *("boolean", "boolean", "number", "number", "number", "date", "date", "text", "text")
    ]


def test_columns_that_a_field_cannot_hold_are_left_out():
    items = of(
        mixed=["a", 1],
        lists=[["a"], ["b"]],
        long=["a", "b" * 65_536],
        wide=["ä" * 32_768, ""],
        large=[2**53 + 1, 0],
        infinite=[np.inf, 0.0],
        far=np.array(["3000-01-01", "2000-01-01"], dtype="datetime64[s]"),
    )
    items.columns["half"] = pd.Series(["\ud800", "a"], dtype=object)
    columns = MilvusColumns.of(items)
    assert set(columns.kinds.values()) == {""}
    assert columns.fields == {"category": "text"}
    assert columns.records(items, torch.tensor([0])) == [{"category": "top"}]
    assert columns.filter(Condition.parse("infinite < 3"), items) == ""
    assert columns.filter(Condition.parse("mixed = a"), items) == ""


def test_columns_after_the_sixtieth_are_left_out():
    kinds = MilvusColumns.of(of(**{f"c{i}": [i] for i in range(70)})).kinds
    assert list(kinds.values()) == ["number"] * 60 + [""] * 10


def test_digests_are_of_values_and_not_of_their_storage():
    price, text = [1.0, np.nan, 3.0], ["a", None, "b"]
    first = of(price=price, colour=text)
    second = of(price=pd.array([1, None, 3], dtype="Int64"), colour=pd.array(text, dtype="string"))
    columns = MilvusColumns.of(first)
    digests = columns.digests(first)
    assert len(set(digests.values())) == 2
    assert columns.digests(second) == digests
    changed = columns.digests(of(price=[1.0, 2.0, 3.0], colour=pd.Categorical(text)))
    assert changed["price"] != digests["price"] and changed["colour"] == digests["colour"]
    moved = MilvusColumns.stored(columns.kinds, digests, of(colour=["b", None, "a"]))
    assert moved.kinds == {"price": "", "colour": ""}
    assert MilvusColumns.stored(columns.kinds, digests, second) == columns


def test_values_are_those_of_the_fields():
    items = of(
        price=[9.5, np.nan, 3.0],
        sale=pd.array([True, None, False], dtype="boolean"),
        day=pd.to_datetime(["1970-01-01 00:00:01", None, "1969-12-31 23:59:59"]),
        colour=["red", None, "blue"],
    )
    rows = torch.tensor([2, 0, 1])
    assert MilvusColumns.of(items).records(items, rows) == [
        {"category": "top", **dict(zip([f"column{i}" for i in range(4)], values, strict=True))}
        for values in (
            (3.0, False, -(10**9), "blue"),
            (9.5, True, 10**9, "red"),
            (None, None, None, None),
        )
    ]


@pytest.mark.parametrize(
    ("text", "plain", "negated"),
    [
        ("price < 40", "column0 < 40.0", "(column0 is null or column0 >= 40.0)"),
        ("price != -1", "column0 != -1.0", "(column0 is null or column0 == -1.0)"),
        ("price in 1", "column0 in [1.0]", "(column0 is null or column0 not in [1.0])"),
        ("colour = red", 'column1 == "red"', '(column1 is null or column1 != "red")'),
        ("category = top", 'category == "top"', '(category is null or category != "top")'),
        ("item_id != i0", 'item_id != "i0"', 'item_id == "i0"'),
        ("price < inf", "", ""),
        ("price = nan", "", ""),
    ],
)  # fmt: skip
def test_conditions_are_filters(text, plain, negated):
    items = of(price=[1.0, 2.0], colour=["red", "blue"])
    columns = MilvusColumns.of(items)
    assert columns.filter(Condition.parse(text), items) == plain
    assert columns.filter(Condition.parse(text, negated=True), items) == negated
