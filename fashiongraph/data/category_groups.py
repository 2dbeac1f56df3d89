"""Broader categories, which say what to expect of categories that are rare."""

from __future__ import annotations

from copy import copy

import numpy as np
import pandas as pd
import torch
from torch_geometric.data import Data

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError


def group_categories(graph: Data, items: ItemTable, column: str) -> Data:
    r"""Add to a category graph the broader category of each category.

    Where categories are many, most pairs of them share few outfits or none, and whether that is
    chance or taste the pair alone cannot say. Their groups can: two kinds of bags hardly share an
    outfit because bags do not.

    .. math::
        \rho_{gh} = \frac{\sum_{c \in g, d \in h} \mathrm{count}(c, d) + \lambda}
                         {\mathrm{count}(g) \, \mathrm{count}(h) / B + \lambda},
        \qquad \mathrm{count}(g) = \sum_{c \in g} \mathrm{count}(c)

    is how much more often two groups share an outfit than chance would have them.

    Args:
        graph: A graph made by :func:`~fashiongraph.data.category_graph`.
        items: The items, whose categories the graph's are.
        column: The column that says the group, the same for all items of a category. Categories
            without items share a group.

    Returns:
        A copy of the graph with ``group`` [C] and ``group_lift`` [G, G], :math:`\rho`.

    Raises:
        FashionGraphError: If the column is unknown or differs within a category, or the items
            have other categories than the graph.
    """
    if items.num_categories != graph.num_nodes:
        raise FashionGraphError(
            f"'items' needs the categories of the graph, {graph.num_nodes} "
            f"(got {items.num_categories})"
        )
    groups = torch.from_numpy(_groups(items, column))
    size = int(groups.max()) + 1 if groups.numel() else 0
    g, h = groups[graph.edge_index]
    together = torch.zeros(size * size, dtype=torch.double)
    together.index_add_(0, g * size + h, graph.edge_count.double())
    count = torch.zeros(size, dtype=torch.double).index_add_(0, groups, graph.count.double())
    chance = count.outer(count) / max(graph.num_outfits, 1)
    graph = copy(graph)
    graph.group = groups
    graph.group_lift = (
        (together.view(size, size) + graph.smoothing) / (chance + graph.smoothing)
    ).float()
    return graph


def _groups(items: ItemTable, column: str) -> np.ndarray:
    """Group of each category [C], counted from 0."""
    group, names = pd.factorize(items.column(column), use_na_sentinel=False)
    pairs = pd.DataFrame({"category": items.category_id.numpy(), "group": group})
    pairs = pairs[pairs["category"] >= 0].drop_duplicates()
    several = pairs["category"].duplicated().to_numpy()
    if several.any():
        name = items.categories[pairs["category"].iloc[int(several.argmax())]]
        raise FashionGraphError(
            f"'column' needs one value within a category (got {column!r}, which has several for "
            f"{name!r})"
        )
    # A group each would make the table of groups quadratic in a vocabulary that is hardly used.
    groups = np.full(items.num_categories, len(names))
    groups[pairs["category"]] = pairs["group"]
    return pd.factorize(groups)[0].astype(np.int64)
