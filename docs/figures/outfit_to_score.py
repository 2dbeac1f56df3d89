"""Draw ``docs/figures/outfit_to_score.svg``: the steps from an outfit to its score.

python docs/figures/outfit_to_score.py
"""

from __future__ import annotations

import base64
import io
from itertools import combinations
from pathlib import Path

import numpy as np

from fashiongraph.datasets.synthetic.garment import draw_garment

GARMENTS = (
    ("top", "shirt", "white", "plain"),
    ("trousers", "jeans", "navy", "plain"),
    ("shoes", "trainers", "red", "plain"),
    ("bag", "shopper", "brown", "plain"),
)
COLOURS = ("#4c72b0", "#dd8452", "#55a868", "#8172b3")  # one per attribute
SCORES = (0.81, 0.42, 0.77, 0.38, 0.66, 0.44)  # illustrative, one per pair
STEPS = ("outfit", "items with K attribute masks", "message passing", "pair scores", "score")
CENTRES = (70, 250, 460, 680, 860)
INK, LINE = "#24292f", "#8c959f"


def picture(category: str, shape: str, colour: str, pattern: str) -> str:
    """A drawn garment as a data URI."""
    buffer = io.BytesIO()
    draw_garment(category, shape, colour, pattern, 96, np.random.default_rng(0)).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def image(row: int, x: float, y: float, size: float) -> str:
    """The picture of garment ``row``, which the definitions hold once."""
    return f'<use href="#item{row}" transform="translate({x} {y}) scale({size / 96:.4g})"/>'


def text(x: float, y: float, words: str, size: int = 13, weight: str = "normal") -> str:
    """A centred line of text."""
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="middle" fill="{INK}">{words}</text>'
    )


def line(x1: float, y1: float, x2: float, y2: float, width: float = 1.5) -> str:
    """A grey line."""
    return f'<path d="M{x1} {y1}L{x2} {y2}" stroke="{LINE}" stroke-width="{width}"/>'


def masks(row: int, x: float, y: float) -> list[str]:
    """K bars: how strongly each attribute reads a few features of an item."""
    weight = np.random.default_rng(row).uniform(3, 15, size=(len(COLOURS), 5)).round(1)
    return [
        f'<rect x="{x + 34 * k + 6 * n}" y="{y - height}" width="5" height="{height}" fill="{c}"/>'
        for k, c in enumerate(COLOURS)
        for n, height in enumerate(weight[k])
    ]


def figure() -> str:
    """The figure as SVG, on a light ground so that it can be read on any background."""
    parts = ["<defs>"]
    parts += [
        f'<image id="item{row}" href="{picture(*garment)}" width="96" height="96"/>'
        for row, garment in enumerate(GARMENTS)
    ]
    parts.append("</defs>")
    parts += [text(x, 28, step, 14, "bold") for x, step in zip(CENTRES, STEPS, strict=True)]
    nodes = [(400, 95), (520, 95), (400, 205), (520, 205)]
    parts += [line(*nodes[a], *nodes[b]) for a, b in combinations(range(4), 2)]
    for row in range(len(GARMENTS)):
        y = 45 + 54 * row
        parts += [image(row, 45, y, 50), image(row, 165, y + 5, 40)]
        parts += masks(row, 215, y + 40)
        x, top = nodes[row]
        parts.append(image(row, x - 24, top - 24, 48))
        parts += [
            f'<circle cx="{x - 18 + 12 * k}" cy="{top + 32}" r="5" fill="{c}"/>'
            for k, c in enumerate(COLOURS)
        ]
    for row, ((a, b), score) in enumerate(zip(combinations(range(4), 2), SCORES, strict=True)):
        y = 46 + 36 * row
        parts += [image(a, 612, y, 30), image(b, 646, y, 30)]
        parts.append(
            f'<rect x="690" y="{y + 10}" width="{round(60 * score, 1)}" height="10" '
            f'fill="{COLOURS[0]}"/>'
        )
        parts.append(text(768, y + 20, f"{score:.2f}", 12))
    parts += [text(860, 160, f"{np.mean(SCORES):.2f}", 30, "bold"), text(860, 184, "mean", 12)]
    for x in (115, 352, 565, 800):
        parts.append(f'<path d="M{x} 148l14 7l-14 7z" fill="{LINE}"/>')
    body = "\n".join(parts)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 920 275" role="img" '
        'font-family="Helvetica, Arial, sans-serif">\n<title>From an outfit to its score</title>\n'
        f'<rect width="920" height="275" rx="10" fill="#f6f8fa"/>\n{body}\n</svg>\n'
    )


if __name__ == "__main__":
    Path(__file__).with_suffix(".svg").write_text(figure(), encoding="utf-8")
