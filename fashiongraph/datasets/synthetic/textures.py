"""Woven and printed patterns of synthetic garments."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fashiongraph.datasets.synthetic.palette import RGB

QUIET = ("plain", "pinstripes")
LOUD = ("stripes", "checks", "dots", "flowers")
PATTERNS = QUIET + LOUD


def luminance(colour: RGB) -> float:
    """Perceived brightness, from 0 to 255 (ITU-R BT.601)."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def mix(colour: RGB, other: RGB, share: float) -> RGB:
    """The colour with a share of another, 0 to 1, mixed in."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def ink(colour: RGB, strength: float) -> RGB:
    """A contrast of the same hue: lighter on dark cloth, darker on light cloth."""
    if luminance(colour) > 165:
        return mix(colour, (70, 62, 66), strength)
    return mix(colour, (255, 255, 255), strength)


def cover(pattern: str, size: int, rng: np.random.Generator) -> Image.Image:
    """Mask of the print of a pattern on the cloth.

    Less than half of the cloth is covered, so the ground colour stays the most frequent.

    Args:
        pattern: One of :data:`PATTERNS`.
        size: Side of the square of cloth in pixels.
        rng: Draws the phase and the scale of the pattern.

    Returns:
        A grey picture [size, size]: 255 where only the print shows.
    """
    side = np.arange(size, dtype=np.float32) * 100 / size  # the side is 100 long
    phase = rng.uniform(0, 40, (2, 1)).astype(np.float32)
    across, down = (side + phase) / np.float32(rng.uniform(0.9, 1.2))
    share = np.broadcast_to(_COVER[pattern](across, down[:, None]), (size, size))
    return Image.fromarray((share * 255).astype(np.uint8))


Plane = NDArray[np.float32]
Print = NDArray[np.float32] | NDArray[np.bool_]  # the share that is covered


def _plain(u: Plane, v: Plane) -> Print:
    return np.zeros((1, 1), np.float32)


def _pinstripes(u: Plane, v: Plane) -> Print:
    return np.multiply(0.5, u % 6 < 1, dtype=np.float32)


def _stripes(u: Plane, v: Plane) -> Print:
    return np.less(v % 12, 4)


def _checks(u: Plane, v: Plane) -> Print:
    return np.multiply(0.45, np.add(u % 15 < 3.5, v % 15 < 3.5, dtype=np.float32))


def _dots(u: Plane, v: Plane) -> Print:
    u = np.where(v % 20 < 10, u, u + 5)  # every other row is shifted by half a step
    return np.less(np.hypot(u % 10 - 5, v % 10 - 5), 2.9)


def _flowers(u: Plane, v: Plane) -> Print:
    u = np.where(v % 36 < 18, u, u + 10)
    x, y = u % 20 - 10, v % 18 - 9
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    petals: Print = (radius > 1.7) & (radius < 4.6 + 2.6 * np.cos(5 * angle))
    return petals


_COVER = {
    "plain": _plain,
    "pinstripes": _pinstripes,
    "stripes": _stripes,
    "checks": _checks,
    "dots": _dots,
    "flowers": _flowers,
}
