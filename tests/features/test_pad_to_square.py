from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from fashiongraph.features.pad_to_square import PadToSquare


def test_repr():
    assert repr(PadToSquare(224)) == "PadToSquare(size=224, colour='white')"


@pytest.mark.parametrize("size", [(40, 20), (20, 40), (7, 3), (16, 16)])
def test_keeps_the_shape_and_pads_with_white(size):
    pixels = np.asarray(PadToSquare(16)(Image.new("RGB", size, "black")))
    assert pixels.shape == (16, 16, 3)
    height, width = (round(16 * side / max(size)) for side in (size[1], size[0]))
    top, left = (16 - height) // 2, (16 - width) // 2
    assert (pixels[top : top + height, left : left + width] == 0).all()
    assert (pixels == 255).sum() == 3 * (16 * 16 - height * width)


def test_a_line_keeps_one_pixel():
    pixels = np.asarray(PadToSquare(16)(Image.new("RGB", (1000, 1), "black")))
    assert (pixels == 0).all(axis=2).sum() == 16
