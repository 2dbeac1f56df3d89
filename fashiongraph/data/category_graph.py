"""Category co-occurrence graph (eq. A3 of ADD-GNN)."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch_geometric.data import Data

from fashiongraph.data.checks import integers
from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.pairs import count_pairs
from fashiongraph.errors import FashionGraphError


def category_graph(
    category_id: Tensor | Sequence[int],
    batch: Tensor | Sequence[int],
    num_categories: int,
    smoothing: float = 1.0,
) -> Data:
    r"""Directed graph of category co-occurrence, with smoothed conditional frequencies as weights.

    .. math::
        A_{ij} = \frac{\mathrm{count}(c_i, c_j) + \lambda}{\mathrm{count}(c_i) + C \lambda}

    :math:`\mathrm{count}(c_i)` is the number of outfits with category :math:`c_i` and
    :math:`\mathrm{count}(c_i, c_j)` the number with both; for :math:`i = j` it is the number with
    at least two items of the category. The graph is directed, since :math:`A_{ij} \neq A_{ji}`.
    Only observed pairs are edges; all other pairs of a node :math:`i` have one default weight.
    Time and memory are linear in the number of item pairs within outfits.

    Pass the *training* outfits only. Rows of unknown category (``-1``) are not counted.

    Args:
        category_id: Category of each row [N].
        batch: Outfit of each row [N].
        num_categories: Size of the vocabulary, :math:`C`.
        smoothing: Laplace term :math:`\lambda`, positive.

    Returns:
        A graph in PyG's direction: ``edge_index`` [2, E] with an edge :math:`j \to i` for
        :math:`A_{ij}`, sorted by i, then j, so that a convolution over it computes
        :math:`\mathbf{A} \mathbf{x}`; ``edge_weight`` [E]; ``edge_count`` [E], the number of
        outfits with both categories; ``count`` [C]; ``default_weight`` [C], the weight
        :math:`A_{ij}` of unobserved pairs; ``num_nodes``; ``smoothing``; ``num_outfits``, one more
        than the highest entry of ``batch``.

    Raises:
        FashionGraphError: If ``smoothing`` is not positive and finite, a category is out of
            range, or ``category_id`` or ``batch`` are no integers.

    Source: Chen, Wu, Shen, Jia, "Learning from designers: fashion compatibility analysis via
    dataset distillation" (ICIP 2022), eq. 3.

    Example:
        >>> graph = category_graph([0, 1, 0, 2], [0, 0, 1, 1], num_categories=3)
        >>> graph.edge_index.tolist()
        [[1, 2, 0, 0], [0, 0, 1, 2]]
        >>> category_weight(graph, torch.tensor([0, 1]), torch.tensor([1, 2])).tolist()
        [0.4000000059604645, 0.25]
    """
    if not 0 < smoothing < float("inf"):
        raise FashionGraphError(f"'smoothing' needs to be positive and finite (got {smoothing})")
    category_id, batch = integers("category_id", category_id), integers("batch", batch)
    if category_id.shape != batch.shape:
        raise FashionGraphError(
            f"'batch' needs one entry per row of 'category_id', {category_id.numel()} "
            f"(got {batch.numel()})"
        )
    if category_id.numel() and int(category_id.max()) >= num_categories:
        raise FashionGraphError(
            f"'category_id' needs to be below {num_categories} (got {int(category_id.max())})"
        )
    code = batch * num_categories + category_id
    key = np.sort(torch.where(category_id < 0, -1, code).numpy())
    key = key[np.searchsorted(key, 0) :]  # unknown categories come first
    again = np.zeros(len(key), bool)
    np.equal(key[1:], key[:-1], out=again[1:])
    outfit, category = np.divmod(key[~again], num_categories)
    count = np.bincount(category, minlength=num_categories)
    twice = np.bincount(np.unique(key[again]) % num_categories, minlength=num_categories)

    pair, both = count_pairs(outfit, category, num_categories)
    i, j = np.divmod(pair, num_categories)
    (same,) = np.nonzero(twice)
    key = np.concatenate([pair, j * num_categories + i, same * (num_categories + 1)])
    both = np.concatenate([both, both, twice[same]])
    order = key.argsort()

    norm = torch.from_numpy(count + num_categories * smoothing)
    receiver, sender = np.divmod(key[order], num_categories)
    edge_index = torch.from_numpy(np.stack([sender, receiver]))
    edge_count = torch.from_numpy(both[order])
    weight = (edge_count + smoothing) / norm[edge_index[1]]
    return Data(
        edge_index=edge_index,
        edge_weight=weight.float(),
        edge_count=edge_count,
        count=torch.from_numpy(count),
        default_weight=(smoothing / norm).float(),
        num_nodes=num_categories,
        smoothing=float(smoothing),
        num_outfits=int(batch.max()) + 1 if batch.numel() else 0,
    )


def category_weight(graph: Data, i: Tensor, j: Tensor) -> Tensor:
    r"""Weights :math:`A_{ij}` (eq. A3) of pairs of categories, observed or not.

    An unknown category (``-1``) has no counts: as :math:`i` it has the weight :math:`1 / C` for
    every :math:`j`, and as :math:`j` it has the default weight of :math:`i`.

    Args:
        graph: A graph made by :func:`category_graph`, with edges in any order.
        i: Target categories, any shape.
        j: Source categories, the same shape.

    Returns:
        Weights in the shape of ``i``.

    Raises:
        FashionGraphError: If a category is not below the number of nodes, or the graph has
            duplicate edges.

    Example:
        >>> graph = category_graph([0, 1], [0, 0], num_categories=2)
        >>> category_weight(graph, torch.tensor([0, 0, -1]), torch.tensor([1, 0, 0])).tolist()
        [0.6666666865348816, 0.3333333432674408, 0.5]
    """
    if "weight_table" in graph:
        table: Tensor = graph.weight_table
        return table[i, j]
    place, seen = _edges(graph, i, j)
    size = max(int(graph.num_nodes or 0), 1)
    default = torch.cat([graph.default_weight, graph.default_weight.new_tensor([1 / size])])
    rest = default[i.clamp(min=-1)]  # -1 picks the last entry
    return rest if place is None else torch.where(seen, graph.edge_weight[place], rest)


def category_count(graph: Data, i: Tensor, j: Tensor) -> Tensor:
    """Number of outfits with both of two categories, or with one category at least twice.

    Args:
        graph: A graph made by :func:`category_graph`.
        i: Categories, any shape; ``-1`` counts 0.
        j: Other categories, the same shape.

    Returns:
        Counts in the shape of ``i``.

    Raises:
        FashionGraphError: If a category is not below the number of nodes, or the graph has
            duplicate edges.

    Example:
        >>> graph = category_graph([0, 1, 0, 1], [0, 0, 1, 1], num_categories=2)
        >>> category_count(graph, torch.tensor([0, 0]), torch.tensor([1, 0])).tolist()
        [2, 0]
    """
    if "count_table" in graph:
        table: Tensor = graph.count_table
        return table[i, j]
    place, seen = _edges(graph, i, j)
    return torch.zeros_like(i) if place is None else graph.edge_count[place] * seen


def _edges(graph: Data, i: Tensor, j: Tensor) -> tuple[Tensor | None, Tensor]:
    """Candidate edge of each pair (:obj:`None` without edges), and the mask of true matches."""
    size = int(graph.num_nodes or 0)
    if i.numel() and max(int(i.max()), int(j.max())) >= size:
        raise FashionGraphError(
            f"'i' and 'j' need to be below the {size} categories of the graph "
            f"(got {max(int(i.max()), int(j.max()))})"
        )
    keys = graph.edge_index[1] * size + graph.edge_index[0]
    order = None
    if bool((keys[1:] <= keys[:-1]).any()):  # after a PyG transform or conversion
        keys, order = keys.sort()
        if bool((keys[1:] == keys[:-1]).any()):
            raise FashionGraphError("'graph' needs distinct edges (got duplicates)")
    if keys.numel() == 0:
        return None, torch.zeros_like(i, dtype=torch.bool)
    wanted = i * size + j
    place = torch.searchsorted(keys, wanted).clamp_(max=keys.numel() - 1)
    found = (keys[place] == wanted) & (i >= 0) & (j >= 0)
    return place if order is None else order[place], found


def dense_category_graph(graph: Data) -> Data:
    """Add dense tables of all pairs to a category graph, for exported programs.

    Args:
        graph: A graph made by :func:`category_graph`.

    Returns:
        A copy with ``weight_table`` and ``count_table`` [C + 1, C + 1], whose last row and column
        belong to the unknown category (``-1``), and without item co-occurrence.

    Example:
        >>> dense = dense_category_graph(category_graph([0, 1], [0, 0], num_categories=2))
        >>> dense.count_table.tolist()
        [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    """
    unknown_last = torch.arange(-1, int(graph.num_nodes or 0)).roll(-1)
    pairs = torch.meshgrid(unknown_last, unknown_last, indexing="ij")
    dense = Data(**{name: value for name, value in graph.to_dict().items() if "item" not in name})
    dense.weight_table = category_weight(graph, *pairs)
    dense.count_table = category_count(graph, *pairs)
    return dense


def group_categories(graph: Data, items: ItemTable, column: str) -> Data:
    r"""Add broader groups of categories, and their co-occurrence ratios, to a category graph.

    With many categories most pairs have few counts or none. The ratio of their groups is a prior:
    two kinds of bags rarely share an outfit because bags in general do not.

    .. math::
        \rho_{gh} = \frac{\sum_{c \in g, d \in h} \mathrm{count}(c, d) + \lambda}
                         {\mathrm{count}(g) \, \mathrm{count}(h) / B + \lambda},
        \qquad \mathrm{count}(g) = \sum_{c \in g} \mathrm{count}(c)

    is the smoothed ratio of the observed to the expected number of outfits with both groups, of
    B outfits in all.

    Args:
        graph: A graph made by :func:`~fashiongraph.data.category_graph`.
        items: Items with the categories of the graph.
        column: Column with the group, which is the same for all items of a category. Categories
            without items form one group.

    Returns:
        A copy of the graph with ``group`` [C] and ``group_ratio`` [G, G], :math:`\rho`.

    Raises:
        FashionGraphError: If the column is unknown or differs within a category, or the items
            have other categories than the graph.

    Example:
        >>> import pandas as pd
        >>> from fashiongraph.data import ItemTable
        >>> columns = pd.DataFrame({"kind": ["shoe", "shoe", "bag"]})
        >>> items = ItemTable.from_lists([*"abc"], ["boot", "pump", "tote"], columns=columns)
        >>> graph = category_graph(items.category_id, [0, 1, 1], items.num_categories)
        >>> grouped = group_categories(graph, items, "kind")
        >>> grouped.group.tolist(), grouped.group_ratio.tolist()
        ([0, 0, 1], [[0.3333333432674408, 1.0], [1.0, 0.6666666865348816]])
    """
    if items.num_categories != graph.num_nodes:
        raise FashionGraphError(
            f"'items' needs the categories of the graph, {graph.num_nodes} "
            f"(got {items.num_categories})"
        )
    groups = torch.from_numpy(_groups(items, column))
    size = int(groups.max()) + 1 if groups.numel() else 0
    h, g = groups[graph.edge_index]
    observed = torch.zeros(size * size, dtype=torch.double)
    observed.index_add_(0, g * size + h, graph.edge_count.double())
    count = torch.zeros(size, dtype=torch.double).index_add_(0, groups, graph.count.double())
    expected = count.outer(count) / max(graph.num_outfits, 1)
    graph = copy(graph)
    graph.group = groups
    graph.group_ratio = (
        (observed.view(size, size) + graph.smoothing) / (expected + graph.smoothing)
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
    # One group for all unused categories, since the table of groups is quadratic in their number.
    groups = np.full(items.num_categories, len(names))
    groups[pairs["category"]] = pairs["group"]
    return pd.factorize(groups)[0].astype(np.int64)
