"""Folder of uploaded pictures."""

from __future__ import annotations

import hashlib
import io
import re
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from PIL import Image

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.features.pictures import decode_picture, read_picture
from fashiongraph.files import atomic_write

_SIDE = 1024  # pixels of the longer side
_QUALITY = 92
_YOUNG = 3600.0  # seconds: a picture may be stored just before its item is
_DECODERS = 2


class PictureFolder:
    """Folder of pictures named by the SHA-256 of their content.

    Pictures are decoded in bounded memory, shrunk to 1,024 pixels and encoded anew, so that no byte
    of an upload is stored as it came.

    Args:
        root: The folder, which is made on first use.

    Example:
        >>> folder = PictureFolder(getfixture("tmp_path") / "pictures")
        >>> out = io.BytesIO()
        >>> Image.new("RGB", (4, 3), "red").save(out, "PNG")
        >>> digest = folder.add(out.getvalue())
        >>> folder.open(digest).size
        (4, 3)
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._decoders = threading.Semaphore(_DECODERS)

    def add(self, data: bytes) -> str:
        """Store a picture.

        Args:
            data: The bytes of a picture file.

        Returns:
            Its digest.

        Raises:
            FashionGraphError: If the bytes are no picture, or one of too many pixels.
        """
        with self._decoders:
            try:
                image = decode_picture(data, "the upload")
            except DataError as error:
                raise FashionGraphError(f"'picture' needs a picture file ({error.rule})") from error
            image.thumbnail((_SIDE, _SIDE))
            image.info.clear()  # a comment would be kept
            out = io.BytesIO()
            image.save(out, "JPEG", quality=_QUALITY)
        digest = hashlib.sha256(out.getvalue()).hexdigest()
        path = self.path(digest)
        if not path.is_file():
            with atomic_write(path) as draft:
                draft.write_bytes(out.getvalue())
        else:
            path.touch()  # so that no other server takes it for one that nobody needs
        return digest

    def path(self, digest: str) -> Path:
        """File of a picture.

        Args:
            digest: Its digest.

        Raises:
            FashionGraphError: If the text is no digest.
        """
        if not re.fullmatch("[0-9a-f]{64}", digest):
            raise FashionGraphError(f"'picture' needs a digest (got {digest!r})")
        return self.root / digest[:2] / f"{digest}.jpg"

    def open(self, digest: str) -> Image.Image:
        """Read a picture.

        Args:
            digest: Its digest.

        Raises:
            DataError: If the file is missing or damaged.
        """
        return read_picture(self.path(digest))

    def sweep(self, needed: Collection[str]) -> None:
        """Remove pictures that no item has and that are older than an hour.

        Args:
            needed: Digests of the pictures to keep.
        """
        for path in self.root.glob("??/*.jpg"):
            with suppress(FileNotFoundError):  # another server removes it
                old = time.time() - path.stat().st_mtime > _YOUNG
                if old and path.stem not in needed:
                    path.unlink()
