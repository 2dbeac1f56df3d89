from __future__ import annotations

import numpy as np

from fashiongraph.features.lab import to_lab


def reference(red: int, green: int, blue: int) -> list[float]:
    """CIELAB of one colour by scikit-image's formula, in double precision."""
    linear = [
        ((v / 255 + 0.055) / 1.055) ** 2.4 if v / 255 > 0.04045 else v / 255 / 12.92
        for v in (red, green, blue)
    ]
    matrix = [
        [0.412453, 0.357580, 0.180423],
        [0.212671, 0.715160, 0.072169],
        [0.019334, 0.119193, 0.950227],
    ]
    white = [0.95047, 1.0, 1.08883]
    f = []
    for row, of_white in zip(matrix, white, strict=True):
        t = sum(m * v for m, v in zip(row, linear, strict=True)) / of_white
        f.append(t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116)
    return [116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])]


def test_against_a_loop():
    colours = np.random.default_rng(0).integers(0, 256, (500, 3), dtype=np.uint8)
    colours[:27] = np.stack(np.meshgrid(*[[0, 5, 255]] * 3), axis=-1).reshape(-1, 3)
    expected = [reference(*map(int, colour)) for colour in colours]
    np.testing.assert_allclose(to_lab(colours), expected, atol=1e-3)


def test_black_and_white():
    lab = to_lab(np.array([[0, 0, 0], [255, 255, 255]], np.uint8))
    np.testing.assert_allclose(lab, [[0, 0, 0], [100, 0, 0]], atol=0.02)


def test_any_shape():
    assert to_lab(np.zeros((2, 4, 5, 3), np.uint8)).shape == (2, 4, 5, 3)
    assert to_lab(np.zeros((0, 3), np.uint8)).shape == (0, 3)
