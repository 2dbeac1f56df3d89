"""Silhouettes of jackets and coats."""

from __future__ import annotations

from fashiongraph.datasets.synthetic.canvas import Canvas
from fashiongraph.datasets.synthetic.style import Style
from fashiongraph.datasets.synthetic.torso import (
    bodice,
    buttons,
    collar,
    high_neck,
    lapels,
    ribs,
    sleeves,
)


def _trucker_jacket(canvas: Canvas) -> None:
    sleeves(canvas, 0.8, 13, cuff=4)
    bodice(canvas, "crew", hem=70, waist=20, hip=20)
    canvas.shape([(29.5, 68), (70.5, 68), (70.5, 74), (29.5, 74)], canvas.shade(0.86), 1)
    canvas.line([(50, 21), (50, 74)], width=1.4)
    canvas.line([(29, 38), (71, 38)], canvas.contrast, 0.9)
    canvas.shape([(55, 38), (65, 38), (65, 44), (60, 47), (55, 44)], corner=0.5, mirror=True)
    canvas.line([(58, 47), (55, 68)], canvas.contrast, 0.9, mirror=True)
    buttons(canvas, 30, 71, 5, 52.5)
    collar(canvas, 29)


def _puffer(canvas: Canvas) -> None:
    sleeves(canvas, 0.82, 19, cuff=3)
    bodice(canvas, "crew", hem=82, waist=24, hip=24, shoulder=25)
    high_neck(canvas, 11)
    for y in range(30, 82, 11):
        canvas.line([(29, y), (38, y + 2), (50, y), (62, y + 2), (71, y)], width=1.5)
    for y in (36, 47, 58):
        outer = 72 + 21 * (y - 18) / 66
        canvas.line([(outer - 12, y + 2), (outer - 1, y)], width=1.3, mirror=True)
    canvas.line([(50, 12), (50, 82)], canvas.contrast, 1.4)


def _rain_jacket(canvas: Canvas) -> None:
    sleeves(canvas, 0.82, 14, cuff=3)
    bodice(canvas, "crew", hem=80, waist=22, hip=25, shoulder=23)
    canvas.symmetric([(50, 4), (62, 8), (66, 19), (58, 25), (50, 26)], corner=5)
    canvas.symmetric([(50, 9), (57, 12), (57, 19), (50, 23)], canvas.shade(0.55), 4)
    canvas.line([(50, 26), (50, 80)], canvas.contrast, 2)
    canvas.line([(57, 58), (67, 55)], canvas.contrast, 1.6, mirror=True)


def _trench_coat(canvas: Canvas) -> None:
    sleeves(canvas, 0.72, 14, cuff=4)
    bodice(canvas, "v", hem=95, waist=18, hip=27)
    lapels(canvas, 50, 15)
    canvas.line([(50, 60), (50, 95)])
    canvas.shape([(31, 55), (69, 55), (69, 60), (31, 60)], canvas.shade(0.78), 0.5)
    canvas.shape([(46, 53.5), (54, 53.5), (54, 61.5), (46, 61.5)], canvas.contrast, 1)
    canvas.shape([(54, 60), (58, 60), (61, 74), (57, 75)], canvas.shade(0.78), 0.5)
    for x in (44, 56):
        buttons(canvas, 46 if x == 44 else 50, 78 if x == 44 else 50, 2 if x == 44 else 1, x)


def _duffle_coat(canvas: Canvas) -> None:
    sleeves(canvas, 0.76, 15, cuff=3)
    bodice(canvas, "crew", hem=92, waist=22, hip=25)
    canvas.symmetric([(50, 8), (64, 12), (66, 22), (57, 28), (50, 29)], canvas.shade(0.86), 5)
    canvas.line([(50, 29), (50, 92)], width=1.2)
    for y in (36, 50, 64):
        canvas.line([(42, y), (58, y)], canvas.contrast, 1.2)
        canvas.line([(46, y - 2.5), (46, y + 2.5)], (196, 150, 96), 2.6)
    canvas.shape([(56, 71), (67, 71), (67, 80), (56, 80)], corner=1, mirror=True)


def _blazer(canvas: Canvas) -> None:
    sleeves(canvas, 0.82, 11)
    bodice(canvas, "v", hem=80, waist=17, hip=22, shoulder=23)
    lapels(canvas)
    canvas.line([(50, 56), (52, 80)])
    buttons(canvas, 58, 65, 2, 49)
    canvas.shape([(57, 63), (66, 62), (66, 65.5), (57, 66.5)], canvas.shade(0.86), 0.5, mirror=True)
    canvas.shape([(59, 41), (66, 39.5), (66, 42), (59, 43.5)], (244, 243, 240), 0.3)


def _overcoat(canvas: Canvas) -> None:
    sleeves(canvas, 0.76, 13)
    bodice(canvas, "v", hem=95, waist=20, hip=23, shoulder=24)
    lapels(canvas, 48, 14)
    canvas.line([(53, 48), (53, 95)])
    for x in (45.5, 58):
        buttons(canvas, 52, 70, 3, x)
    canvas.shape([(60, 72), (69, 71), (69, 74.5), (60, 75.5)], canvas.shade(0.86), 0.5)
    canvas.shape([(31, 71), (40, 72), (40, 75.5), (31, 74.5)], canvas.shade(0.86), 0.5)


def _bomber(canvas: Canvas) -> None:
    sleeves(canvas, 0.8, 16, cuff=6)
    bodice(canvas, "crew", hem=74, waist=23, hip=22, shoulder=23)
    ribs(canvas, 78, 21, 7)
    canvas.line([(41, 15), (46, 20), (50, 21), (54, 20), (59, 15)], canvas.shade(0.8), 3.4)
    canvas.line([(50, 21), (50, 78)], canvas.contrast, 1.6)
    canvas.line([(60, 56), (66, 64)], width=1.6, mirror=True)


OUTERWEAR = {
    "trucker jacket": Style(_trucker_jacket, "casual", "all-year"),
    "rain jacket": Style(_rain_jacket, "casual", "all-year"),
    "puffer": Style(_puffer, "casual", "winter"),
    "bomber": Style(_bomber, "smart", "all-year"),
    "trench coat": Style(_trench_coat, "smart", "all-year"),
    "duffle coat": Style(_duffle_coat, "smart", "winter"),
    "blazer": Style(_blazer, "formal", "all-year"),
    "overcoat": Style(_overcoat, "formal", "winter"),
}
