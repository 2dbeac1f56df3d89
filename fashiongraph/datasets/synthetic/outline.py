"""Shapes of garments as lists of points; coordinates run from 0 to 100, y downwards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]


def arc(centre: Point, radius: Point, start: float, stop: float, count: int = 16) -> list[Point]:
    """Points on an ellipse; angles in degrees, clockwise from the right as y runs downwards."""
    angle = np.radians(np.linspace(start, stop, count))
    x = centre[0] + radius[0] * np.cos(angle)
    y = centre[1] + radius[1] * np.sin(angle)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def mirrored(points: Sequence[Point]) -> list[Point]:
    """The mirror image about the vertical centre line."""
    return [(100 - x, y) for x, y in points]


def rounded(outline: Sequence[Point], radius: float) -> NDArray[np.float64]:
    """Round the corners of a closed shape by quadratic Bézier curves.

    Args:
        outline: Corners [n].
        radius: Distance from a corner to the start of its curve, at most half the edge.

    Returns:
        Points along the shape [5 n, 2].
    """
    corner = np.array(outline, float)
    start = _towards(np.roll(corner, 1, 0), corner, radius)
    stop = _towards(np.roll(corner, -1, 0), corner, radius)
    t = np.linspace(0, 1, 5)[:, None]
    weight = np.stack([(1 - t) ** 2, 2 * t * (1 - t), t**2])  # [3, 5, 1]
    curve = weight[:, None] * np.stack([start, corner, stop])[:, :, None]  # [3, n, 5, 2]
    return np.reshape(curve.sum(0), (-1, 2))


def _towards(
    end: NDArray[np.float64], corner: NDArray[np.float64], radius: float
) -> NDArray[np.float64]:
    edge = end - corner
    length = np.maximum(np.hypot(edge[:, :1], edge[:, 1:]), 1e-9)
    return np.add(corner, edge * np.minimum(radius / length, 0.5))
