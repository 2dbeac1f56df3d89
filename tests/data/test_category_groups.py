from __future__ import annotations

import pandas as pd
import pytest
import torch

from fashiongraph.data.category_graph import category_count, category_graph
from fashiongraph.data.category_groups import group_categories
from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError

CATEGORIES = ["belt", "boot", "clutch", "pump", "tote"]


@pytest.fixture
def items() -> ItemTable:
    """An item of each category but the last."""
    columns = pd.DataFrame({"part": [None, "shoe", "bag", "shoe"], "shade": [*"ab", None, "c"]})
    return ItemTable.from_lists(
        CATEGORIES[:4], CATEGORIES[:4], columns=columns, vocabulary=CATEGORIES
    )


@pytest.fixture
def graph():
    """Outfits: belt, boot; boot, clutch; pump, clutch; pump, pump."""
    category = torch.tensor([0, 1, 1, 2, 3, 2, 3, 3])
    return category_graph(category, torch.tensor([0, 0, 1, 1, 2, 2, 3, 3]), 5)


def test_groups_meet_as_often_as_their_members(items, graph):
    grouped = group_categories(graph, items, "part")
    belt, boot, clutch, pump, tote = grouped.group.tolist()
    assert boot == pump and len({belt, boot, clutch, tote}) == 4
    shoe, bag = boot, clutch
    # Of 4 outfits shoes are counted 1 + 1 + 1 + 1 times, bags 2 times; both share 2 outfits.
    assert float(grouped.group_lift[shoe, bag]) == pytest.approx((2 + 1) / (4 * 2 / 4 + 1))
    assert float(grouped.group_lift[shoe, shoe]) == pytest.approx((1 + 1) / (4 * 4 / 4 + 1))
    assert float(grouped.group_lift[tote, shoe]) == 1  # never seen
    assert torch.equal(grouped.group_lift, grouped.group_lift.T)
    many = items.with_vocabulary([*CATEGORIES, *"xyz"])
    empty = category_graph(torch.tensor([0]), torch.tensor([0]), 8)
    assert group_categories(empty, many, "part").group_lift.shape == (4, 4)
    assert "group" not in graph and torch.equal(grouped.edge_weight, graph.edge_weight)


def test_how_many_outfits_hold_both(graph):
    i, j = torch.tensor([[0, 1, 3, 3, -1, 0], [1, 2, 2, 3, 1, 4]])
    assert category_count(graph, i, j).tolist() == [1, 1, 1, 1, 0, 0]
    empty = category_graph(torch.tensor([], dtype=torch.long), torch.tensor([]), 5)
    assert category_count(empty, i, j).tolist() == [0] * 6
    with pytest.raises(FashionGraphError, match=r"below the 5 categories .*got 5"):
        category_count(graph, i, j + 1)


def test_a_column_that_is_no_group_is_refused(items, graph):
    with pytest.raises(FashionGraphError, match=r"one of part, shade \(got 'colour'\)"):
        group_categories(graph, items, "colour")
    again = ItemTable.from_lists(
        [*"abc"], ["boot", "boot", "tote"], columns=pd.DataFrame({"part": [*"xyx"]})
    )
    two = category_graph(torch.tensor([0, 1]), torch.tensor([0, 0]), 2)
    with pytest.raises(FashionGraphError, match="'part', which has several for 'boot'"):
        group_categories(two, again, "part")
    with pytest.raises(FashionGraphError, match=r"categories of the graph, 5 \(got 2\)"):
        group_categories(graph, again.with_vocabulary(["boot", "tote"]), "part")
