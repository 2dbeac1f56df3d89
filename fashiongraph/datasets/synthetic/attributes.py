"""The true attributes of synthetic items, as columns and as features."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from fashiongraph.data.item_table import ItemTable
from fashiongraph.datasets.synthetic.catalogue import CATALOGUE
from fashiongraph.datasets.synthetic.palette import COLOURS
from fashiongraph.datasets.synthetic.style import FORMALITIES, SEASONS
from fashiongraph.datasets.synthetic.textures import PATTERNS

ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "shape": tuple(shape for shapes in CATALOGUE.values() for shape in shapes),
    "colour": tuple(COLOURS),
    "pattern": PATTERNS,
    "formality": FORMALITIES,
    "season": SEASONS,
}
"""The values of each column that tells the truth about an item."""


def attribute_features(items: ItemTable, rng: np.random.Generator, noise: float = 0.2) -> Tensor:
    """Indicators of the true attributes with Gaussian noise on each [n, F].

    A stand-in for the features of pictures where none are wanted, in tests above all.

    Args:
        items: The synthetic items.
        rng: The source of chance.
        noise: Standard deviation of the noise.
    """
    truth = [
        items.columns[name].to_numpy(str)[:, None] == values for name, values in ATTRIBUTES.items()
    ]
    indicators = np.concatenate(truth, axis=1).astype(np.float32)
    draw = rng.standard_normal(indicators.shape, dtype=np.float32)
    return torch.from_numpy(indicators + np.float32(noise) * draw)
