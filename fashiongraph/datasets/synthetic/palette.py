"""Colours of synthetic garments, and pairs of colours that clash."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RGB = tuple[int, int, int]

# In the order of a painter's wheel of eight: four steps apart is the complement.
HUES: dict[str, RGB] = {
    "red": (196, 42, 50),
    "orange": (233, 126, 40),
    "yellow": (240, 203, 66),
    "green": (66, 146, 76),
    "teal": (28, 148, 150),
    "blue": (58, 108, 208),
    "violet": (124, 76, 168),
    "pink": (232, 122, 170),
}
COLD: dict[str, RGB] = {"black": (42, 42, 46), "grey": (142, 146, 152)}
WARM: dict[str, RGB] = {"beige": (216, 194, 158), "brown": (112, 74, 48)}
# White and navy go with every colour.
OPEN: dict[str, RGB] = {"white": (251, 251, 249), "navy": (34, 48, 92)}
NEUTRALS: dict[str, RGB] = {**COLD, **WARM, **OPEN}
COLOURS: dict[str, RGB] = {**HUES, **NEUTRALS}


def colour_clash(steps: tuple[int, ...], temperature: bool) -> NDArray[np.bool_]:
    """Whether two colours clash, a symmetric matrix in the order of :data:`COLOURS`.

    Args:
        steps: Distances on the wheel of eight hues that clash.
        temperature: Whether a cold neutral (black, grey) clashes with a warm one (beige, brown).
    """
    names = list(COLOURS)
    place = np.array([list(HUES).index(name) if name in HUES else -1 for name in names])
    apart = np.abs(place[:, None] - place)
    apart = np.minimum(apart, len(HUES) - apart)
    hued = (place[:, None] >= 0) & (place >= 0)
    cold, warm = np.isin(names, list(COLD)), np.isin(names, list(WARM))
    mixed = (cold[:, None] & warm) | (warm[:, None] & cold)
    return (hued & np.isin(apart, steps)) | (mixed & temperature)
