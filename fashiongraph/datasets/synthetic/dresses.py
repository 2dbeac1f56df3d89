"""Silhouettes of dresses."""

from __future__ import annotations

from fashiongraph.datasets.synthetic.canvas import Canvas
from fashiongraph.datasets.synthetic.style import Style
from fashiongraph.datasets.synthetic.torso import (
    bodice,
    buttons,
    collar,
    high_neck,
    ribs,
    sleeves,
    straps,
)


def _sundress(canvas: Canvas) -> None:
    straps(canvas, 26)
    skirt = [(50, 44), (62, 44), (84, 82), (72, 86), (61, 83), (50, 87)]
    canvas.symmetric(skirt, corner=4)
    canvas.symmetric([(50, 29), (60, 24), (66.5, 25), (67, 34), (62, 46), (50, 46)], corner=1.5)
    canvas.line([(38, 46), (50, 47), (62, 46)], canvas.shade(0.78), 2.6)
    canvas.line([(57, 54), (66, 81)], mirror=True)


def _t_shirt_dress(canvas: Canvas) -> None:
    canvas.narrow(0.74)
    sleeves(canvas, 0.32, 16)
    bodice(canvas, "crew", hem=93, waist=18, hip=26)
    canvas.line([(42, 15), (45.5, 20.8), (50, 22.6), (54.5, 20.8), (58, 15)], width=1.2)
    canvas.line([(61, 56), (65, 80)], mirror=True)
    canvas.shape([(57, 54), (67, 54), (68, 65), (57, 65)], corner=1.5)


def _shirt_dress(canvas: Canvas) -> None:
    canvas.narrow(0.78)
    sleeves(canvas, 0.6, 13, cuff=4)
    bodice(canvas, "crew", hem=95, waist=16, hip=29)
    canvas.line([(48, 21), (48, 90)])
    buttons(canvas, 30, 84, 7)
    canvas.shape([(32.5, 53), (67.5, 53), (67.5, 58), (32.5, 58)], (122, 84, 56), 0.5)
    canvas.shape([(46.5, 52), (53.5, 52), (53.5, 59), (46.5, 59)], (214, 178, 100), 0.8)
    collar(canvas, 30)


def _wrap_dress(canvas: Canvas) -> None:
    canvas.narrow(0.8)
    sleeves(canvas, 0.3, 19)
    bodice(canvas, "v", hem=54, hip=15, waist=15)
    skirt = [(50, 53), (65, 53), (82, 93), (62, 91), (50, 96)]
    canvas.symmetric(skirt, corner=4)
    canvas.line([(58.5, 15), (43, 53)], width=1.4)
    canvas.line([(57, 56), (47, 88)], width=1.4)
    canvas.line([(35, 54), (65, 54)], canvas.shade(0.78), 3)
    canvas.line([(62, 54), (67, 74)], canvas.shade(0.78), 2)


def _jumper_dress(canvas: Canvas) -> None:
    canvas.narrow(0.74)
    sleeves(canvas, 0.8, 14, cuff=6)
    bodice(canvas, "crew", hem=90, waist=20, hip=22)
    ribs(canvas, 95, 21.5, 8)
    high_neck(canvas, 11)
    for y in range(34, 78, 11):
        canvas.line([(33, y), (41, y + 5), (50, y), (59, y + 5), (67, y)], width=0.9)


def _sheath(canvas: Canvas) -> None:
    neck = [(50, 24), (58, 22), (62, 12), (68, 14), (66, 27), (70, 40)]
    canvas.symmetric([(50, 15), (61, 13), (60, 21), (50, 23)], canvas.shade(0.72), 1)
    canvas.symmetric([*neck, (64, 54), (69, 66), (64, 89), (50, 90)], corner=3)
    canvas.line([(60, 42), (58.5, 54), (61, 68)], mirror=True)
    canvas.line([(36, 54.5), (50, 56), (64, 54.5)], width=1.2)


def _gown(canvas: Canvas) -> None:
    skirt = [(50, 42), (61, 42), (68, 62), (90, 93), (68, 96), (50, 95)]
    canvas.symmetric(skirt, corner=5)
    canvas.symmetric([(50, 22), (57, 16), (66, 15), (68, 26), (61, 44), (50, 45)], corner=1.5)
    canvas.line([(39, 43), (50, 44.5), (61, 43)], canvas.contrast, 2)
    for top, foot in ((52, 54), (55, 67), (58, 80)):
        canvas.line([(top, 48), (top + 3, 66), (foot, 94)], mirror=True)
    canvas.dot((50, 44), 2.4, (226, 214, 170))


DRESSES = {
    "sundress": Style(_sundress, "casual", "summer"),
    "t-shirt dress": Style(_t_shirt_dress, "casual", "all-year"),
    "shirt dress": Style(_shirt_dress, "smart", "all-year"),
    "wrap dress": Style(_wrap_dress, "smart", "summer"),
    "jumper dress": Style(_jumper_dress, "smart", "winter"),
    "sheath dress": Style(_sheath, "formal", "all-year"),
    "gown": Style(_gown, "formal", "all-year"),
}
