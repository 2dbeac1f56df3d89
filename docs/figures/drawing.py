"""Elements of the drawn figures: garments, text, lines, and the frame that holds them.

A figure has a light ground of its own, so that it reads the same on light and dark pages.
"""

from __future__ import annotations

import base64
import io

import numpy as np

from fashiongraph.datasets.synthetic.garment import draw_garment

GARMENTS = (
    ("top", "shirt", "white", "plain"),
    ("trousers", "jeans", "navy", "plain"),
    ("shoes", "trainers", "red", "plain"),
    ("bag", "shopper", "brown", "plain"),
)
COLOURS = ("#4c72b0", "#dd8452", "#55a868", "#8172b3")  # one per attribute
INK, LINE, GROUND = "#24292f", "#8c959f", "#f6f8fa"


def picture(category: str, shape: str, colour: str, pattern: str) -> str:
    """A drawn garment as a data URI."""
    buffer = io.BytesIO()
    draw_garment(category, shape, colour, pattern, 96, np.random.default_rng(0)).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def image(row: int, x: float, y: float, size: float) -> str:
    """The picture of garment ``row``, which the definitions hold once."""
    return f'<use href="#item{row}" transform="translate({x} {y}) scale({size / 96:.4g})"/>'


def text(
    x: float, y: float, words: str, size: int = 13, weight: str = "normal", anchor: str = "middle"
) -> str:
    """A line of text."""
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="{INK}">{words}</text>'
    )


def line(x1: float, y1: float, x2: float, y2: float, width: float = 1.5, colour: str = LINE) -> str:
    """A straight line."""
    return f'<path d="M{x1} {y1}L{x2} {y2}" stroke="{colour}" stroke-width="{width}"/>'


def pointer(x: float, y: float) -> str:
    """A small triangle to the right."""
    return f'<path d="M{x} {y}l14 7l-14 7z" fill="{LINE}"/>'


def masks(row: int, x: float, y: float) -> list[str]:
    """K bars: how strongly each attribute reads a few features of an item."""
    weight = np.random.default_rng(row).uniform(3, 15, size=(len(COLOURS), 5)).round(1)
    return [
        f'<rect x="{x + 34 * k + 6 * n}" y="{y - height}" width="5" height="{height}" fill="{c}"/>'
        for k, c in enumerate(COLOURS)
        for n, height in enumerate(weight[k])
    ]


def states(x: float, y: float, size: float = 5, filled: bool = True) -> list[str]:
    """K dots in a row: the states of an item, one per attribute."""
    return [
        f'<circle cx="{x + (2 * size + 2) * (k - 1.5):.4g}" cy="{y}" r="{size}" stroke="{c}" '
        f'stroke-width="1.5" fill="{c if filled else GROUND}"/>'
        for k, c in enumerate(COLOURS)
    ]


def frame(parts: list[str], title: str, width: int, height: int) -> str:
    """The figure as SVG, with the pictures of the garments."""
    pictures = [
        f'<image id="item{row}" href="{picture(*garment)}" width="96" height="96"/>'
        for row, garment in enumerate(GARMENTS)
    ]
    body = "\n".join(["<defs>", *pictures, "</defs>", *parts])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="Helvetica, Arial, sans-serif">\n<title>{title}</title>\n'
        f'<rect width="{width}" height="{height}" rx="10" fill="{GROUND}"/>\n{body}\n</svg>\n'
    )
