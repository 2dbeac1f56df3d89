"""Silhouettes of bags."""

from __future__ import annotations

from fashiongraph.datasets.synthetic.canvas import Canvas
from fashiongraph.datasets.synthetic.outline import arc
from fashiongraph.datasets.synthetic.style import Style

_BRASS = (214, 178, 100)


def _backpack(canvas: Canvas) -> None:
    canvas.line(arc((50, 18), (9, 11), 180, 360), canvas.shade(0.7), 3)
    canvas.shape([(22, 46), (12, 60), (14, 84), (22, 86)], canvas.shade(0.7), 3, mirror=True)
    canvas.symmetric([(50, 14), (70, 18), (79, 36), (80, 88), (50, 91)], corner=8)
    canvas.shape([(28, 56), (72, 56), (74, 84), (26, 84)], canvas.shade(0.86), 4)
    canvas.line([(30, 62), (70, 62)], canvas.contrast, 1.4)
    canvas.line([(24, 44), (50, 47), (76, 44)], canvas.contrast, 1.4)
    canvas.dot((66, 65), 2, canvas.contrast)


def _straw_tote(canvas: Canvas) -> None:
    canvas.line(arc((50, 40), (19, 28), 180, 360), (190, 152, 100), 3.4)
    canvas.symmetric([(50, 40), (84, 40), (72, 88), (50, 90)], corner=4)
    for y in range(47, 88, 7):
        reach = 33 - (y - 40) * 0.24
        canvas.line([(50 - reach, y), (50 + reach, y)], width=0.7)
    for x in range(-27, 28, 9):
        canvas.line([(50 + x, 42), (50 + x * 0.72, 88)], width=0.7)
    canvas.line([(16, 41.5), (84, 41.5)], (190, 152, 100), 4)


def _belt_bag(canvas: Canvas) -> None:
    canvas.line([(2, 38), (24, 46)], canvas.shade(0.6), 6, mirror=True)
    canvas.symmetric([(50, 36), (76, 36), (84, 46), (72, 70), (50, 74)], corner=8)
    canvas.line([(24, 44), (76, 44)], canvas.contrast, 1.6)
    canvas.symmetric([(50, 52), (70, 52), (64, 66), (50, 69)], canvas.shade(0.86), 5)
    canvas.dot((70, 47), 2, _BRASS)


def _shopper(canvas: Canvas) -> None:
    canvas.line([(36, 36), (38, 14), (62, 14), (64, 36)], canvas.shade(0.62), 3)
    canvas.symmetric([(50, 34), (80, 34), (84, 88), (50, 89)], corner=1.5)
    canvas.line([(36, 34), (36, 46)], canvas.shade(0.62), 3, mirror=True)
    canvas.line([(18, 80), (82, 80)], width=1.2)
    canvas.dot((36, 46), 1.8, _BRASS)
    canvas.dot((64, 46), 1.8, _BRASS)


def _saddle_bag(canvas: Canvas) -> None:
    canvas.line(arc((50, 46), (32, 38), 180, 360), canvas.shade(0.62), 2.6)
    body = [(50, 44), (82, 44), (84, 66), (72, 84), (50, 87)]
    canvas.symmetric(body, corner=10)
    canvas.symmetric([(50, 42), (84, 42), (82, 60), (66, 70), (50, 72)], canvas.shade(0.88), 10)
    canvas.shape([(46, 64), (54, 64), (54, 78), (46, 78)], canvas.shade(0.62), 2)
    canvas.dot((50, 73), 2.2, _BRASS)


def _bucket_bag(canvas: Canvas) -> None:
    canvas.line(arc((50, 32), (22, 24), 180, 360), canvas.shade(0.62), 2.8)
    canvas.symmetric([(50, 30), (73, 30), (78, 84), (72, 90), (50, 91)], corner=5)
    canvas.line([(28, 40), (50, 42), (72, 40)], canvas.contrast, 1.8)
    canvas.line([(50, 41), (45, 60)], canvas.contrast, 1.8)
    canvas.line([(50, 41), (55, 59)], canvas.contrast, 1.8)
    for top, foot in ((42, 40), (58, 60), (34, 31), (66, 69)):
        canvas.line([(top, 32), (foot, 48)], width=0.8)


def _handbag(canvas: Canvas) -> None:
    canvas.line(arc((50, 38), (15, 20), 180, 360), canvas.shade(0.62), 4)
    canvas.symmetric([(50, 36), (76, 36), (86, 82), (50, 83)], corner=3)
    canvas.symmetric([(50, 35), (76, 35), (79, 50), (50, 52)], canvas.shade(0.84), 2)
    canvas.shape([(45, 47), (55, 47), (55, 58), (45, 58)], _BRASS, 1.5)
    canvas.line([(26, 37), (18, 81)], width=1, mirror=True)


def _briefcase(canvas: Canvas) -> None:
    canvas.line([(40, 34), (40, 24), (60, 24), (60, 34)], canvas.shade(0.6), 4)
    canvas.symmetric([(50, 33), (90, 33), (90, 80), (50, 80)], corner=3)
    canvas.line([(10, 54), (90, 54)], width=1.6)
    canvas.shape([(24, 49), (32, 49), (32, 59), (24, 59)], _BRASS, 1, mirror=True)
    for x in (13, 87):
        for y in (36, 77):
            canvas.dot((x, y), 1.6, _BRASS)


def _clutch(canvas: Canvas) -> None:
    canvas.symmetric([(50, 36), (88, 36), (88, 70), (50, 70)], corner=3)
    canvas.shape([(12, 36), (88, 36), (50, 62)], canvas.shade(0.84), 2)
    canvas.dot((50, 60), 3, _BRASS)
    for x in range(18, 86, 8):
        canvas.dot((x, 35), 1.2, _BRASS)


BAGS = {
    "backpack": Style(_backpack, "casual", "all-year"),
    "belt bag": Style(_belt_bag, "casual", "all-year"),
    "straw tote": Style(_straw_tote, "casual", "summer"),
    "shopper": Style(_shopper, "smart", "all-year"),
    "saddle bag": Style(_saddle_bag, "smart", "all-year"),
    "bucket bag": Style(_bucket_bag, "smart", "all-year"),
    "handbag": Style(_handbag, "formal", "all-year"),
    "briefcase": Style(_briefcase, "formal", "all-year"),
    "clutch": Style(_clutch, "formal", "all-year"),
}
