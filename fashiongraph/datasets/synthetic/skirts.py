"""Silhouettes of skirts."""

from __future__ import annotations

from fashiongraph.datasets.synthetic.canvas import Canvas
from fashiongraph.datasets.synthetic.outline import arc
from fashiongraph.datasets.synthetic.style import Style
from fashiongraph.datasets.synthetic.torso import buttons


def _band(canvas: Canvas, half: float = 15.0) -> None:
    outline = [(50, 14), (50 + half, 14), (50 + half + 0.6, 20), (50, 21)]
    canvas.symmetric(outline, canvas.shade(0.84), 0.8)


def _skater(canvas: Canvas) -> None:
    hem = [(88, 62), (80, 67), (72, 64), (64, 69), (57, 65), (50, 69)]
    canvas.symmetric([(50, 18), (65, 18), *hem], corner=3)
    for top, foot in ((53, 57), (57, 71), (61, 80)):
        canvas.line([(top, 24), (foot, 63)], mirror=True)
    _band(canvas)


def _button_skirt(canvas: Canvas) -> None:
    canvas.symmetric([(50, 18), (65, 18), (74, 66), (50, 68)], corner=2)
    canvas.line([(50, 20), (50, 68)], width=1.2)
    canvas.shape([(56, 28), (66, 28), (67.5, 41), (56, 41)], corner=1, mirror=True)
    canvas.line([(27, 63.5), (50, 65), (73, 63.5)], canvas.contrast, 1)
    canvas.line([(57, 30.5), (65.5, 30.5)], canvas.contrast, 1, mirror=True)
    _band(canvas)
    buttons(canvas, 25, 61, 5)


def _wrap(canvas: Canvas) -> None:
    canvas.symmetric([(50, 18), (64, 18), (74, 72), (50, 76)], corner=2)
    canvas.shape([(36, 18), (64, 18), (73, 60), (60, 78), (30, 80), (26, 74)], corner=3)
    canvas.line([(64, 19), (58, 44), (60, 77)], width=1.6)
    _band(canvas, 14)
    canvas.shape([(63, 17), (70, 11), (72, 17)], canvas.shade(0.8), 1)
    canvas.shape([(63, 18), (72, 24), (67, 28)], canvas.shade(0.8), 1)
    canvas.line([(64, 19), (68, 38)], canvas.shade(0.8), 2)


def _pleated(canvas: Canvas) -> None:
    canvas.symmetric([(50, 18), (64, 18), (77, 84), (50, 86)], corner=1)
    for place in range(-5, 6):
        canvas.line([(50 + place * 2.6, 21), (50 + place * 4.9, 85)], width=1.3)
    _band(canvas, 14)


def _knit_skirt(canvas: Canvas) -> None:
    canvas.symmetric([(50, 16), (63, 16), (70, 38), (69, 82), (50, 83)], corner=5)
    for place in range(-6, 7):
        canvas.line([(50 + place * 2.1, 24), (50 + place * 3, 40), (50 + place * 3, 82)], width=0.5)
    outline = [(50, 13), (63, 13), (64, 22), (50, 23)]
    canvas.symmetric(outline, canvas.shade(0.82), 2)
    canvas.line([(50, 20), (46, 34)], canvas.contrast, 1.4)
    canvas.line([(50, 20), (53, 33)], canvas.contrast, 1.4)


def _pencil(canvas: Canvas) -> None:
    canvas.symmetric([(50, 16), (62, 16), (68, 38), (63, 84), (50, 85)], corner=4)
    canvas.line([(58, 22), (60, 34)], mirror=True)
    canvas.line([(44, 66), (43, 84.5)], width=1.8)
    _band(canvas, 12.5)


def _evening(canvas: Canvas) -> None:
    hem = [(84, 91), *arc((50, 86), (34, 9), 15, 90, 5)]
    canvas.symmetric([(50, 10), (62, 10), (66, 34), *hem], corner=4)
    for top, foot in ((52, 55), (56, 66), (60, 76)):
        canvas.line([(top, 26), (top + 1, 50), (foot, 91)], mirror=True)
    canvas.symmetric([(50, 8), (62, 8), (62.5, 16), (50, 17)], canvas.shade(0.78), 0.8)


SKIRTS = {
    "skater skirt": Style(_skater, "casual", "summer"),
    "buttoned skirt": Style(_button_skirt, "casual", "all-year"),
    "wrap skirt": Style(_wrap, "smart", "summer"),
    "pleated skirt": Style(_pleated, "smart", "all-year"),
    "knitted skirt": Style(_knit_skirt, "smart", "winter"),
    "pencil skirt": Style(_pencil, "formal", "all-year"),
    "evening skirt": Style(_evening, "formal", "all-year"),
}
