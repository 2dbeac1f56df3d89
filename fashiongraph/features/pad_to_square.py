"""Fit a picture of any shape into a white square."""

from __future__ import annotations

from PIL import Image
from torch import nn


class PadToSquare(nn.Module):
    """Scale a picture until its longer side fits, then centre it on a square of one colour.

    Nothing is cropped, unlike in ImageNet's usual preparation: a dress or a pair of trousers
    reaches from edge to edge of its photograph.

    Args:
        size: Side of the square, in pixels.
        colour: Colour of the padding; product photographs mostly lie on white.
    """

    def __init__(self, size: int, colour: str = "white") -> None:
        super().__init__()
        self.size = size
        self.colour = colour

    def forward(self, picture: Image.Image) -> Image.Image:
        """Pad one RGB picture."""
        scale = self.size / max(picture.size)
        width, height = (max(1, round(side * scale)) for side in picture.size)
        square = Image.new("RGB", (self.size, self.size), self.colour)
        small = picture.resize((width, height), Image.Resampling.BICUBIC)
        square.paste(small, ((self.size - width) // 2, (self.size - height) // 2))
        return square

    def extra_repr(self) -> str:
        """The settings."""
        return f"size={self.size}, colour={self.colour!r}"
