"""Silhouettes of trousers."""

from __future__ import annotations

from fashiongraph.datasets.synthetic.canvas import Canvas
from fashiongraph.datasets.synthetic.outline import Point
from fashiongraph.datasets.synthetic.style import Style


def _legs(
    canvas: Canvas, hem: float, inner: float, outer: float, hip: float = 19.0, crotch: float = 40.0
) -> None:
    """Two legs; ``inner`` and ``outer`` place the hem's ends, measured from the middle."""
    leg: list[Point] = [(50, 10), (50 + 15, 10), (50 + hip, 32), (50 + outer, hem)]
    canvas.symmetric([*leg, (50 + inner, hem + 0.8), (50, crotch)], corner=2)
    canvas.line([(50, 15), (50, crotch)])


def _waistband(canvas: Canvas) -> None:
    canvas.shape([(34.5, 8), (65.5, 8), (66, 14), (34, 14)], canvas.shade(0.86), 0.8)


def _shorts(canvas: Canvas) -> None:
    _legs(canvas, 54, 4, 24, hip=21, crotch=36)
    canvas.line([(54.5, 50.5), (73.5, 49.8)], mirror=True)
    canvas.shape([(34, 8), (66, 8), (66.5, 15), (33.5, 15)], canvas.shade(0.86), 1)
    canvas.line([(47, 13), (45, 24)], canvas.contrast, 1.2)
    canvas.line([(53, 13), (54, 23)], canvas.contrast, 1.2)


def _jeans(canvas: Canvas) -> None:
    _legs(canvas, 94, 7, 20)
    _waistband(canvas)
    canvas.line([(60, 14), (61, 20), (67.5, 22)], canvas.contrast, 1.1, mirror=True)
    canvas.line([(54, 15), (54, 28), (50, 33)], canvas.contrast, 0.9)
    canvas.line([(67.5, 34), (68.5, 92)], canvas.contrast, 0.8, mirror=True)
    canvas.line([(57.5, 90.5), (69.5, 89.5)], canvas.contrast, 1, mirror=True)
    canvas.dot((50, 11), 1.6, (206, 160, 84))


def _joggers(canvas: Canvas) -> None:
    _legs(canvas, 88, 7, 17, hip=22)
    cuff: list[Point] = [(57, 88), (67, 87.5), (66, 94), (58, 94.5)]
    canvas.shape(cuff, canvas.shade(0.8), 1, mirror=True)
    canvas.shape([(34, 7), (66, 7), (67, 15), (33, 15)], canvas.shade(0.8), 1.5)
    for x in range(38, 64, 5):
        canvas.line([(x, 8.5), (x, 13.5)], width=0.6)
    canvas.line([(47, 13), (44, 27)], canvas.contrast, 1.4)
    canvas.line([(53, 13), (55, 26)], canvas.contrast, 1.4)
    canvas.line([(69, 34), (67.5, 84)], canvas.contrast, 2.4, mirror=True)


def _chinos(canvas: Canvas) -> None:
    _legs(canvas, 92, 6, 17)
    canvas.shape([(55.5, 86), (67.5, 85), (67.5, 91), (56, 93)], canvas.shade(0.82), 0.8, True)
    _waistband(canvas)
    canvas.line([(60, 14), (66.5, 26)], width=1.2, mirror=True)
    canvas.shape([(33.6, 9), (66.4, 9), (66.4, 12.6), (33.6, 12.6)], (122, 84, 56), 0.4)
    canvas.shape([(47, 8.2), (53, 8.2), (53, 13.4), (47, 13.4)], (214, 178, 100), 0.6)


def _wide_leg(canvas: Canvas) -> None:
    _legs(canvas, 93, 3, 33, hip=20, crotch=38)
    _waistband(canvas)
    for foot in (60, 66, 73):
        canvas.line([(50 + (foot - 50) * 0.48, 30), (foot, 92)], mirror=True, width=0.8)
    canvas.line([(44, 14), (40, 30)], canvas.shade(0.8), 1.8)
    canvas.line([(44, 14), (46, 29)], canvas.shade(0.8), 1.8)


def _suit_trousers(canvas: Canvas) -> None:
    _legs(canvas, 95, 7, 18.5, hip=18)
    _waistband(canvas)
    canvas.line([(58.5, 17), (63, 93)], width=1.6, mirror=True)
    canvas.line([(63, 14), (66.5, 27)], mirror=True)
    for x in (39, 61):
        canvas.line([(x, 7.4), (x, 14.6)], canvas.contrast, 1.2)


TROUSERS = {
    "shorts": Style(_shorts, "casual", "summer"),
    "jeans": Style(_jeans, "casual", "all-year"),
    "joggers": Style(_joggers, "casual", "winter"),
    "chinos": Style(_chinos, "smart", "all-year"),
    "wide-leg": Style(_wide_leg, "smart", "summer"),
    "suit trousers": Style(_suit_trousers, "formal", "all-year"),
}
