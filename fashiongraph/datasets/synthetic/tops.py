"""Silhouettes of tops."""

from __future__ import annotations

from fashiongraph.datasets.synthetic.canvas import Canvas
from fashiongraph.datasets.synthetic.style import Style
from fashiongraph.datasets.synthetic.torso import bodice, buttons, collar, sleeves, straps


def _tank(canvas: Canvas) -> None:
    neck = [(50, 34), (57, 31), (60, 12), (66, 12), (66, 26), (71, 42)]
    canvas.symmetric([(50, 16), (58, 13), (60, 20), (50, 30)], canvas.shade(0.72))
    canvas.symmetric([*neck, (70, 86), (50, 87)], corner=4)


def _t_shirt(canvas: Canvas) -> None:
    sleeves(canvas, 0.34, 17)
    bodice(canvas, "crew")
    canvas.line([(42, 15), (45.5, 20.8), (50, 22.6), (54.5, 20.8), (58, 15)], width=1.1)


def _polo(canvas: Canvas) -> None:
    sleeves(canvas, 0.36, 16, cuff=3)
    bodice(canvas, "crew")
    canvas.shape([(47.5, 21), (52.5, 21), (52.5, 42), (47.5, 42)], canvas.shade(0.9), 0.5)
    collar(canvas)
    buttons(canvas, 29, 37, 2)


def _blouse(canvas: Canvas) -> None:
    sleeves(canvas, 0.72, 20, cuff=4)
    bodice(canvas, "v", hem=84, waist=17, hip=25)
    canvas.line([(61, 62), (66, 83)], mirror=True)
    canvas.shape([(50, 34), (61, 30), (62, 39)], canvas.shade(0.86), 1.5, mirror=True)
    canvas.shape([(50, 35), (57, 55), (52.5, 56)], canvas.shade(0.86), 1, mirror=True)
    canvas.dot((50, 35), 2.4, canvas.shade(0.78))


def _shirt(canvas: Canvas) -> None:
    sleeves(canvas, 0.88, 11, cuff=6)
    bodice(canvas, "crew", hem=88)
    canvas.line([(48, 21), (48, 88)])
    buttons(canvas, 31, 82, 6)
    canvas.shape([(57, 38), (66, 38), (66, 47), (61.5, 49.5), (57, 47)], corner=0.6)
    collar(canvas, 30)


def _camisole(canvas: Canvas) -> None:
    straps(canvas)
    cup = [(50, 37), (57, 33), (66.5, 29), (70, 41)]
    canvas.symmetric([*cup, (67, 58), (71, 82), (50, 84)], corner=2)
    canvas.line([(34, 35), (43, 38.5), (50, 42), (57, 38.5), (66, 35)], canvas.contrast, 1.4)
    for x in range(31, 71, 5):
        canvas.dot((x, 83), 1.9, canvas.contrast)


TOPS = {
    "tank": Style(_tank, "casual", "summer"),
    "t-shirt": Style(_t_shirt, "casual", "all-year"),
    "polo": Style(_polo, "smart", "summer"),
    "blouse": Style(_blouse, "smart", "all-year"),
    "shirt": Style(_shirt, "formal", "all-year"),
    "camisole": Style(_camisole, "formal", "summer"),
}
