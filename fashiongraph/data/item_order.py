"""Spectral order of items, for item-disjoint splits."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
import torch
from scipy.sparse.csgraph import connected_components
from torch import Tensor

from fashiongraph.data.outfits import Outfits


def item_order(outfits: Outfits, rng: np.random.Generator, num_steps: int = 30) -> Tensor:
    """Rank of every item in an order that keeps the items of an outfit close [n].

    Connected components follow each other in random order. Within a component, items start at
    random coordinates. Each step moves an item to the mean of its outfits, each at the mean of its
    items, and subtracts the weighted mean of the component: power iteration towards the second
    eigenvector of the random walk from item to outfit to item (the Fiedler vector, by which
    spectral partitioning cuts). A few steps are as good as convergence and depend on the seed.
    Each step is linear in the number of rows.

    Args:
        outfits: The outfits.
        rng: Source of randomness.
        num_steps: Steps of the iteration.

    Example:
        >>> import numpy as np
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists([*"abcd"], ["top", "shoe"] * 2)
        >>> outfits = Outfits.from_lists(items, [["a", "c"], ["b", "d"]])
        >>> rank = item_order(outfits, np.random.default_rng(0))
        >>> abs(int(rank[0] - rank[2])), abs(int(rank[1] - rank[3]))
        (1, 1)
    """
    num_items, num_outfits = len(outfits.items), len(outfits)
    rows, columns = outfits.batch.numpy(), outfits.item_id.numpy()
    holds = sp.csr_array((np.ones(len(rows)), (rows, columns)), (num_outfits, num_items))
    outfits_of = holds.T.tocsr()
    _, label = connected_components(sp.block_array([[None, holds], [outfits_of, None]]), False)
    label = label[num_outfits:]

    count = np.bincount(columns, minlength=num_items).astype(np.float64)
    mass = np.maximum(np.bincount(label, count), 1)
    size = np.maximum(outfits.sizes.numpy(), 1)
    x = rng.standard_normal(num_items)
    for _ in range(num_steps):
        x -= (np.bincount(label, count * x) / mass)[label]
        x /= np.sqrt(np.bincount(label, count * x**2) / mass + 1e-30)[label]
        x = outfits_of @ (holds @ x / size) / np.maximum(count, 1)
    order = np.lexsort((x, rng.permutation(len(mass))[label]))
    rank = np.empty(num_items, dtype=np.int64)
    rank[order] = np.arange(num_items)
    return torch.from_numpy(rank)
