"""Attributes of synthetic items, as columns and as features."""

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
"""Values of each attribute column."""


def attribute_features(items: ItemTable, rng: np.random.Generator, noise: float = 0.2) -> Tensor:
    """Indicators of the attributes, each with Gaussian noise [n, F].

    A substitute for features of pictures in tests and examples.

    Args:
        items: The synthetic items.
        rng: Random generator.
        noise: Standard deviation of the noise.

    Example:
        >>> from fashiongraph.datasets.synthetic.draw_items import draw_items
        >>> items = draw_items(60, np.random.default_rng(0))
        >>> attribute_features(items, np.random.default_rng(1)).shape
        torch.Size([60, 98])
    """
    columns = [
        items.columns[name].to_numpy(str)[:, None] == values for name, values in ATTRIBUTES.items()
    ]
    indicators = np.concatenate(columns, axis=1).astype(np.float32)
    draw = rng.standard_normal(indicators.shape, dtype=np.float32)
    return torch.from_numpy(indicators + np.float32(noise) * draw)
