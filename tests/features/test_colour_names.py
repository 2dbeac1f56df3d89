from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageColor

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.colour_encoder import ColourEncoder, mean_lab
from fashiongraph.features.colour_names import COLOURS, nearest_colour
from fashiongraph.features.lab import to_lab


def test_each_shade_has_its_name():
    shades = np.array([ImageColor.getrgb(shade) for shade in COLOURS.values()], np.uint8)
    assert list(nearest_colour(to_lab(shades))) == list(COLOURS)
    nearby = to_lab(shades) + np.random.default_rng(0).uniform(-3, 3, (len(shades), 3))
    assert list(nearest_colour(nearby)) == list(COLOURS)


@pytest.mark.parametrize("name", ["red", "white", "black", "navy", "pink"])
def test_name_of_a_picture(name):
    encoder = ColourEncoder()
    picture = Image.new("RGB", (60, 80), "#e0e0dc")
    picture.paste(COLOURS[name], (15, 20, 45, 60))
    row = encoder(encoder.transform(picture)[None]).numpy()
    assert list(nearest_colour(mean_lab(row))) == [name]


def test_missing_rows():
    names = nearest_colour(np.array([[np.nan] * 3, [0.0, 0.0, 0.0]]))
    assert names.isna().tolist() == [True, False] and names[1] == "black"
    assert len(nearest_colour(np.empty((0, 3)))) == 0


def test_needs_three_columns():
    with pytest.raises(FashionGraphError, match=r"'lab' needs the shape \[n, 3\]"):
        nearest_colour(np.zeros((2, 4)))
