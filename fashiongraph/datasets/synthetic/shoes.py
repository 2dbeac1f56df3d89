"""Silhouettes of shoes, most seen from the side with the toe to the right."""

from __future__ import annotations

from fashiongraph.datasets.synthetic.canvas import Canvas
from fashiongraph.datasets.synthetic.outline import arc
from fashiongraph.datasets.synthetic.style import Style

_RUBBER = (246, 245, 241)
_LEATHER = (104, 70, 48)
_DARK = (62, 50, 46)


def _sandals(canvas: Canvas) -> None:
    sole = [(58, 16), (70, 9), (84, 14), (88, 32), (83, 52), (85, 76), (77, 91), (66, 90), (60, 74)]
    canvas.shape([*sole, (62, 50), (56, 32)], corner=9, mirror=True)
    for heel in ((57.5, 42), (85.5, 42)):
        canvas.line([(71, 22), (73, 30), heel], canvas.shade(0.6), 4.5, mirror=True)
    canvas.line([(61, 64), (84, 64)], canvas.shade(0.6), 4.5, mirror=True)
    canvas.dot((72, 27), 2.6, (214, 178, 100))
    canvas.dot((28, 27), 2.6, (214, 178, 100))


def _trainers(canvas: Canvas) -> None:
    upper = [
        (8, 68),
        (10, 34),
        (18, 29),
        (30, 36),
        (42, 33),
        (62, 51),
        (84, 56),
        (93, 66),
        (92, 70),
    ]
    canvas.shape(upper, corner=5)
    canvas.shape([(7, 67), (92, 67), (95, 72), (91, 79), (9, 79), (5, 73)], _RUBBER, 4)
    canvas.line([(9, 73), (93, 73)], canvas.shade(0.85), 1.6)
    canvas.shape([(76, 67), (80, 55), (91, 60), (94, 67)], _RUBBER, 4)
    for x, y in ((44, 37), (50, 42), (56, 47)):
        canvas.line([(x - 7, y + 6), (x + 1, y)], _RUBBER, 2.2)
    canvas.shape([(22, 62), (36, 46), (44, 50), (32, 63)], canvas.contrast, 2)


def _hiking_boots(canvas: Canvas) -> None:
    shaft = [(14, 74), (13, 20), (44, 20), (47, 44), (64, 52), (86, 58), (92, 70), (91, 75)]
    canvas.shape(shaft, corner=5)
    canvas.shape([(11, 17), (46, 17), (46, 26), (12, 26)], canvas.shade(0.78), 3)
    teeth = [(x, y) for x in range(11, 90, 10) for y in (83, 79)]
    canvas.shape([(93, 74), (12, 74), *teeth, (93, 83)], _DARK, 1.5)
    for y in (31, 38, 45):
        canvas.line([(36, y), (47, y + 3)], canvas.contrast, 2)
        canvas.dot((36, y), 1.7, (214, 178, 100))
    canvas.line([(56, 51), (52, 74)], width=1.4)


def _loafers(canvas: Canvas) -> None:
    upper = [(7, 70), (8, 46), (16, 44), (40, 56), (52, 50), (76, 56), (93, 66), (93, 72)]
    canvas.shape(upper, corner=6)
    canvas.shape([(7, 70), (93, 70), (93, 75), (24, 75), (24, 80), (7, 80)], _LEATHER, 1.5)
    canvas.line([(44, 56), (62, 61), (84, 60)], width=1.6)
    canvas.shape([(44, 53), (58, 49.5), (63, 66), (48, 68)], canvas.shade(0.82), 1.5)
    canvas.dot((55, 58), 2.6, (214, 178, 100))


def _ankle_boots(canvas: Canvas) -> None:
    shaft = [(15, 76), (17, 22), (48, 22), (48, 50), (66, 58), (86, 66), (93, 76)]
    canvas.shape(shaft, corner=6)
    canvas.shape([(34, 24), (43, 24), (41, 52), (37, 52)], canvas.shade(0.66), 1.5)
    canvas.shape([(14, 75), (94, 75), (94, 79), (34, 79), (32, 88), (15, 88)], _DARK, 1)
    canvas.line([(52, 53), (50, 75)], width=1)


def _pumps(canvas: Canvas) -> None:
    sole = [(8, 42), (24, 46), (46, 60), (60, 70), (94, 76), (94, 80), (58, 77), (34, 64), (22, 60)]
    canvas.shape([(9, 40), (22, 54), (16, 84), (12, 84), (9, 60)], canvas.shade(0.7), 1.5)
    canvas.shape(sole, canvas.shade(0.7), 2)
    upper = [(8, 50), (8, 30), (15, 28), (26, 46), (48, 60), (64, 54), (82, 63), (96, 77)]
    canvas.shape([*upper, (62, 75), (44, 67), (26, 56)], corner=5)
    canvas.line([(48, 60), (60, 66), (64, 54)], width=0.8)


def _oxfords(canvas: Canvas) -> None:
    upper = [(8, 70), (9, 40), (18, 38), (32, 44), (42, 38), (64, 52), (84, 57), (94, 68), (93, 72)]
    canvas.shape(upper, corner=5)
    canvas.shape([(7, 70), (94, 70), (94, 74.5), (28, 75), (28, 81), (7, 81)], _DARK, 1)
    canvas.line([(74, 54), (70, 62), (74, 70)], width=1.6)
    canvas.line([(34, 46), (38, 58), (62, 60), (66, 53)], width=1.4)
    for x, y in ((44, 41.5), (50, 45.5), (56, 49.5)):
        canvas.line([(x - 6, y + 5), (x, y)], canvas.contrast, 1.4)
    for x in range(77, 91, 4):
        canvas.dot((x, 64), 0.9, canvas.contrast)


def _wellingtons(canvas: Canvas) -> None:
    shaft = [(24, 82), (22, 10), (56, 10), (54, 54), (74, 62), (88, 72), (90, 82)]
    canvas.shape(shaft, corner=6)
    canvas.shape([(23, 81), (91, 81), (90, 88), (23, 88)], canvas.shade(0.6), 2)
    canvas.line([(22, 16), (56, 16)], canvas.contrast, 2.2)
    canvas.line(arc((62, 74), (16, 10), 200, 300, 8), canvas.shade(1.3), 1.8)
    canvas.shape([(27, 18), (34, 18), (34, 26), (27, 26)], canvas.contrast, 1)


SHOES = {
    "sandals": Style(_sandals, "casual", "summer"),
    "trainers": Style(_trainers, "casual", "all-year"),
    "hiking boots": Style(_hiking_boots, "casual", "winter"),
    "wellingtons": Style(_wellingtons, "casual", "winter"),
    "loafers": Style(_loafers, "smart", "all-year"),
    "ankle boots": Style(_ankle_boots, "smart", "winter"),
    "pumps": Style(_pumps, "formal", "all-year"),
    "oxfords": Style(_oxfords, "formal", "all-year"),
}
