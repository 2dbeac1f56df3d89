"""Silhouettes of knitwear."""

from __future__ import annotations

from fashiongraph.datasets.synthetic.canvas import Canvas
from fashiongraph.datasets.synthetic.outline import arc
from fashiongraph.datasets.synthetic.style import Style
from fashiongraph.datasets.synthetic.torso import bodice, buttons, high_neck, ribs, sleeves


def _hoodie(canvas: Canvas) -> None:
    hood = [(50, 5), (62, 9), (66, 20), (58, 28), (50, 30)]
    sleeves(canvas, 0.86, 14, cuff=6)
    bodice(canvas, "crew", hem=84, hip=22)
    ribs(canvas, 86, 21)
    canvas.symmetric(hood, corner=5)
    canvas.symmetric([(50, 10), (57, 13), (57, 21), (50, 27)], canvas.shade(0.55), 4)
    canvas.shape([(36, 62), (64, 62), (69, 76), (31, 76)], canvas.shade(0.88), 2)
    canvas.line([(54, 26), (54.5, 42)], canvas.contrast, 1.4, mirror=True)


def _cable_jumper(canvas: Canvas) -> None:
    sleeves(canvas, 0.86, 15, cuff=7)
    bodice(canvas, "crew", hem=84, hip=23, waist=22)
    ribs(canvas, 87, 23, 8)
    for x in (38, 50, 62):
        for y in range(28, 76, 8):
            canvas.line([(x - 3, y), (x + 3, y + 8)], width=1.1)
            canvas.line([(x + 3, y), (x - 3, y + 8)], width=1.1)
    canvas.line(arc((50, 15), (9, 7.5), 0, 180), canvas.shade(0.84), 3)


def _cardigan(canvas: Canvas) -> None:
    sleeves(canvas, 0.84, 12, cuff=6)
    bodice(canvas, "v", hem=84, hip=20)
    ribs(canvas, 86, 20)
    canvas.line([(58.5, 15), (50, 37)], canvas.shade(0.84), 3.2, mirror=True)
    canvas.line([(50, 37), (50, 86)], canvas.shade(0.84), 4)
    canvas.line([(48, 38), (48, 86)], width=0.7)
    buttons(canvas, 43, 80, 5)


def _roll_neck(canvas: Canvas) -> None:
    sleeves(canvas, 0.86, 11, cuff=6)
    bodice(canvas, "crew", hem=84, hip=20)
    ribs(canvas, 86, 19)
    high_neck(canvas)


def _slipover(canvas: Canvas) -> None:
    neck = [(50, 40), (58, 14), (66, 16), (66, 28), (70, 44)]
    canvas.symmetric([(50, 16), (58, 14), (50, 38)], canvas.shade(0.6), 1)
    canvas.symmetric([*neck, (69, 82), (50, 83)], corner=3)
    canvas.line([(58.5, 15), (50, 40)], canvas.contrast, 2, mirror=True)
    ribs(canvas, 86, 19)


def _fine_v_neck(canvas: Canvas) -> None:
    sleeves(canvas, 0.86, 10, cuff=4)
    bodice(canvas, "v", hem=85, waist=18, hip=19)
    canvas.line([(58.5, 15), (50, 36)], canvas.shade(0.8), 2.4, mirror=True)
    ribs(canvas, 86, 18.5, 4)


KNITWEAR = {
    "hoodie": Style(_hoodie, "casual", "all-year"),
    "cable jumper": Style(_cable_jumper, "casual", "winter"),
    "cardigan": Style(_cardigan, "smart", "all-year"),
    "roll-neck": Style(_roll_neck, "smart", "winter"),
    "slipover": Style(_slipover, "formal", "all-year"),
    "v-neck": Style(_fine_v_neck, "formal", "winter"),
}
