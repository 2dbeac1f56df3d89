"""File format of stored questions."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fashiongraph.errors import DataError
from fashiongraph.files import atomic_write
from fashiongraph.manifest import check_regular

_FORMAT = 1
_MAX_BYTES = 1 << 28  # of the arrays of a file of any size
_MAX_EXPANSION = 64  # times as much for larger files


@dataclass(frozen=True)
class QuestionFile:
    """Contents of a question file: a NumPy ``.npz`` archive, without pickled objects.

    The array ``header`` holds JSON in UTF-8 (format, kind, vocabulary, recipe), ``checksum`` the
    SHA-256 of everything else. All other arrays are int64.

    Args:
        kind: Kind of the questions.
        vocabulary: Identifiers of the items, which the arrays index.
        recipe: Provenance of the questions, serialisable as JSON.
        arrays: Fields of the questions by name.

    Example:
        >>> import numpy as np
        >>> file = QuestionFile("fitb", ["a", "b"], {"seed": 1}, {"answer": np.array([0, 1])})
        >>> file.checksum[:8]
        '4c293bf5'
    """

    kind: str
    vocabulary: list[str]
    recipe: dict[str, Any]
    arrays: dict[str, NDArray[np.int64]]

    @property
    def checksum(self) -> str:
        """SHA-256 of the header and the arrays, in hexadecimal."""
        digest = hashlib.sha256(self._header())
        for name, array in sorted(self.arrays.items()):
            digest.update(f"{name} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array, dtype="<i8").tobytes())
        return digest.hexdigest()

    def _header(self) -> bytes:
        header = {"format": _FORMAT, "kind": self.kind, "recipe": self.recipe}
        return json.dumps({**header, "vocabulary": self.vocabulary}, sort_keys=True).encode()

    def write(self, path: str | Path) -> None:
        """Write the file atomically."""
        text = {"header": self._header(), "checksum": self.checksum.encode()}
        arrays: dict[str, Any] = dict(self.arrays)  # numbers only: nothing is pickled
        for name, value in text.items():
            arrays[name] = np.frombuffer(value, dtype=np.uint8)
        with atomic_write(path) as draft, draft.open("wb") as stream:
            np.savez_compressed(stream, **arrays)

    @classmethod
    def read(cls, path: str | Path) -> QuestionFile:
        """Read a file and verify its checksum.

        Raises:
            DataError: If the file is missing, no question file, damaged or altered.
        """
        check_regular(path)
        try:
            _check_size(path)
            with np.load(path, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            header = json.loads(arrays.pop("header").tobytes())
            stored = arrays.pop("checksum").tobytes().decode()
            version = header["format"]
            file = cls(header["kind"], header["vocabulary"], header["recipe"], arrays)
        except DataError:
            raise
        except Exception as error:  # a damaged archive raises many kinds of errors
            raise DataError(f"needs to be a file of questions ({error})", path) from error
        if version != _FORMAT:
            raise DataError(f"needs the format {_FORMAT} (has {version!r})", path)
        if file.checksum != stored:
            raise DataError(f"needs the checksum {stored} (contents have {file.checksum})", path)
        return file


def _check_size(path: str | Path) -> None:
    """Check the size of the arrays by the directory of the archive, before any is read."""
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    largest = max(_MAX_BYTES, _MAX_EXPANSION * Path(path).stat().st_size)
    if size > largest:
        raise DataError(f"needs at most {largest:,} bytes of questions (has {size:,})", path)
