"""Colours of a garment, without a trained model."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fashiongraph.features.background import foreground
from fashiongraph.features.lab import to_lab
from fashiongraph.features.picture_encoder import PictureEncoder

# The grid of bins: centre, half its length, and number of bins along L, a and b. Garments are
# hardly ever more colourful than 60; the outer bins take the rest.
_CENTRE = np.array([50.0, 0.0, 0.0], dtype=np.float32)
_HALF = np.array([50.0, 60.0, 60.0], dtype=np.float32)
_BINS = np.array([6, 5, 5])
_TOTAL = int(_BINS.prod())


class ColourEncoder(PictureEncoder):
    r"""Soft histogram, mean and spread of a garment's colours in CIELAB: 156 features.

    The :math:`n` pixels that ``foreground`` finds, relative
    to the grid, are :math:`x_i = (\text{Lab}_i - (50, 0, 0)) / (50, 60, 60)`. The 6 × 5 × 5 bins
    have centres :math:`c_k` at equal steps :math:`s` over :math:`[-1, 1]^3`, and a pixel is shared
    among the eight centres around it:

    .. math::
        h_k = \frac{1}{n} \sum_i \prod_{d=1}^{3}
        \max\!\left(0,\ 1 - \frac{\lvert x_{id} - c_{kd} \rvert}{s_d}\right),
        \qquad \sum_k h_k = 1,

    with :math:`x_i` clipped to the grid. A row is

    .. math::
        \left[ \sqrt{h},\ \tfrac{1}{2} \operatorname{mean}(x),\ \tfrac{1}{2} \operatorname{std}(x)
        \right].

    The dot product of two :math:`\sqrt{h}` is the Bhattacharyya coefficient of two histograms, and
    their length is 1, so that mean and spread, of at most comparable length, keep their weight
    when rows are scaled to length 1.

    Pictures are shrunk to ``size`` × ``size`` pixels. It runs on the CPU.

    Source: Swain, Ballard, "Color indexing", International Journal of Computer Vision 7, 1991,
    https://doi.org/10.1007/BF00130487; square roots: Arandjelović, Zisserman, "Three things
    everyone should know to improve object retrieval", CVPR 2012,
    https://doi.org/10.1109/CVPR.2012.6248018.

    Args:
        size: Side of the shrunk pictures, in pixels.
        threshold: Largest distance of background from the border's colour, in CIELAB.

    Example:
        >>> from PIL import Image
        >>> encoder = ColourEncoder()
        >>> row = encoder(encoder.transform(Image.new("RGB", (90, 120), "red"))[None])
        >>> row.shape, mean_lab(row.numpy()).round().tolist()
        (torch.Size([1, 156]), [[53.0, 80.0, 67.0]])
    """

    num_features = _TOTAL + 6

    def __init__(self, size: int = 64, threshold: float = 8.0) -> None:
        from torchvision.transforms import v2

        super().__init__("colours", v2.Compose([v2.Resize((size, size)), v2.PILToTensor()]))
        self.threshold = threshold

    @property
    def settings(self) -> str:
        """The preparation and the threshold."""
        return f"{super().settings} {self.threshold}"

    def forward(self, pixels: Tensor) -> Tensor:
        """Encode a batch of shrunk pictures, of type uint8."""
        lab = to_lab(pixels.permute(0, 2, 3, 1).cpu().numpy())
        picture, row, column = np.nonzero(foreground(lab, self.threshold))
        values = (lab[picture, row, column] - _CENTRE) / _HALF
        count = np.bincount(picture, minlength=len(lab))[:, None]
        mean = _sums(picture, values, len(lab)) / count
        spread = np.sqrt(_sums(picture, np.square(values - mean[picture]), len(lab)) / count)
        histogram = np.sqrt(_histogram(picture, values, len(lab)) / count)
        rows = np.concatenate([histogram, mean / 2, spread / 2], axis=1)
        return torch.from_numpy(rows.astype(np.float32))


def mean_lab(rows: NDArray[np.floating]) -> NDArray[np.float64]:
    """Mean colours of garments, in CIELAB [n, 3], from rows of a :class:`ColourEncoder` [n, 156].

    The rows need to be as they were encoded, not scaled to length 1.
    """
    mean: NDArray[np.float64] = np.asarray(rows, dtype=np.float64)[:, _TOTAL : _TOTAL + 3]
    return mean * 2 * _HALF + _CENTRE


def _sums(group: NDArray[np.intp], values: NDArray[np.float32], groups: int) -> NDArray[np.float64]:
    """Sums of three columns over the pixels of each picture [groups, 3]."""
    return np.stack([np.bincount(group, column, groups) for column in values.T], axis=1)


def _histogram(
    picture: NDArray[np.intp], values: NDArray[np.float32], pictures: int
) -> NDArray[np.float64]:
    """Sums of the shares of pixels in each bin [pictures, bins]."""
    place = (values.clip(-1.0, 1.0) + 1.0) / 2 * (_BINS - 1)
    lower = np.minimum(place.astype(np.int64), _BINS - 2)
    upper_share = place - lower
    total = np.zeros(pictures * _TOTAL)
    for corner in np.ndindex(2, 2, 2):
        share = np.where(corner, upper_share, 1.0 - upper_share).prod(axis=1)
        bins = np.ravel_multi_index(tuple((lower + corner).T), tuple(_BINS))
        total += np.bincount(picture * _TOTAL + bins, share, len(total))
    return total.reshape(pictures, _TOTAL)
