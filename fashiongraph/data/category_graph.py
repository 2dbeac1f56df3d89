"""The category co-occurrence graph (eq. A3 of ADD-GNN)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch_geometric.data import Data

from fashiongraph.data.pair_counts import count_pairs
from fashiongraph.data.whole_numbers import whole_numbers
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
        ``edge_index`` [2, E] with :math:`i` in row 0 and :math:`j` in row 1, sorted;
        ``edge_weight`` [E]; ``edge_count`` [E], how many outfits hold both; ``count`` [C];
        ``default_weight`` [C], the weight of pairs never seen; ``num_nodes``; ``smoothing``;
        ``num_outfits``, one more than the highest entry of ``batch``.

    Raises:
        FashionGraphError: If ``smoothing`` is not positive and finite, a category is out of
            range, or ``category_id`` or ``batch`` holds anything but whole numbers.

    Source: Chen, Wu, Shen, Jia, "Learning from designers: fashion compatibility analysis via
    dataset distillation", eq. 3.
    """
    if not 0 < smoothing < float("inf"):
        raise FashionGraphError(f"'smoothing' needs to be positive and finite (got {smoothing})")
    category_id, batch = whole_numbers("category_id", category_id), whole_numbers("batch", batch)
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
    edge_index = torch.from_numpy(np.stack(np.divmod(key[order], num_categories)))
    edge_count = torch.from_numpy(together[order])
    weight = (edge_count + smoothing) / norm[edge_index[0]]
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
        FashionGraphError: If a category is not below the number of nodes, or the graph's edges were
            put into another order.
    """
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
        FashionGraphError: If a category is not below the number of nodes, or the graph's edges were
            put into another order.
    """
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
    keys = graph.edge_index[0] * size + graph.edge_index[1]
    if bool((keys[1:] <= keys[:-1]).any()):
        raise FashionGraphError(
            "'graph' needs its edges in order and each once, as category_graph() makes them; "
            "graph.sort() sorts them"
        )
    if keys.numel() == 0:
        return None, torch.zeros_like(i, dtype=torch.bool)
    wanted = i * size + j
    place = torch.searchsorted(keys, wanted).clamp_(max=keys.numel() - 1)
    return place, (keys[place] == wanted) & (i >= 0) & (j >= 0)
