import numpy as np
import pandas as pd
import pytest

from fashiongraph.data import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.stylist import Condition, allowed_items


@pytest.fixture
def items():
    frame = pd.DataFrame(
        {
            "price": [10.0, 50.0, np.nan, 30.0],
            "colour": ["red", "blue", None, "navy, dark"],
            "season": ["summer", "winter", "summer", "summer"],
            "added": pd.to_datetime(["2025-01-01", "2025-06-01", None, "2026-01-01"]),
            "stock": [1, 0, 3, 0],
            "sale": [True, False, True, False],
        }
    )
    return ItemTable.from_lists([*"abcd"], ["top", "shoe", "top", "bag"], columns=frame)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("price < 40", "ad"),
        ("price<=30", "ad"),
        ("price >= 30", "bd"),
        ("price != 10", "bd"),
        ("price = 30", "d"),
        ("colour = red", "a"),
        ("colour != red", "bd"),
        ("colour in red, blue", "ab"),
        ('colour in red, "navy, dark"', "ad"),
        ("added > 2025-03-01", "bd"),
        ("added < 2025-06-01", "a"),
        ("stock > 0", "ac"),
        ("sale = true", "ac"),
        ("category in top, bag", "acd"),
        ("item_id != a", "bcd"),
    ],
)
def test_conditions(items, text, expected):
    found = allowed_items(items, where=[text]).numpy()
    assert "".join(items.ids[found]) == expected


def test_all_of_where_hold_and_none_of_unless(items):
    where = ["season = summer", "stock >= 0"]
    assert allowed_items(items, where, unless=["price < 20"]).tolist() == [False, False, True, True]
    assert allowed_items(items, exclude=["b", "c"]).tolist() == [True, False, False, True]
    assert bool(allowed_items(items).all())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("price", "needs a condition such as"),
        ("price <", "needs a condition such as"),
        ("= 3", "needs a condition such as"),
        ("price ~ 3", "needs a condition such as"),
        ("prise < 3", r"among item_id, category, price.*\(got 'prise'\)"),
        ("price < cheap", r"of the type of 'price'.*\(got 'cheap'\)"),
        ("added > soon", "of the type of 'added'"),
        ("sale = perhaps", "of the type of 'sale'"),
        ("colour = violet", r"such as red, blue.*\(got 'violet'\)"),
        ("colour < red", "needs '=', '!=' or 'in' for 'colour'"),
    ],
)
def test_errors_name_what_exists(items, text, message):
    with pytest.raises(FashionGraphError, match=f"'where' .*{message}"):
        allowed_items(items, where=[text])
    with pytest.raises(FashionGraphError, match="'unless' "):
        allowed_items(items, unless=[text])


def test_a_text_in_place_of_a_list_is_refused(items):
    with pytest.raises(FashionGraphError, match="'where' needs a list"):
        allowed_items(items, where="price < 3")
    with pytest.raises(FashionGraphError, match="'nothing'"):
        allowed_items(items, exclude=["nothing"])


def test_a_condition_is_never_run_as_code(items):
    text = "price < __import__('os').system('false')"
    assert Condition.parse(text).values == ("__import__('os').system('false')",)
    with pytest.raises(FashionGraphError, match="of the type of 'price'"):
        allowed_items(items, where=[text])
