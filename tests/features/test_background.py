from __future__ import annotations

import numpy as np
from PIL import Image
from torchvision.transforms import v2

from fashiongraph.features.background import RemoveBackground, foreground
from fashiongraph.features.lab import to_lab


def reference(lab: np.ndarray, threshold: float, least: float) -> np.ndarray:
    """Garment of one picture, by a flood that starts at each pixel of the border."""
    height, width, _ = lab.shape
    border = [
        (y, x)
        for y in range(height)
        for x in range(width)
        if y in (0, height - 1) or x in (0, width - 1)
    ]
    corners = [(y, x) for y in (0, height - 1) for x in (0, width - 1)]
    colour = np.median([lab[place] for place in border + corners], axis=0)  # in two edges each
    garment = np.ones((height, width), dtype=bool)
    stack = list(border)
    while stack:
        y, x = stack.pop()
        inside = 0 <= y < height and 0 <= x < width
        if inside and garment[y, x] and np.linalg.norm(lab[y, x] - colour) <= threshold:
            garment[y, x] = False
            stack += [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]
    return garment if garment.mean() >= least else np.ones_like(garment)


def test_against_a_flood():
    rng = np.random.default_rng(0)
    lab = rng.choice([0.0, 3.0, 20.0], (40, 9, 7, 3), p=[0.8, 0.1, 0.1]).astype(np.float32)
    for least in (0.01, 0.5):
        expected = [reference(one, 4.0, least) for one in lab]
        np.testing.assert_array_equal(foreground(lab, 4.0, least), expected)


def shirt(colour: object, wall: object = (228, 226, 220)) -> Image.Image:
    """A shirt of 24 x 30 with a print of the wall's colour, in a picture of 60 x 80."""
    picture = Image.new("RGB", (60, 80), wall)
    picture.paste(colour, (18, 25, 42, 55))
    picture.paste(wall, (28, 35, 32, 45))
    return picture


def test_a_print_of_the_background_stays():
    garment = foreground(to_lab(np.asarray(shirt("navy")))[None])[0]
    assert garment.sum() == 24 * 30 and garment[25:55, 18:42].all()


def test_all_pixels_if_hardly_any_is_left():
    pictures = [Image.new("RGB", (60, 80), "white"), shirt("white", "white"), shirt("red")]
    share = foreground(to_lab(np.stack(pictures))).mean(axis=(1, 2))
    np.testing.assert_allclose(share, [1, 1, 24 * 30 / (60 * 80)])


def test_an_empty_batch():
    assert foreground(np.zeros((0, 4, 4, 3), np.float32)).shape == (0, 4, 4)


def test_remove_background():
    pixels = np.asarray(RemoveBackground()(shirt("navy")))
    assert (pixels[:20] == 255).all() and (pixels[:, :15] == 255).all()
    assert (pixels[50, 30] == (0, 0, 128)).all()
    assert (pixels[40, 30] == (228, 226, 220)).all()  # the print
    assert (np.asarray(RemoveBackground()(Image.new("RGB", (9, 9), "red"))) == (255, 0, 0)).all()


def test_large_pictures_keep_their_size_and_outline():
    picture = shirt("navy").resize((1200, 1600), Image.Resampling.NEAREST)
    clean = RemoveBackground()(picture)
    assert clean.size == picture.size and picture.getpixel((0, 0)) == (228, 226, 220)
    changed = (np.asarray(clean) != np.asarray(picture)).any(axis=2)
    assert abs(changed.mean() - (1 - 24 * 30 / (60 * 80))) < 0.01


def test_is_part_of_a_fingerprint(colour_encoder):
    plain, clean, other = colour_encoder(), colour_encoder(), colour_encoder()
    clean.transform = v2.Compose([RemoveBackground(), clean.transform])
    other.transform = v2.Compose([RemoveBackground(9.0), other.transform])
    assert len({plain.fingerprint, clean.fingerprint, other.fingerprint}) == 3
