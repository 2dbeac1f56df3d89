from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import chisquare

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.replace import random_position
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.negatives.protocol import negative_sampler


@pytest.fixture
def outfits() -> Outfits:
    """Items 0 to 7 of category x, 8 and 9 of category y; outfit i has item i."""
    columns = pd.DataFrame(
        {
            "year": [1.0, 1.0, 1.0, np.nan, np.nan, 2.0, np.nan, 1.0, 1.0, 2.0],
            "line": ["a", "a", "a", "a", "a", None, "a", "b", "a", "a"],
        }
    )
    items = ItemTable.from_lists(
        [str(i) for i in range(10)], ["x"] * 8 + ["y"] * 2, columns=columns
    )
    items = replace(items, frequency=torch.tensor([9, 2, 6, 1, 1, 1, 0, 4, 3, 0]))
    return Outfits.from_lists(items, [[str(i)] for i in range(10)])


def drawn_from(outfits: Outfits, item: int, protocol: str, columns: tuple[str, ...] = ()):
    """How often each item was drawn for outfits of one item, and the counts of relaxed draws."""
    sampler = negative_sampler(protocol, outfits.items, columns)
    many = outfits.select([item] * 5000)
    drawn = sampler.draw(many, torch.zeros(5000, dtype=int), 1, np.random.default_rng(0))
    return np.bincount(drawn.ravel(), minlength=10), sampler.relaxed


@pytest.mark.parametrize(
    ("protocol", "columns", "item", "weights", "relaxed"),
    [
        ("uniform", (), 0, [0, 1, 1, 1, 1, 1, 1, 1, 1, 1], {}),
        ("uniform_category", (), 0, [0, 1, 1, 1, 1, 1, 1, 1, 4, 4], {}),
        ("same_category", (), 0, [0, 2, 6, 1, 1, 1, 0, 4, 0, 0], {"any_category": 0}),
        ("same_category", (), 9, [0, 0, 0, 0, 0, 0, 0, 0, 1, 0], {"any_category": 0}),
        ("same_category", (), 8, [9, 2, 6, 1, 1, 1, 0, 4, 0, 0], {"any_category": 5000}),
        ("same_columns", ("year",), 0, [0, 2, 6, 0, 0, 0, 0, 4, 3, 0], {}),
        ("same_columns", ("line",), 7, [9, 2, 6, 1, 1, 1, 0, 0, 3, 0], {"any_category": 5000}),
        ("matched", (), 0, [0, 2, 6, 1, 1, 1, 0, 4, 0, 0], {"any_category": 0}),
        ("matched", ("year",), 0, [0, 2, 6, 0, 0, 0, 0, 4, 0, 0], {}),
        ("matched", ("year", "line"), 0, [0, 2, 6, 0, 0, 0, 0, 0, 0, 0], {}),
        ("matched", ("year",), 6, [0, 0, 0, 1, 1, 0, 0, 0, 0, 0], {}),
        ("matched", ("line",), 5, [9, 2, 6, 1, 1, 0, 0, 4, 0, 0], {"same_category": 5000}),
        (
            *("matched", ("line", "year"), 8, [9, 2, 6, 1, 1, 1, 0, 4, 0, 0]),
            {"same_category": 0, "any_category": 5000},
        ),
    ],
)
def test_frequencies_of_draws(outfits, protocol, columns, item, weights, relaxed) -> None:
    found, counts = drawn_from(outfits, item, protocol, columns)
    some = np.array(weights) > 0
    assert (found[~some] == 0).all()
    if some.sum() > 1:
        expected = np.array(weights)[some] / sum(weights) * 5000
        assert chisquare(found[some], expected).pvalue > 0.01
    assert {name: count for name, count in counts.items() if count} == {
        name: count for name, count in relaxed.items() if count
    }


def test_the_unknown_category_is_a_group(outfits: Outfits) -> None:
    items = replace(outfits.items, category_id=torch.tensor([-1, -1, 0, 0, 0, 0, 0, 0, 1, 1]))
    found, _ = drawn_from(outfits.with_items(items), 0, "same_category")
    assert found.tolist() == [0, 5000, 0, 0, 0, 0, 0, 0, 0, 0]


def test_bad_arguments(outfits: Outfits) -> None:
    with pytest.raises(FashionGraphError, match=r"'protocol'.*got 'random'"):
        negative_sampler("random", outfits.items)
    with pytest.raises(FashionGraphError, match=r"has year, line \(got 'colour'\)"):
        negative_sampler("matched", outfits.items, ["year", "colour"])
    with pytest.raises(FashionGraphError, match=r"'columns'.*'same_columns'"):
        negative_sampler("same_columns", outfits.items)
    with pytest.raises(FashionGraphError, match=r"'columns'.*got 'year'"):
        negative_sampler("matched", outfits.items, "year")
    bare = ItemTable.from_lists(["a", "b"], ["x", "x"])
    with pytest.raises(FashionGraphError, match=r"has none \(got 'year'\)"):
        negative_sampler("matched", replace(bare, frequency=torch.ones(2)), ["year"])
    for protocol in ("same_category", "matched"):
        with pytest.raises(FashionGraphError, match=r"'items'.*with_frequency\(\)"):
            negative_sampler(protocol, bare)


def test_matched_negatives_of_real_outfits(mango: Outfits) -> None:
    columns = ["type", "year", "line"]
    sampler = negative_sampler("matched", mango.items, columns)
    rng = np.random.default_rng(0)
    position = random_position(mango, rng)
    drawn = sampler.draw(mango, position, 3, rng)
    replaced = mango.item_id[mango.ptr[:-1] + position].unsqueeze(1)
    same = mango.items.category_id[drawn] == mango.items.category_id[replaced]
    for column in columns:
        values = mango.items.columns[column].to_numpy()
        same &= torch.from_numpy(values[drawn.numpy()] == values[replaced.numpy()])
    assert int((~same).sum()) == sum(sampler.relaxed.values())
    assert same.float().mean() > 0.9
    assert (mango.items.frequency[drawn] > 0).all()
