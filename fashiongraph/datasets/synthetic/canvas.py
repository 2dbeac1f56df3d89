"""Canvas on which garments are drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw

from fashiongraph.datasets.synthetic.outline import Point, arc, mirrored, rounded
from fashiongraph.datasets.synthetic.palette import RGB
from fashiongraph.datasets.synthetic.textures import ink, luminance, mix


class Canvas:
    """Canvas for the shapes of one garment; coordinates run from 0 to 100, y downwards.

    Three pictures of the same size are drawn at once: the garment in plain colours, the mask of
    its patterned cloth, and its outline (alpha).

    Args:
        size: Side in pixels.
        colour: Ground colour of the cloth, for plain shapes, seams and outlines.
        turn: Rotation of the garment in radians.
        scale: Scale of the garment about the centre.
    """

    def __init__(self, size: int, colour: RGB, turn: float = 0.0, scale: float = 1.0) -> None:
        self.colour = colour
        self.contrast = ink(colour, 0.6)
        # Seams on dark cloth are lighter, so that the folds of a black garment are visible.
        self.seam = (
            mix(colour, (12, 10, 20), 0.42)
            if luminance(colour) > 62
            else mix(colour, (205, 208, 220), 0.38)
        )
        self.plain = Image.new("RGB", (size, size))
        self.printed = Image.new("L", (size, size))
        self.alpha = Image.new("L", (size, size))
        self._layers = [ImageDraw.Draw(image) for image in (self.plain, self.printed, self.alpha)]
        self._unit = size / 100
        self._matrix = scale * np.array(
            [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
        )

    def picture(self, cover: Image.Image) -> Image.Image:
        """The garment with a print on its cloth, on a transparent background.

        Args:
            cover: Mask of the print on the cloth, a grey picture of the canvas's size.
        """
        picture = self.plain.copy()
        picture.paste(ink(self.colour, 0.78), mask=ImageChops.multiply(self.printed, cover))
        picture.putalpha(self.alpha)
        return picture

    def narrow(self, width: float) -> None:
        """Scale the width of all shapes drawn from now on, about the vertical centre line."""
        self._matrix = self._matrix @ np.diag([width, 1.0])

    def shade(self, tone: float) -> RGB:
        """The garment's colour, darker below a tone of 1 and lighter above."""
        end = (12, 10, 20) if tone < 1 else (255, 255, 255)
        return mix(self.colour, end, abs(1 - tone))

    def shape(
        self,
        outline: Sequence[Point],
        fill: RGB | None = None,
        corner: float = 2.0,
        mirror: bool = False,
    ) -> None:
        """Draw a closed shape.

        Args:
            outline: Corners of the shape.
            fill: Its colour; by default patterned cloth.
            corner: Radius of the corners.
            mirror: Draw the mirror image, too.
        """
        path = self._path(rounded(outline, corner))
        self._fill(path, fill)
        self._stroke([*path, path[0], path[1]], self.seam, 1.0)
        if mirror:
            self.shape(mirrored(outline), fill, corner)

    def symmetric(
        self, half: Sequence[Point], fill: RGB | None = None, corner: float = 2.0
    ) -> None:
        """Draw a symmetric shape, given its right half from the top to the bottom."""
        self.shape([*half, *mirrored(half)[::-1]], fill, corner)

    def line(
        self,
        points: Sequence[Point],
        colour: RGB | None = None,
        width: float = 0.9,
        mirror: bool = False,
    ) -> None:
        """Draw a line such as a seam, a fold or a strap; by default in the colour of seams."""
        path = self._path(np.array(points, float))
        self._stroke(path, self.seam if colour is None else colour, width)
        if mirror:
            self.line(mirrored(points), colour, width)

    def dot(self, centre: Point, radius: float, fill: RGB | None = None) -> None:
        """Draw a button, an eyelet or a bead."""
        circle = np.array(arc(centre, (radius, radius), 0, 345, 24))
        self._fill(self._path(circle), fill or self.seam)

    def hole(self, outline: Sequence[Point], corner: float = 2.0) -> None:
        """Cut a closed shape out of the garment."""
        path = self._path(rounded(outline, corner))
        _, _, alpha = self._layers
        alpha.polygon(path, fill=0)
        self._stroke([*path, path[0], path[1]], self.seam, 1.0)

    def _fill(self, path: list[Point], fill: RGB | None) -> None:
        plain, printed, alpha = self._layers
        plain.polygon(path, fill=fill or self.colour)
        printed.polygon(path, fill=255 if fill is None else 0)
        alpha.polygon(path, fill=255)

    def _path(self, points: NDArray[np.float64]) -> list[Point]:
        moved = ((points - 50) @ self._matrix.T + 50) * self._unit
        return [(x, y) for x, y in moved.tolist()]

    def _stroke(self, path: list[Point], colour: RGB, width: float) -> None:
        pixels = max(1, round(width * self._unit))
        plain, printed, alpha = self._layers
        plain.line(path, fill=colour, width=pixels, joint="curve")
        printed.line(path, fill=0, width=pixels, joint="curve")
        alpha.line(path, fill=255, width=pixels, joint="curve")
