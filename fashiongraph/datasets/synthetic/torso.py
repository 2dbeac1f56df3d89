"""Shapes of tops, knitwear, coats and dresses: sleeves, bodices and collars."""

from __future__ import annotations

from fashiongraph.datasets.synthetic.canvas import Canvas
from fashiongraph.datasets.synthetic.outline import Point, arc

NECKLINES: dict[str, list[Point]] = {
    "crew": [(50, 21), (54, 20.4), (58, 15)],
    "scoop": [(50, 31), (57, 29), (61, 15)],
    "v": [(50, 36), (58.5, 15)],
    "low": [(50, 30), (57, 29.5), (64, 22)],
}


def sleeves(canvas: Canvas, length: float, width: float = 12.0, cuff: float = 0.0) -> None:
    """Two sleeves that hang from the shoulders.

    Args:
        canvas: The canvas.
        length: Share of the arm that they cover.
        width: Width at their end.
        cuff: Height of a plain cuff; 0 for none.
    """
    outer, inner = (72 + 21 * length, 18 + 66 * length), (70 + 12 * length, 40 + 46 * length)
    end = (outer[0] - width, outer[1] + 0.28 * width)
    canvas.shape([(64, 16), (73, 19), outer, end, (67, 42)], corner=3, mirror=True)
    if cuff:
        low = (outer[0] + 0.3, outer[1] + cuff), (end[0] + 0.3, end[1] + cuff)
        canvas.shape([outer, low[0], low[1], end], canvas.shade(0.84), corner=1, mirror=True)
    if length > 0.5:
        canvas.line([(71, 42), ((inner[0] + end[0]) / 2 + 1.5, 62)], mirror=True)


def bodice(
    canvas: Canvas,
    neckline: str,
    hem: float = 86.0,
    waist: float = 20.0,
    hip: float = 21.0,
    shoulder: float = 22.0,
) -> None:
    """The body of a top, its widths measured from the middle; the back of the neck shows."""
    top = NECKLINES[neckline]
    edge = top[-1]
    if neckline != "low":
        back = [(50, 19), (edge[0] - 2, edge[1] + 1.5), (edge[0], edge[1]), (50, edge[1] - 0.5)]
        canvas.symmetric([*back[::-1], (50, top[0][1])], canvas.shade(0.72), corner=1)
    side = [(50 + shoulder - 1, 40), (50 + waist, 60)] if hem > 64 else [(50 + shoulder - 1, 40)]
    shoulders = [(50 + shoulder, 19)] if neckline != "low" else [(69, 30)]
    canvas.symmetric([*top, *shoulders, *side, (50 + hip, hem), (50, hem + 0.8)], corner=2.2)


def straps(canvas: Canvas, foot: float = 30.0) -> None:
    """Two thin straps from the shoulders to the bodice."""
    canvas.line([(66.5, foot), (60, 10)], canvas.shade(0.84), 2.2, mirror=True)


def collar(canvas: Canvas, drop: float = 28.0) -> None:
    """A turned-down shirt collar."""
    points = [(50, 21), (58, 13), (61.5, 16), (57.5, drop), (50, 21)]
    canvas.shape(points, canvas.shade(1.1), corner=0.6, mirror=True)


def lapels(canvas: Canvas, drop: float = 56.0, width: float = 12.0) -> None:
    """Notched lapels that meet at ``drop``, with the lining above them."""
    canvas.symmetric([(50, 14), (58, 14), (50, drop)], canvas.shade(0.6), corner=0.5)
    notch = [(50 + width + 1, 29), (50 + width - 2.5, 30.5), (50 + width + 1.5, 33)]
    points = [(57.5, 13), (61.5, 16), *notch, (51, drop)]
    canvas.shape(points, canvas.shade(0.9), corner=0.6, mirror=True)


def buttons(canvas: Canvas, start: float, stop: float, count: int, across: float = 50.0) -> None:
    """A row of buttons down the front."""
    step = (stop - start) / max(1, count - 1)
    for place in range(count):
        canvas.dot((across, start + place * step), 1.3, canvas.contrast)


def ribs(canvas: Canvas, hem: float, half: float, height: float = 6.0) -> None:
    """A ribbed band along the hem."""
    top = hem - height
    outline = [(50, top), (50 + half, top), (50 + half - 1, hem), (50, hem + 0.8)]
    canvas.symmetric(outline, canvas.shade(0.86), corner=1)
    for place in range(-3, 4):
        x = 50 + place * half / 3.6
        canvas.line([(x, top + 1), (x, hem)], width=0.6)


def high_neck(canvas: Canvas, height: float = 10.0) -> None:
    """A rolled collar that covers the neck."""
    top = 18 - height
    outline = [(50, top), *arc((50, top + 2), (9.5, 2), -40, 0, 4), (61, 17), (56, 20), (50, 21)]
    canvas.symmetric(outline, canvas.shade(0.9), corner=1)
    canvas.line([(41, top + 6), (50, top + 7.4), (59, top + 6)], width=0.7)
