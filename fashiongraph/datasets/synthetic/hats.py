"""Silhouettes of hats."""

from __future__ import annotations

from fashiongraph.datasets.synthetic.canvas import Canvas
from fashiongraph.datasets.synthetic.outline import Point, arc
from fashiongraph.datasets.synthetic.style import Style


def _oval(centre: Point, radius: Point) -> list[Point]:
    return arc(centre, radius, 0, 345, 24)


def _cap(canvas: Canvas) -> None:
    canvas.shape([*arc((42, 58), (32, 32), 180, 360, 14), (74, 62), (10, 62)], corner=2)
    canvas.shape(
        [(46, 58), (74, 57), (90, 63), (96, 71), (80, 71), (46, 64)], canvas.shade(0.82), 4
    )
    canvas.line(arc((42, 58), (12, 32), 180, 270, 8), width=1)
    canvas.line(arc((42, 58), (14, 32), 270, 360, 8), width=1)
    canvas.dot((42, 26), 2.6, canvas.shade(0.82))
    canvas.shape([(54, 44), (66, 44), (66, 53), (54, 53)], canvas.contrast, 2)


def _beanie(canvas: Canvas) -> None:
    canvas.symmetric([(50, 22), *arc((50, 54), (32, 32), 280, 360, 8), (82, 68), (50, 70)])
    canvas.symmetric([(50, 58), (85, 57), (84, 76), (50, 78)], canvas.shade(0.84), 4)
    for place in range(-5, 6):
        canvas.line([(50 + place * 5.8, 59), (50 + place * 5.8, 76)], width=1)
    canvas.shape(_oval((50, 18), (10, 9.5)), canvas.contrast, 2)


def _bucket_hat(canvas: Canvas) -> None:
    canvas.symmetric([(50, 28), (66, 28), (72, 54), (50, 56)], corner=5)
    canvas.symmetric([(50, 54), (72, 52), (90, 74), (70, 78), (50, 79)], corner=3)
    for depth in (61, 67, 73):
        reach = 24 + (depth - 54) * 0.72
        canvas.line([(50 - reach, depth - 2), (50, depth + 1), (50 + reach, depth - 2)], width=0.7)


def _sun_hat(canvas: Canvas) -> None:
    canvas.shape(_oval((50, 62), (46, 15)), corner=1)
    canvas.line(arc((50, 62), (38, 11), 0, 180), width=0.7)
    canvas.symmetric([(50, 28), *arc((50, 48), (25, 20), 285, 360, 6), (76, 58), (50, 64)])
    canvas.line([(25, 55), (38, 59.5), (50, 60.5), (62, 59.5), (75, 55)], canvas.contrast, 5)
    canvas.shape([(70, 57), (86, 72), (79, 76)], canvas.contrast, 1)


def _beret(canvas: Canvas) -> None:
    outline = [(12, 50), (20, 34), (44, 24), (72, 28), (90, 44), (86, 58), (66, 64), (30, 64)]
    canvas.shape(outline, corner=9)
    canvas.shape([(26, 60), (70, 60), (68, 69), (30, 69)], canvas.shade(0.76), 3)
    canvas.line([(50, 26), (52, 19)], canvas.shade(0.76), 3)
    canvas.line([(34, 40), (52, 33), (74, 40)], width=0.8)


def _panama(canvas: Canvas) -> None:
    canvas.shape(_oval((50, 64), (42, 10)), corner=1)
    crown = [(50, 34), (57, 30), (66, 30), (72, 40), (74, 60), (50, 65)]
    canvas.symmetric(crown, corner=4)
    canvas.shape([(26.5, 53), (73.5, 53), (74.5, 61), (50, 65), (25.5, 61)], canvas.shade(0.5), 1)
    canvas.line([(50, 34), (50, 46)], width=1.2)


def _fedora(canvas: Canvas) -> None:
    brim = [(6, 58), (24, 62), (50, 66), (78, 62), (95, 66), (84, 75), (50, 77), (20, 73)]
    canvas.shape(brim, corner=8)
    canvas.symmetric([(50, 31), (62, 23), (72, 30), (75, 62), (50, 66)], corner=6)
    canvas.shape([(26, 52), (74, 52), (75, 62), (50, 66.5), (25, 62)], canvas.contrast, 1)
    canvas.line([(50, 31), (44, 46)], width=1.2)
    canvas.shape([(68, 54), (76, 30), (82, 34), (74, 56)], canvas.shade(0.7), 3)


def _pillbox(canvas: Canvas) -> None:
    canvas.symmetric([(50, 40), (78, 40), (78, 66), (50, 71)], corner=3)
    canvas.shape(_oval((50, 41), (28, 8)), canvas.shade(0.88), 1)
    canvas.shape([(50, 58), (34, 48), (32, 66)], canvas.contrast, 3)
    canvas.shape([(50, 58), (66, 48), (68, 66)], canvas.contrast, 3)
    canvas.dot((50, 58), 3.4, canvas.shade(0.7))


HATS = {
    "cap": Style(_cap, "casual", "all-year"),
    "bucket hat": Style(_bucket_hat, "casual", "summer"),
    "beanie": Style(_beanie, "casual", "winter"),
    "panama": Style(_panama, "smart", "all-year"),
    "sun hat": Style(_sun_hat, "smart", "summer"),
    "beret": Style(_beret, "smart", "winter"),
    "fedora": Style(_fedora, "formal", "all-year"),
    "pillbox hat": Style(_pillbox, "formal", "all-year"),
}
