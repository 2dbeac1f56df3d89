"""Picture of one garment."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from fashiongraph.datasets.synthetic.canvas import Canvas
from fashiongraph.datasets.synthetic.catalogue import CATALOGUE
from fashiongraph.datasets.synthetic.palette import COLOURS
from fashiongraph.datasets.synthetic.textures import cover

PAPER = (240, 239, 236)
_OVERSAMPLING = 2


def draw_garment(
    category: str, shape: str, colour: str, pattern: str, size: int, rng: np.random.Generator
) -> Image.Image:
    """Draw a garment as a product picture on a light background.

    Args:
        category: A category of the catalogue.
        shape: A style of the category.
        colour: A name of the palette.
        pattern: A name of a pattern.
        size: Side of the picture in pixels.
        rng: Random generator for variation between garments of equal attributes: dye, phase and
            scale of the pattern, rotation and scale of the garment.

    Returns:
        An RGB picture [size, size].

    Example:
        >>> rng = np.random.default_rng(0)
        >>> draw_garment("top", "polo", "navy", "stripes", 96, rng).size
        (96, 96)
    """
    side = _OVERSAMPLING * size
    dye = np.clip(np.array(COLOURS[colour]) + rng.normal(0, 5, 3), 0, 255).round()
    red, green, blue = (int(channel) for channel in dye)
    canvas = Canvas(side, (red, green, blue), rng.normal(0, 0.03), rng.uniform(0.86, 0.94))
    CATALOGUE[category][shape].draw(canvas)
    garment = canvas.picture(cover(pattern, side, rng)).reduce(_OVERSAMPLING)
    garment = _centred(garment)
    alpha = garment.getchannel("A")
    shadow = alpha.filter(ImageFilter.GaussianBlur(size / 40)).point(lambda value: value * 0.3)
    paper = Image.new("RGB", (size, size), PAPER)
    paper.paste((70, 66, 74), (round(size / 64), round(size / 40)), shadow)
    paper.paste(_lit(garment.convert("RGB")), mask=alpha)
    return paper


def _centred(garment: Image.Image) -> Image.Image:
    left, top, right, bottom = garment.getbbox() or (0, 0, *garment.size)
    moved = Image.new("RGBA", garment.size)
    corner = (garment.width - right + left) // 2, (garment.height - bottom + top) // 2
    moved.paste(garment.crop((left, top, right, bottom)), corner)
    return moved


def _lit(garment: Image.Image) -> Image.Image:
    """Shade the garment as lit from the upper left, so that cloth looks round."""
    side = np.linspace(-1, 1, garment.width)
    light = 1.0 - 0.07 * (side[None, :] + 0.6 * side[:, None])
    pixels = np.asarray(garment, float) * light[..., None]
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
