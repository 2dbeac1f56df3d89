"""Reading pictures of every common kind as 8-bit RGB."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import nn

from fashiongraph.errors import DataError


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


#: Raster formats that are read. Others stay shut: EPS, for one, would start an interpreter.
FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")


@cache
def _formats() -> list[str]:
    Image.init()
    return [name for name in FORMATS if name in Image.OPEN]  # a build may lack AVIF or WEBP


def picture_bytes(path: str | Path) -> bytes:
    """The bytes of a picture's file.

    Raises:
        DataError: If the file is missing or cannot be read.
    """
    if path == "":  # as a path it would be the current folder
        raise DataError("no picture is named")
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = error.strerror if isinstance(error, OSError) else error
        raise DataError(f"cannot be read ({reason})", file=path) from error


def decode_picture(data: bytes, path: str | Path) -> Image.Image:
    """Decode a picture into 8-bit RGB as a viewer would show it on white paper.

    The orientation that a camera noted (EXIF) is applied, transparent parts show white, 16-bit
    values are scaled (Pillow alone would clip them), CMYK and palettes are converted, and of an
    animation the first frame is taken.

    Args:
        data: The bytes of the file.
        path: The file's name, for errors.

    Raises:
        DataError: If the bytes are no picture, or a damaged or truncated one.
    """
    try:
        with Image.open(BytesIO(data), formats=_formats()) as opened:
            return _rgb(ImageOps.exif_transpose(opened))
    # Damaged bytes make Pillow's decoders fail with almost any error (OSError, SyntaxError,
    # struct.error, OverflowError, ...); none of them is ours, all of them mean the same.
    except Exception as error:
        reason = "no known format" if isinstance(error, UnidentifiedImageError) else str(error)
        raise DataError(f"broken picture ({reason})", file=path) from error


def read_picture(path: str | Path) -> Image.Image:
    """Read a picture's file as 8-bit RGB; see :func:`decode_picture`.

    Raises:
        DataError: If the file is missing, no picture, or damaged.
    """
    return decode_picture(picture_bytes(path), path)


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _eight_bits(image).convert("RGB")
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")
    return image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Scale deep grey values to 0..255: integers from 16 bits, floats from 0..1.

    Values beyond that range (32-bit scans) are scaled by the picture's own maximum.
    """
    values = np.nan_to_num(np.asarray(image, dtype=np.float64), posinf=0.0, neginf=0.0)
    top = max(1.0 if image.mode == "F" else 65535.0, float(values.max(initial=0.0)))
    return Image.fromarray((values.clip(min=0.0) * (255.0 / top)).round().astype(np.uint8))
