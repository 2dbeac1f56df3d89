from __future__ import annotations

import numpy as np
import pytest

from fashiongraph.datasets.synthetic.catalogue import CATALOGUE
from fashiongraph.datasets.synthetic.garment import PAPER, draw_garment
from fashiongraph.datasets.synthetic.style import FORMALITIES, SEASONS

STYLES = [(category, shape) for category, shapes in CATALOGUE.items() for shape in shapes]


def draw(category, shape, colour="red", pattern="plain", size=48, seed=0):
    rng = np.random.default_rng(seed)
    return np.asarray(draw_garment(category, shape, colour, pattern, size, rng)).astype(int)


def test_every_style_fills_the_middle_and_keeps_the_edge_free():
    for category, shape in STYLES:
        garment = (abs(draw(category, shape) - PAPER) > 40).any(2)
        assert 0.06 < garment.mean() < 0.8, shape
        assert not garment[[0, -1]].any(), shape
        assert not garment[:, [0, -1]].any(), shape
        rows, columns = garment.any(1).nonzero()[0], garment.any(0).nonzero()[0]
        assert abs(rows.min() + rows.max() - 47) <= 3, f"{shape} is centred"
        assert abs(columns.min() + columns.max() - 47) <= 3, f"{shape} is centred"


def test_every_style_looks_different():
    pictures = {shape: draw(category, shape) for category, shape in STYLES}
    assert len(pictures) == len(STYLES), "shapes have names of their own"
    assert len({picture.tobytes() for picture in pictures.values()}) == len(STYLES)


def test_garments_of_equal_attributes_differ_a_little():
    one, two = draw("top", "shirt", "blue", "dots"), draw("top", "shirt", "blue", "dots", seed=1)
    assert (one == draw("top", "shirt", "blue", "dots")).all()
    assert 0 < abs(one - two).mean() < 40


@pytest.mark.parametrize("size", [16, 96, 130])
def test_size(size):
    assert draw("hat", "cap", size=size).shape == (size, size, 3)


def test_every_category_has_every_formality():
    for category, shapes in CATALOGUE.items():
        for formality in FORMALITIES:
            seasons = {s.season for s in shapes.values() if s.formality == formality}
            assert seasons <= set(SEASONS)
            assert "all-year" in seasons or {"summer", "winter"} <= seasons, (category, formality)
