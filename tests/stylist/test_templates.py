import pytest

from fashiongraph.data import ItemTable, Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.stylist.templates import templates


@pytest.fixture
def items():
    names = ["top", "skirt", "shoe", "dress", "shoe"]
    return ItemTable.from_lists([*"abcde"], names)


def named(items, found):
    return [[items.categories[c] for c in one] for one in found]


def test_the_most_frequent_sets_come_first(items):
    worn = [["a", "b", "c"], ["d", "e"], ["a", "b", "e"], ["d", "c", "e"], ["a", "c"]]
    outfits = Outfits.from_lists(items, worn)
    assert named(items, templates(items, outfits, items.rows([])))[0] == ["shoe", "skirt", "top"]
    assert named(items, templates(items, outfits, items.rows(["d"]))) == [
        ["shoe"],
        ["shoe", "shoe"],
    ]
    found = named(items, templates(items, outfits, items.rows(["a", "b"])))
    assert found == [["shoe"]]  # no dress beside a top and a skirt, no second top


def test_slots_replace_them(items):
    found = templates(items, None, items.rows(["a"]), ["shoe", "dress"])
    assert named(items, found) == [["shoe", "dress"]]


def test_a_seed_that_no_outfit_has_needs_slots(items):
    outfits = Outfits.from_lists(items, [["a", "b"]])
    for seed in (["a", "b"], ["d"]):
        with pytest.raises(FashionGraphError, match="'slots' needs categories, since no outfit"):
            templates(items, outfits, items.rows(seed))
