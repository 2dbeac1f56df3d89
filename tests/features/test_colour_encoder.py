from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from fashiongraph.features.background import foreground
from fashiongraph.features.colour_encoder import ColourEncoder, mean_lab
from fashiongraph.features.extract import extract_features
from fashiongraph.features.lab import to_lab


def reference(lab: np.ndarray) -> np.ndarray:
    """Row of the pixels of one garment [n, 3], by the equation."""
    centres = [np.linspace(0, 100, 6), np.linspace(-60, 60, 5), np.linspace(-60, 60, 5)]
    histogram = np.zeros((6, 5, 5))
    for pixel in lab.astype(float):
        clipped = np.clip(pixel, [0, -60, -60], [100, 60, 60])
        for i, light in enumerate(centres[0]):
            for j, a in enumerate(centres[1]):
                for k, b in enumerate(centres[2]):
                    share = max(0, 1 - abs(clipped[0] - light) / 20)
                    share *= max(0, 1 - abs(clipped[1] - a) / 30)
                    histogram[i, j, k] += share * max(0, 1 - abs(clipped[2] - b) / 30)
    relative = (lab.astype(float) - [50, 0, 0]) / [50, 60, 60]
    moments = np.concatenate([relative.mean(axis=0), relative.std(axis=0)])
    return np.concatenate([np.sqrt(histogram.ravel() / len(lab)), moments / 2])


def encode(encoder: ColourEncoder, *pictures: Image.Image) -> np.ndarray:
    return encoder(torch.stack([encoder.transform(picture) for picture in pictures])).numpy()


def striped(first: str, second: str, wall: str = "white") -> Image.Image:
    picture = Image.new("RGB", (90, 120), wall)
    picture.paste(first, (20, 20, 45, 100))
    picture.paste(second, (45, 20, 70, 100))
    return picture


def test_against_a_loop():
    noise = np.random.default_rng(0).integers(0, 256, (3, 8, 6, 3), dtype=np.uint8)
    pictures = [*map(Image.fromarray, noise), striped("navy", "gold"), Image.new("RGB", (5, 5))]
    encoder = ColourEncoder(size=12)
    rows = encode(encoder, *pictures)
    assert rows.shape == (5, encoder.num_features) == (5, 156)
    for row, picture in zip(rows, pictures, strict=True):
        pixels = encoder.transform(picture).permute(1, 2, 0).numpy()
        lab = to_lab(pixels)
        expected = reference(lab[foreground(lab[None])[0]])
        # Squares: a square root enlarges the rounding of an almost empty bin.
        np.testing.assert_allclose(row[:150] ** 2, expected[:150] ** 2, atol=1e-5)
        np.testing.assert_allclose(row[150:], expected[150:], atol=1e-5)
    np.testing.assert_allclose(np.square(rows[:, :150]).sum(axis=1), 1.0, rtol=1e-5)


def test_rows_do_not_depend_on_the_batch():
    encoder = ColourEncoder()
    pictures = [striped("red", "blue"), striped("green", "black"), Image.new("RGB", (7, 9), "pink")]
    together = encode(encoder, *pictures)
    alone = np.concatenate([encode(encoder, picture) for picture in pictures])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_one_colour():
    row = encode(ColourEncoder(), Image.new("RGB", (200, 30), (180, 40, 90)))
    expected = to_lab(np.array([[180, 40, 90]], np.uint8))
    np.testing.assert_allclose(mean_lab(row), expected, atol=1e-3)
    np.testing.assert_allclose(row[:, 153:], 0, atol=1e-3)


def test_white_on_white_is_white():
    row = encode(ColourEncoder(), striped("white", "#fdfdfd"))
    np.testing.assert_allclose(mean_lab(row), [[100, 0, 0]], atol=0.5)


def test_the_background_does_not_count():
    white, grey = encode(
        ColourEncoder(), striped("navy", "gold"), striped("navy", "gold", "lightgrey")
    )
    red = encode(ColourEncoder(), striped("red", "gold"))[0]
    assert white[:150] @ grey[:150] > 0.95 > white[:150] @ red[:150]


def test_equal_for_png_and_jpeg(tmp_path):
    picture = striped("navy", "firebrick", "ivory")
    picture.save(tmp_path / "a.png")
    picture.save(tmp_path / "a.jpg", quality=90, subsampling=0)
    paths = [tmp_path / "a.png", tmp_path / "a.jpg"]
    rows = extract_features(paths, ColourEncoder(), num_workers=0, progress=False).array
    rows = rows.astype(np.float64)
    assert rows[0, :150] @ rows[1, :150] > 0.97
    np.testing.assert_allclose(*mean_lab(rows), atol=2)


@pytest.mark.parametrize("workers", [0, 2])
def test_cached_rows(tmp_path, pictures, workers):
    options = {"num_workers": workers, "progress": False, "cache": tmp_path / "cache"}
    first = extract_features(pictures, ColourEncoder(), **options).array
    np.testing.assert_array_equal(
        extract_features(pictures, ColourEncoder(), **options).array, first
    )
    expected = [to_lab(np.asarray(Image.open(path))[0, 0]) for path in pictures]
    np.testing.assert_allclose(mean_lab(first), expected, atol=0.2)


def test_fingerprint():
    prints = {ColourEncoder(*args).fingerprint for args in [(), (32,), (64, 9.0), (64, 8.0)]}
    assert len(prints) == 3
