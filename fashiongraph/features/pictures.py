"""Reading picture files as 8-bit RGB."""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import nn

from fashiongraph.errors import DataError


class PadToSquare(nn.Module):
    """Scale a picture to a square by its longer side, and pad it with one colour.

    Nothing is cropped, unlike in the usual preparation for ImageNet, since garments often reach
    from edge to edge of a photograph.

    Args:
        size: Side of the square, in pixels.
        colour: Colour of the padding; most product photographs have a white background.

    Example:
        >>> PadToSquare(224)(Image.new("RGB", (100, 50))).size
        (224, 224)
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


MAX_BYTES = 128 * 2**20
"""Largest file of a picture."""

MAX_PIXELS = 64 * 2**20
"""Largest number of pixels: a few hundred kilobytes can hold a picture of many gigabytes."""

#: Raster formats that are read. Others are refused: EPS, for example, starts an interpreter.
FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")


@cache
def _formats() -> list[str]:
    Image.init()
    return [name for name in FORMATS if name in Image.OPEN]  # a build may lack AVIF or WEBP


def picture_bytes(path: str | Path) -> bytes:
    """Read the bytes of a picture file.

    Raises:
        DataError: If the file is missing or cannot be read, is no regular file, or is larger than
            128 MiB.
    """
    if path == "":  # Path("") would be the current folder
        raise DataError("no picture is named")
    try:
        status = Path(path).stat()
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            raise DataError("cannot be read (no regular file)", file=path)  # it may never end
        if status.st_size > MAX_BYTES:
            raise DataError(f"a picture of {status.st_size:,} bytes is too large", file=path)
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = error.strerror if isinstance(error, OSError) else error
        raise DataError(f"cannot be read ({reason})", file=path) from error


def picture_path(folder: Path, name: str, further: Sequence[Path] = ()) -> Path:
    """Path of a picture that a table names, which may come from somebody else.

    Args:
        folder: Folder of the table, to which the name is relative.
        name: Path of the picture.
        further: Folders outside of it that the user allows.

    Raises:
        DataError: If the file lies in none of these folders, once links are followed.

    Example:
        >>> picture_path(Path("shop"), "photos/red.jpg").as_posix()
        'shop/photos/red.jpg'
    """
    path = folder / name
    try:
        real = os.path.realpath(path)
        allowed = [os.path.realpath(one) for one in (folder, *further)]
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise DataError(f"cannot be read ({error})", file=path) from error
    if not any(Path(real).is_relative_to(one) for one in allowed):
        raise DataError(
            f"lies outside of {folder}, in {os.path.dirname(real)}, which --pictures allows", path
        )
    return path


def decode_picture(data: bytes, path: str | Path) -> Image.Image:
    """Decode a picture to 8-bit RGB on a white background.

    The EXIF orientation is applied, transparent pixels become white, 16-bit values are scaled
    (Pillow would clip them), CMYK and palettes are converted, and an animation gives its first
    frame.

    Args:
        data: The bytes of the file.
        path: The file's name, for errors.

    Raises:
        DataError: If the bytes are not a picture, or a damaged or truncated one, or one of more
            than 64 Mi pixels.
    """
    try:
        with (
            without_warnings(),
            Image.open(BytesIO(data), formats=_formats()) as opened,
        ):
            if opened.width * opened.height > MAX_PIXELS:  # by the header, before it is decoded
                raise DataError(
                    f"a picture of {opened.width:,} × {opened.height:,} pixels is too large", path
                )
            return _rgb(ImageOps.exif_transpose(opened))
    except DataError:
        raise
    # Damaged bytes make Pillow's decoders fail with almost any error (OSError, SyntaxError,
    # struct.error, OverflowError, ...); all of them mean the same.
    except Exception as error:
        reason = "no known format" if isinstance(error, UnidentifiedImageError) else str(error)
        raise DataError(f"broken picture ({reason})", file=path) from error


@contextmanager
def without_warnings() -> Iterator[None]:
    """Hide Pillow's warnings of what is an error here, or is read nevertheless."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def read_picture(path: str | Path) -> Image.Image:
    """Read a picture file as 8-bit RGB; see :func:`decode_picture`.

    Raises:
        DataError: If the file is missing, not a picture, or damaged.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "grey.png"
        >>> Image.new("I;16", (3, 2), 65535).save(file)
        >>> read_picture(file).getpixel((0, 0))
        (255, 255, 255)
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
