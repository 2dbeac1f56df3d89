"""Items in a line, those of one outfit close to each other."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
import torch
from scipy.sparse.csgraph import connected_components
from torch import Tensor

from fashiongraph.data.outfits import Outfits


def item_order(outfits: Outfits, rng: np.random.Generator, num_steps: int = 30) -> Tensor:
    """Place of every item in a line where items of one outfit stand close [n].

    Connected components follow each other in random order. Within one, items start at random
    coordinates, and each step moves an item to the mean of its outfits, which lie at the mean of
    their items, and takes the component's weighted mean off: power iteration towards the second
    eigenvector of the random walk from item to outfit to item (Fiedler's, which spectral
    partitioning cuts). A few steps smooth as well as convergence does and leave the choice to
    the seed. Each step is linear in the number of rows.

    Args:
        outfits: The outfits.
        rng: Source of randomness.
        num_steps: Steps of the iteration.
    """
    num_items, num_outfits = len(outfits.items), len(outfits)
    rows, columns = outfits.batch.numpy(), outfits.item_id.numpy()
    holds = sp.csr_array((np.ones(len(rows)), (rows, columns)), (num_outfits, num_items))
    held_by = holds.T.tocsr()
    _, label = connected_components(sp.block_array([[None, holds], [held_by, None]]), False)
    label = label[num_outfits:]

    count = np.bincount(columns, minlength=num_items).astype(np.float64)
    mass = np.maximum(np.bincount(label, count), 1)
    size = np.maximum(outfits.sizes.numpy(), 1)
    x = rng.standard_normal(num_items)
    for _ in range(num_steps):
        x -= (np.bincount(label, count * x) / mass)[label]
        x /= np.sqrt(np.bincount(label, count * x**2) / mass + 1e-30)[label]
        x = held_by @ (holds @ x / size) / np.maximum(count, 1)
    order = np.lexsort((x, rng.permutation(len(mass))[label]))
    place = np.empty(num_items, dtype=np.int64)
    place[order] = np.arange(num_items)
    return torch.from_numpy(place)
