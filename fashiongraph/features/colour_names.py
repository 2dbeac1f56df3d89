"""Names of colours."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import ImageColor

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.lab import to_lab

#: Names of clothes' colours, each with a typical shade on photographs.
COLOURS = {
    "black": "#202020",
    "grey": "#808080",
    "white": "#f2f2f2",
    "beige": "#d8c8ae",
    "brown": "#6b4a34",
    "red": "#b5202c",
    "orange": "#e0752e",
    "yellow": "#e8c94a",
    "green": "#56704a",
    "light blue": "#a3bcd8",
    "blue": "#3a5c96",
    "navy": "#232c44",
    "purple": "#70508a",
    "pink": "#e29cac",
}


def nearest_colour(lab: NDArray[np.floating]) -> pd.Categorical[str]:
    """Name the colour of :data:`COLOURS` that is nearest in CIELAB.

    A rough name: edges and shadows make the mean colour of a photographed garment greyer than the
    garment.

    Args:
        lab: Colours [n, 3], such as those of :func:`~fashiongraph.features.mean_lab`.

    Returns:
        Names [n]; that of a row with NaN is missing.

    Raises:
        FashionGraphError: If the shape is another.

    Example:
        >>> list(nearest_colour(np.array([[53.0, 80.0, 67.0], [95.0, 0.0, 0.0]])))
        ['red', 'white']
    """
    if lab.ndim != 2 or lab.shape[1] != 3:
        raise FashionGraphError(f"'lab' needs the shape [n, 3] (got {list(lab.shape)})")
    shades = to_lab(np.array([ImageColor.getrgb(one)[:3] for one in COLOURS.values()], np.uint8))
    distance = np.linalg.norm(lab[:, None].astype(np.float64) - shades, axis=2)
    codes = np.where(np.isnan(distance).any(axis=1), -1, distance.argmin(axis=1))
    return pd.Categorical.from_codes(codes.tolist(), pd.Index(COLOURS))
