"""Conversion of sRGB pixels to CIELAB."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Linear light of each 8-bit value, and linear sRGB to XYZ relative to the D65 white.
_VALUES = np.arange(256) / 255
_LINEAR = np.where(_VALUES > 0.04045, ((_VALUES + 0.055) / 1.055) ** 2.4, _VALUES / 12.92).astype(
    np.float32
)
_XYZ = np.array(
    [
        [0.412453, 0.357580, 0.180423],
        [0.212671, 0.715160, 0.072169],
        [0.019334, 0.119193, 0.950227],
    ]
)
_TO_XYZ = (_XYZ / np.array([0.95047, 1.0, 1.08883])[:, None]).T.astype(np.float32)
_TO_LAB = np.array([[0, 500, 0], [116, -500, 200], [0, 0, -200]], dtype=np.float32)


def to_lab(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    r"""Convert 8-bit sRGB to CIELAB (D65, 2° observer).

    With linear light :math:`X, Y, Z` relative to the white point,

    .. math::
        L = 116 f(Y) - 16, \quad a = 500 (f(X) - f(Y)), \quad b = 200 (f(Y) - f(Z)), \quad
        f(t) = \begin{cases} t^{1/3} & t > 0.008856 \\ 7.787 t + 16/116 & \text{else.} \end{cases}

    Equal distances look about equally different; 2.3 is just noticeable.

    Args:
        pixels: RGB values [..., 3].

    Returns:
        L in [0, 100], a (green to red) and b (blue to yellow) [..., 3].

    Source: CIE, "Colorimetry", publication 15, 2004; sRGB: IEC 61966-2-1, 1999,
    https://www.w3.org/Graphics/Color/sRGB.html.

    Example:
        >>> to_lab(np.array([255, 0, 0], np.uint8)).round().tolist()
        [53.0, 80.0, 67.0]
    """
    xyz = _LINEAR[pixels] @ _TO_XYZ
    f = np.where(xyz > 0.008856, np.cbrt(xyz), np.float32(7.787) * xyz + np.float32(16 / 116))
    lab: NDArray[np.float32] = f @ _TO_LAB
    lab[..., 0] -= 16
    return lab
