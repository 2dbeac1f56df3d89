"""Budgets and owned items against enumeration."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
import torch

from fashiongraph.data import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.stylist import Stylist
from fashiongraph.stylist.limits import Limit, limits, within

MISSING = 7


@pytest.fixture(scope="module")
def priced(siamese, outfits) -> Stylist:
    """Nine items of three categories, one of them without a price."""
    items, catalogue = outfits.items, siamese.catalogue
    price = items.columns["price"].astype(float)
    rows = torch.cat([torch.nonzero(items.category_id == c).flatten()[:4] for c in range(3)])
    price.iloc[int(rows[MISSING])] = np.nan
    columns = items.columns.assign(price=price).iloc[rows.numpy()].reset_index(drop=True)
    few = ItemTable(
        items.ids[rows.numpy()],
        items.category_id[rows],
        items.categories,
        items.features[rows],
        columns,
    )
    return Stylist(catalogue.model, few, calibration=catalogue.calibration)


def every_outfit(items, slots):
    pools = [np.flatnonzero(items.category_id.numpy() == slot) for slot in slots]
    found = {frozenset(map(int, one)) for one in itertools.product(*pools)}
    return [sorted(one) for one in found if len(one) == len(slots)]


@pytest.mark.parametrize("slots", [(0, 1, 2), (1, 0, 1), (0, 0, 1)])
@pytest.mark.parametrize("bound", [60, 120, 200])
def test_composed_outfits_keep_the_budget(priced, slots, bound):
    items = priced.catalogue.items
    price = items.columns["price"].to_numpy()
    names = [items.categories[slot] for slot in slots]
    answer = priced.compose(n=70, slots=names, budget=[f"total price <= {bound}"], diversity=0.0)
    affordable = [one for one in every_outfit(items, slots) if price[one].sum() <= bound]
    found = [sorted(items.rows(one).tolist()) for one in answer.outfits]
    assert all(one in affordable for one in found)
    np.testing.assert_allclose(
        answer.frame.get("total_price", []), [price[one].sum() for one in found]
    )
    # A beam of 140 holds every partial outfit, so that nothing is missed.
    assert sorted(found) == sorted(affordable)
    assert "1 item has no price" in answer.sentence


def test_a_seed_counts_in_the_budget(priced):
    items = priced.catalogue.items
    price = items.columns["price"].to_numpy()
    seed = [str(items.ids[0])]
    most = price[0] + np.nanmin(price[4:8])
    answer = priced.compose(seed, slots=[items.categories[1]], budget=[f"total price <= {most}"])
    assert answer.frame["total_price"].tolist() == pytest.approx([most])
    none = priced.compose(seed, slots=[items.categories[1]], budget=[f"total price < {most}"])
    assert not len(none.outfits)
    with pytest.raises(FashionGraphError, match=r"'budget' needs a 'price'"):
        priced.compose(
            [str(items.ids[MISSING])], slots=[items.categories[0]], budget=["total price < 500"]
        )


@pytest.mark.parametrize("max_new", [0, 1, 2])
def test_outfits_have_few_items_that_are_not_owned(priced, max_new):
    items, owned = priced.catalogue.items, [0, 1, 4, 9]
    names = [items.categories[slot] for slot in (0, 1, 2)]
    answer = priced.compose(
        n=70,
        slots=names,
        diversity=0.0,
        owned=[str(items.ids[row]) for row in owned],
        max_new=max_new,
    )
    found = [sorted(items.rows(one).tolist()) for one in answer.outfits]
    expected = [
        one
        for one in every_outfit(items, (0, 1, 2))
        if sum(row not in owned for row in one) <= max_new
    ]
    assert sorted(found) == sorted(expected)
    assert (answer.frame["total_new"] <= max_new).all()
    captions = [one for panel in answer.panels for one in panel.captions]
    assert captions.count("new 1") == int(answer.frame["total_new"].sum())


def test_stand_ins_and_completions_keep_the_budget(priced):
    items = priced.catalogue.items
    price = items.columns["price"].to_numpy()
    outfit = [str(items.ids[row]) for row in (0, 4, 8)]
    bound = price[[0, 4, 8]].sum()
    swapped = priced.swap(outfit, outfit[1], budget=[f"total price <= {bound}"]).frame
    expected = [row for row in (5, 6, 7) if price[row] <= price[4]]
    assert sorted(items.rows(swapped["item_id"].tolist()).tolist()) == expected
    added = priced.complete(outfit[:2], budget=[f"total price <= {bound}"]).frame
    rest = bound - price[[0, 4]].sum()
    expected = [row for row in range(len(items)) if row not in (0, 4) and price[row] <= rest]
    assert sorted(items.rows(added["item_id"].tolist()).tolist()) == expected
    better = priced.improve(outfit, budget=[f"total price <= {bound}"])
    left = better.outfits[0] if better.outfits else outfit
    assert price[items.rows(left).numpy()].sum() <= bound


def test_a_sum_of_decimal_fractions_meets_its_bound():
    columns = pd.DataFrame({"price": [0.1, 0.2, 0.3]})
    items = ItemTable.from_lists([*"abc"], ["top"] * 3, columns=columns)
    outfit, last = torch.tensor([0]), torch.tensor([1])
    assert Limit.parse("total price <= 0.3", items).admits(outfit, last).tolist() == [True]
    assert Limit.parse("total price < 0.3", items).admits(outfit, last).tolist() == [False]


@pytest.mark.parametrize("seed", range(20))
def test_least_rest_equals_enumeration(seed):
    rng = np.random.default_rng(seed)
    price = rng.integers(-5, 20, 8).astype(float)
    items = ItemTable.from_lists([*"abcdefgh"], ["top"] * 8, columns=pd.DataFrame({"price": price}))
    limit = Limit.parse("total price <= 0", items)
    first, second = rng.choice(8, 4, replace=False), rng.choice(8, 2, replace=False)
    second = np.setdiff1d(second, first)
    candidates = np.arange(8)
    found = limit.least_rest(
        torch.from_numpy(candidates),
        [(torch.from_numpy(first), 2), (torch.from_numpy(second), 1)],
    )
    for candidate, value in zip(candidates, found.tolist(), strict=True):
        pairs = itertools.combinations([row for row in first if row != candidate], 2)
        ends = [row for row in second if row != candidate]
        sums = [price[list(pair)].sum() + price[end] for pair in pairs for end in ends]
        assert value == pytest.approx(min(sums, default=np.inf))


def test_bad_bounds_are_named(priced):
    items = priced.catalogue.items
    for arguments, message in (
        ({"budget": ["price <= 3"]}, "'budget' needs the form"),
        ({"budget": ["total price <= much"]}, "'budget' needs the form"),
        ({"budget": ["total price >= 3"]}, "'budget' needs the form"),
        ({"budget": ["total prise <= 3"]}, "'budget' needs a column of numbers.*price"),
        ({"budget": "total price <= 3"}, "'budget' needs a list"),
        ({"owned": ["nothing"]}, "'owned' needs items of the table"),
        ({"max_new": 1}, "'max_new' needs 'owned'"),
        ({"owned": [], "max_new": -1}, "'max_new' needs to be at least 0"),
    ):
        with pytest.raises(FashionGraphError, match=message):
            limits(items, **arguments)
    allowed = torch.ones(len(items), dtype=torch.bool)
    assert within([], items, torch.arange(1), allowed) == (allowed, "")
