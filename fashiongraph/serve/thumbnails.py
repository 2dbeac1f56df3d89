"""Small pictures of items."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

from fashiongraph.errors import DataError
from fashiongraph.features.pictures import read_picture

_SIDE = 480  # pixels
_KEPT = 1024  # pictures in memory, of about 30 kB each


def thumbnail(path: Path | None) -> bytes | None:
    """A picture as JPEG of at most 480 pixels; :obj:`None` if there is none or it cannot be read.

    Args:
        path: File of the picture, or :obj:`None`.

    Example:
        >>> thumbnail(getfixture("tmp_path") / "none.png") is None
        True
    """
    if path is None:
        return None
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return None
    return _thumbnail(path, changed)


@lru_cache(maxsize=_KEPT)
def _thumbnail(path: Path, changed: int) -> bytes | None:
    try:
        image = read_picture(path)
    except DataError:  # a page is useful without it
        return None
    image.thumbnail((_SIDE, _SIDE))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()
