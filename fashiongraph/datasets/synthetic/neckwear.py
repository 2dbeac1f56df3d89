"""Silhouettes of scarves and ties."""

from __future__ import annotations

from fashiongraph.datasets.synthetic.canvas import Canvas
from fashiongraph.datasets.synthetic.outline import arc
from fashiongraph.datasets.synthetic.style import Style


def _bandana(canvas: Canvas) -> None:
    canvas.shape([(12, 34), (88, 34), (50, 82)], corner=4)
    canvas.line([(20, 38), (50, 76), (80, 38)], canvas.contrast, 1.4)
    canvas.shape([(10, 30), (50, 36), (90, 30), (90, 40), (50, 46), (10, 40)], corner=4)
    canvas.shape([(86, 34), (97, 22), (99, 32)], canvas.shade(0.84), 2)
    canvas.shape([(86, 36), (99, 46), (92, 52)], canvas.shade(0.84), 2)


def _knitted_scarf(canvas: Canvas) -> None:
    canvas.shape([(30, 28), (46, 30), (42, 86), (24, 84)], corner=3)
    canvas.shape([(54, 28), (70, 26), (78, 74), (62, 78)], corner=3)
    for x in range(25, 43, 4):
        canvas.line([(x, 85), (x - 0.8, 94)], canvas.shade(0.8), 1.6)
    for x in range(63, 79, 4):
        canvas.line([(x, 77), (x + 1.6, 86)], canvas.shade(0.8), 1.6)
    canvas.line([(25, 78), (42, 80)], canvas.contrast, 3)
    canvas.line([(61, 71), (77, 67)], canvas.contrast, 3)
    loop = [(24, 26), (34, 14), (50, 10), (66, 14), (76, 26), (66, 40), (50, 44), (34, 40)]
    canvas.shape(loop, corner=8)
    canvas.hole(arc((50, 22), (15, 6), 0, 340, 16), 1)
    canvas.line([(30, 34), (50, 39), (70, 34)], width=1)


def _snood(canvas: Canvas) -> None:
    outline = [(14, 46), (22, 26), (50, 18), (78, 26), (86, 46), (80, 70), (50, 82), (20, 70)]
    canvas.shape(outline, corner=12)
    canvas.shape(arc((50, 34), (27, 9), 0, 345, 24), canvas.shade(0.5), 1)
    for drop, reach in ((10, 35), (20, 33)):
        canvas.line(arc((50, 38 + drop), (reach, 9), 15, 165), width=1.1)


def _silk_square(canvas: Canvas) -> None:
    canvas.shape([(50, 8), (92, 50), (50, 92), (8, 50)], corner=2)
    border = [(50, 15), (85, 50), (50, 85), (15, 50), (50, 15)]
    canvas.line(border, canvas.contrast, 3)
    canvas.line([(50, 24), (76, 50), (50, 76), (24, 50), (50, 24)], canvas.contrast, 1.2)


def _neckerchief(canvas: Canvas) -> None:
    ring = [(20, 34), (34, 22), (50, 19), (66, 22), (80, 34), (68, 46), (50, 50), (32, 46)]
    canvas.shape([(48, 48), (58, 46), (76, 82), (60, 86)], corner=2)
    canvas.shape([(42, 46), (52, 48), (40, 80), (24, 74)], corner=2)
    canvas.shape(ring, corner=8)
    canvas.hole(arc((50, 31), (20, 6), 0, 340, 16), 1)
    canvas.shape([(43, 42), (57, 42), (58, 54), (42, 54)], canvas.shade(0.84), 4)


def _tie(canvas: Canvas) -> None:
    canvas.shape([(44, 16), (56, 16), (62, 78), (50, 92), (38, 78)], corner=1)
    canvas.shape([(40, 7), (60, 7), (56, 19), (44, 19)], canvas.shade(0.86), 1.5)


def _bow_tie(canvas: Canvas) -> None:
    canvas.shape([(50, 50), (76, 32), (92, 34), (92, 66), (76, 68)], corner=4, mirror=True)
    canvas.line([(58, 48), (78, 42)], width=1, mirror=True)
    canvas.line([(58, 53), (78, 59)], width=1, mirror=True)
    canvas.shape([(44, 42), (56, 42), (56, 58), (44, 58)], canvas.shade(0.84), 3)


NECKWEAR = {
    "bandana": Style(_bandana, "casual", "summer"),
    "knitted scarf": Style(_knitted_scarf, "casual", "winter"),
    "neckerchief": Style(_neckerchief, "smart", "all-year"),
    "snood": Style(_snood, "smart", "winter"),
    "silk square": Style(_silk_square, "formal", "all-year"),
    "tie": Style(_tie, "formal", "all-year"),
    "bow tie": Style(_bow_tie, "formal", "all-year"),
}
