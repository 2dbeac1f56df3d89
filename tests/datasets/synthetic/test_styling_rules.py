from __future__ import annotations

import itertools

import pytest
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets.synthetic.palette import COLOURS, HUES
from fashiongraph.datasets.synthetic.styling_rules import DESIGNERS_RULES, USERS_RULES
from fashiongraph.datasets.synthetic.synthetic_outfits import SyntheticOutfits

WHEEL = ["red", "orange", "yellow", "green", "teal", "blue", "violet", "pink"]
LOUD = {"stripes", "checks", "dots", "flowers"}
SAME_PLACE = [{"dress", "top"}, {"dress", "trousers"}, {"dress", "skirt"}, {"skirt", "trousers"}]


def broken_by(one, two):
    """The designers' rules that a pair of garments breaks, in words rather than matrices."""
    names = set()
    if one["category"] == two["category"] or {one["category"], two["category"]} in SAME_PLACE:
        names.add("category")
    colours = {one["colour"], two["colour"]}
    if colours <= set(WHEEL):
        steps = abs(WHEEL.index(one["colour"]) - WHEEL.index(two["colour"]))
        if min(steps, 8 - steps) in (2, 3):
            names.add("colour")
    if colours & {"black", "grey"} and colours & {"beige", "brown"}:
        names.add("colour")
    if one["pattern"] in LOUD and two["pattern"] in LOUD:
        names.add("pattern")
    if one["formality"] != two["formality"]:
        names.add("formality")
    if {one["season"], two["season"]} == {"summer", "winter"}:
        names.add("season")
    return names


def random_outfits():
    items = SyntheticOutfits(num_items=60, num_outfits=1).items
    rng = torch.Generator().manual_seed(0)
    sizes = torch.randint(0, 7, (50,), generator=rng)
    ptr = torch.cat([sizes.new_zeros(1), sizes.cumsum(0)])
    return Outfits(items, ptr, torch.randint(60, (int(ptr[-1]),), generator=rng))


def test_against_a_loop_over_pairs():
    outfits = random_outfits()
    items = outfits.items
    garments = items.columns.to_dict("records")
    for garment, code in zip(garments, items.category_id.tolist(), strict=True):
        garment["category"] = items.categories[code]
    expected = torch.zeros(len(outfits), len(DESIGNERS_RULES.rules), dtype=torch.long)
    pairs = torch.zeros(len(outfits))
    for o, rows in enumerate(outfits.item_id.split(outfits.sizes.tolist())):
        for one, two in itertools.combinations(rows.tolist(), 2):
            pairs[o] += 1
            for name in broken_by(garments[one], garments[two]):
                expected[o, DESIGNERS_RULES.names.index(name)] += 1
    assert expected.any(0).all(), "every rule is broken somewhere"
    assert DESIGNERS_RULES.violations(outfits).equal(expected)
    assert DESIGNERS_RULES.compatible(outfits).equal(expected.sum(1) == 0)
    score = -expected.sum(1) / pairs
    score[pairs == 0] = 0
    torch.testing.assert_close(DESIGNERS_RULES.score(outfits), score)


def test_no_outfits():
    outfits = random_outfits().select([])
    assert DESIGNERS_RULES.violations(outfits).shape == (0, 5)
    assert DESIGNERS_RULES.score(outfits).shape == (0,)


def test_users_forbid_nothing_that_designers_allow():
    for strict, loose in zip(DESIGNERS_RULES.rules, USERS_RULES.rules, strict=True):
        assert (strict.clash == strict.clash.T).all()
        assert (loose.clash == loose.clash.T).all()
        assert not (loose.clash & ~strict.clash).any()
    looser = [
        strict.column
        for strict, loose in zip(DESIGNERS_RULES.rules, USERS_RULES.rules, strict=True)
        if (strict.clash != loose.clash).any()
    ]
    assert looser == ["colour", "pattern"]


def test_the_wheel_is_in_order():
    assert list(HUES) == WHEEL
    assert list(COLOURS)[:8] == WHEEL


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({}, "'items' needs the column 'colour' of synthetic items"),
        ({"colour": "mauve"}, "'colour' needs to be one of red, .*; that of item 'a' is not"),
    ],
)
def test_other_items_are_refused(columns, message):
    frame = SyntheticOutfits(num_items=30, num_outfits=1).items.columns.head(1)
    frame = frame.assign(**columns) if columns else frame[["title"]]
    items = ItemTable.from_lists(["a"], ["hat"], columns=frame)
    with pytest.raises(ValueError, match=message):
        DESIGNERS_RULES.violations(Outfits.from_lists(items, [["a"]]))
