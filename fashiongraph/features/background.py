"""Background of product photographs, found from their borders."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from torch import nn

from fashiongraph.features.lab import to_lab

_SIDE = 256  # pixels: finer outlines are interpolated
# Connects the pixels of a picture with their four neighbours, and no two pictures of a batch.
_NEIGHBOURS = np.zeros((3, 3, 3), dtype=bool)
_NEIGHBOURS[1] = ndimage.generate_binary_structure(2, 1)


def foreground(
    lab: NDArray[np.float32], threshold: float = 8.0, least: float = 0.01
) -> NDArray[np.bool_]:
    r"""Find the pixels of garments, in front of a background of one colour.

    The background colour :math:`c` is the median of a picture's border. Background is what is
    connected to the border through pixels :math:`x` with

    .. math::
        \lVert x - c \rVert_2 \leq \text{threshold},

    so that a white print on a shirt stays. If less than the share ``least`` of a picture would be
    left, as of a white garment whose outline does not show, all its pixels count.

    Args:
        lab: Pictures in CIELAB [B, H, W, 3].
        threshold: Largest distance of background from the border's colour; soft shadows are
            within 8.
        least: Smallest share of garment in a picture.

    Returns:
        Whether a pixel is of the garment [B, H, W].

    Example:
        >>> lab = np.zeros((1, 5, 5, 3), np.float32)
        >>> lab[0, 2, 2] = 50
        >>> int(foreground(lab).sum())
        1
    """
    edges = (lab[:, 0], lab[:, -1], lab[:, :, 0], lab[:, :, -1])
    colour = np.median(np.concatenate(edges, axis=1), axis=1)
    near = np.square(lab - colour[:, None, None]).sum(axis=3) <= threshold**2
    areas, count = ndimage.label(near, structure=_NEIGHBOURS)
    outside = np.zeros(count + 1, dtype=bool)
    for edge in (areas[:, 0], areas[:, -1], areas[:, :, 0], areas[:, :, -1]):
        outside[edge] = True
    outside[0] = False
    garment: NDArray[np.bool_] = ~outside[areas]
    garment[garment.mean(axis=(1, 2)) < least] = True
    return garment


class RemoveBackground(nn.Module):
    """Replace the background of a product photograph by white.

    A step before another preparation: ``encoder.transform = v2.Compose([RemoveBackground(),
    encoder.transform])``. It suits photographs of one garment on a plain wall, and changes nothing
    where the border has many colours.

    Args:
        threshold: As in ``foreground``.

    Example:
        >>> picture = Image.new("RGB", (30, 40), (220, 220, 210))
        >>> picture.paste("navy", (10, 10, 20, 30))
        >>> clean = RemoveBackground()(picture)
        >>> clean.getpixel((0, 0)), clean.getpixel((15, 20))
        ((255, 255, 255), (0, 0, 128))
    """

    def __init__(self, threshold: float = 8.0) -> None:
        super().__init__()
        self.threshold = threshold

    def forward(self, picture: Image.Image) -> Image.Image:
        """Clean one RGB picture."""
        small = picture.copy()
        small.thumbnail((_SIDE, _SIDE))
        garment = foreground(to_lab(np.asarray(small))[None], self.threshold)[0]
        mask = Image.fromarray(garment.astype(np.uint8) * 255).resize(
            picture.size, Image.Resampling.BILINEAR
        )
        return Image.composite(picture, Image.new("RGB", picture.size, "white"), mask)

    def extra_repr(self) -> str:
        """The settings."""
        return f"threshold={self.threshold}"
