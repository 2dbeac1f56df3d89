"""The category co-occurrence graph (eq. A3 of ADD-GNN)."""

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
    r"""Count which categories share outfits and weigh every ordered pair of them.

    .. math::
        A_{ij} = \frac{\mathrm{count}(c_i, c_j) + \lambda}{\mathrm{count}(c_i) + C \lambda}

    Counts are numbers of outfits: those that hold :math:`c_i`, those that hold both, and for
    :math:`i = j` those that hold the category at least twice. The graph is directed, since
    :math:`A_{ij} \neq A_{ji}`. Only observed pairs become edges; what any other pair of node
    :math:`i` weighs is one number per node. Time and memory are linear in the number of pairs
    within outfits, and never quadratic in the number of categories.

    Pass the *training* outfits only. Rows with an unknown category (``-1``) are not counted.

    Args:
        category_id: Category of each row [N].
        batch: Outfit of each row [N].
        num_categories: Size of the vocabulary, :math:`C`.
        smoothing: The Laplace term :math:`\lambda`, positive.

    Returns:
        A graph in PyG's direction: ``edge_index`` [2, E] with an edge :math:`j \to i` for
        :math:`A_{ij}`, sorted by i, then j, so that a convolution over it computes
        :math:`\mathbf{A} \mathbf{x}`; ``edge_weight`` [E]; ``edge_count`` [E], the number of
        outfits that hold both; ``count`` [C]; ``default_weight`` [C], the weight
        :math:`A_{ij}` of pairs never observed; ``num_nodes``; ``smoothing``; ``num_outfits``, one
        more than the highest entry of ``batch``.

    Raises:
        FashionGraphError: If ``smoothing`` is not positive and finite, a category is out of
            range, or ``category_id`` or ``batch`` holds anything but whole numbers.

    Source: Chen, Wu, Shen, Jia, "Learning from designers: fashion compatibility analysis via
    dataset distillation", eq. 3.
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
    key = key[np.searchsorted(key, 0) :]  # the unknown come first
    again = np.zeros(len(key), bool)
    np.equal(key[1:], key[:-1], out=again[1:])
    outfit, category = np.divmod(key[~again], num_categories)
    count = np.bincount(category, minlength=num_categories)
    twice = np.bincount(np.unique(key[again]) % num_categories, minlength=num_categories)

    pair, together = count_pairs(outfit, category, num_categories)
    i, j = np.divmod(pair, num_categories)
    (same,) = np.nonzero(twice)
    key = np.concatenate([pair, j * num_categories + i, same * (num_categories + 1)])
    together = np.concatenate([together, together, twice[same]])
    order = key.argsort()

    norm = torch.from_numpy(count + num_categories * smoothing)
    receiver, sender = np.divmod(key[order], num_categories)
    edge_index = torch.from_numpy(np.stack([sender, receiver]))
    edge_count = torch.from_numpy(together[order])
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
    """Weight A_ij of any pairs of categories, seen or unseen.

    A category outside the vocabulary (``-1``) was seen in no outfit: as :math:`i` it weighs every
    :math:`j` alike, 1 / C, and as :math:`j` it has the default weight of :math:`i`.

    Args:
        graph: A graph made by :func:`category_graph`.
        i: Categories at the receiving end, any shape.
        j: Categories at the sending end, the same shape.

    Raises:
        FashionGraphError: If a category is not below the number of nodes, or the graph has an edge
            twice.
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
    """How many outfits hold both of any two categories; of one with itself, at least twice.

    Args:
        graph: A graph made by :func:`category_graph`.
        i: Categories, any shape; ``-1`` is in no outfit.
        j: Other categories, the same shape.

    Raises:
        FashionGraphError: If a category is not below the number of nodes, or the graph has an edge
            twice.
    """
    if "count_table" in graph:
        table: Tensor = graph.count_table
        return table[i, j]
    place, seen = _edges(graph, i, j)
    return torch.zeros_like(i) if place is None else graph.edge_count[place] * seen


def _edges(graph: Data, i: Tensor, j: Tensor) -> tuple[Tensor | None, Tensor]:
    """The edge of each pair, where there are edges, and whether it is truly the pair's."""
    size = int(graph.num_nodes or 0)
    if i.numel() and max(int(i.max()), int(j.max())) >= size:
        raise FashionGraphError(
            f"'i' and 'j' need to be below the {size} categories of the graph "
            f"(got {max(int(i.max()), int(j.max()))})"
        )
    keys = graph.edge_index[1] * size + graph.edge_index[0]
    order = None
    if bool((keys[1:] <= keys[:-1]).any()):  # after a PyG transform or a round trip, say
        keys, order = keys.sort()
        if bool((keys[1:] == keys[:-1]).any()):
            raise FashionGraphError("'graph' needs each edge once")
    if keys.numel() == 0:
        return None, torch.zeros_like(i, dtype=torch.bool)
    wanted = i * size + j
    place = torch.searchsorted(keys, wanted).clamp_(max=keys.numel() - 1)
    found = (keys[place] == wanted) & (i >= 0) & (j >= 0)
    return place if order is None else order[place], found


def dense_category_graph(graph: Data) -> Data:
    """A copy of a category graph with tables of all pairs, for programs of fixed operations.

    Args:
        graph: A graph made by :func:`category_graph`.

    Returns:
        The graph with ``weight_table`` and ``count_table`` [C + 1, C + 1], whose last row and
        column are those of the unknown category; without item co-occurrence.
    """
    unknown_last = torch.arange(-1, int(graph.num_nodes or 0)).roll(-1)
    pairs = torch.meshgrid(unknown_last, unknown_last, indexing="ij")
    dense = Data(**{name: value for name, value in graph.to_dict().items() if "item" not in name})
    dense.weight_table = category_weight(graph, *pairs)
    dense.count_table = category_count(graph, *pairs)
    return dense


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
        A copy of the graph with ``group`` [C] and ``group_ratio`` [G, G], :math:`\rho`.

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
    h, g = groups[graph.edge_index]
    together = torch.zeros(size * size, dtype=torch.double)
    together.index_add_(0, g * size + h, graph.edge_count.double())
    count = torch.zeros(size, dtype=torch.double).index_add_(0, groups, graph.count.double())
    chance = count.outer(count) / max(graph.num_outfits, 1)
    graph = copy(graph)
    graph.group = groups
    graph.group_ratio = (
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
