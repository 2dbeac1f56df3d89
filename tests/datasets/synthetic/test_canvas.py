from __future__ import annotations

import numpy as np
from PIL import Image

from fashiongraph.datasets.synthetic.canvas import Canvas

SQUARE = [(20.0, 20.0), (80.0, 20.0), (80.0, 80.0), (20.0, 80.0)]


def pixels(canvas, covered):
    cover = Image.new("L", canvas.plain.size, 255 if covered else 0)
    return np.asarray(canvas.picture(cover)).astype(int)


def test_the_print_stays_on_cloth():
    canvas = Canvas(100, (200, 0, 0))
    canvas.shape(SQUARE)
    canvas.shape([(40.0, 40.0), (60.0, 40.0), (60.0, 60.0), (40.0, 60.0)], fill=(0, 200, 0))
    plain, printed = pixels(canvas, False), pixels(canvas, True)
    assert plain[30, 30].tolist() == [200, 0, 0, 255]
    assert printed[30, 30].tolist() != [200, 0, 0, 255]
    assert plain[50, 50].tolist() == printed[50, 50].tolist() == [0, 200, 0, 255]
    assert plain[5, 5, 3] == printed[5, 5, 3] == 0


def test_a_hole_is_transparent():
    canvas = Canvas(100, (200, 0, 0))
    canvas.shape(SQUARE)
    canvas.hole([(40.0, 40.0), (60.0, 40.0), (60.0, 60.0), (40.0, 60.0)])
    assert pixels(canvas, False)[[50, 30], [50, 30], 3].tolist() == [0, 255]


def test_symmetry():
    canvas = Canvas(100, (200, 0, 0))
    canvas.symmetric([(50.0, 20.0), (70.0, 30.0), (60.0, 80.0), (50.0, 80.0)])
    canvas.line([(60.0, 40.0), (80.0, 45.0)], mirror=True)
    canvas.shape([(75.0, 60.0), (85.0, 60.0), (85.0, 70.0)], mirror=True)
    alpha = np.asarray(canvas.alpha)
    assert (alpha != alpha[:, ::-1]).mean() < 0.01


def test_narrow():
    canvas = Canvas(100, (200, 0, 0))
    canvas.narrow(0.5)
    canvas.shape(SQUARE)
    width = (np.asarray(canvas.alpha)[50] > 0).sum()
    assert abs(width - 30) <= 2


def test_black_garments_have_light_seams():
    assert min(Canvas(10, (20, 20, 20)).seam) > 60
    assert max(Canvas(10, (90, 120, 110)).seam) < 90
