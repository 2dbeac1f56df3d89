"""Disk cache of rows of features, by the content of pictures."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fashiongraph.errors import DataError
from fashiongraph.manifest import check_regular

_TABLE = "CREATE TABLE IF NOT EXISTS rows (key BLOB NOT NULL UNIQUE, row BLOB, sha256 BLOB)"


class FeatureCache:
    """Disk cache of the rows of one encoder by the digest of a picture's bytes, in SQLite.

    A batch of rows is one transaction, so a killed process loses at most the current batch, and
    several processes may read and write at once. A connection lasts for one call, so that the
    object can be copied to worker processes. The folder needs to be on a local disk, since network
    file systems do not lock files reliably.

    Args:
        folder: Folder of caches; created if missing.
        fingerprint: Fingerprint of the encoder; each encoder has a file.
        dtype: Type of the values on disk.

    Example:
        >>> import tempfile
        >>> cache = FeatureCache(tempfile.mkdtemp(), "resnet18", "float16")
        >>> cache.put([b"a", b"b"], np.array([[1.0, 2.0], [3.0, 4.0]]))
        >>> cache.get([b"b", b"c"])
        {b'b': array([3., 4.], dtype=float16)}
    """

    def __init__(self, folder: str | Path, fingerprint: str, dtype: DTypeLike) -> None:
        self.dtype = np.dtype(dtype)
        self.path = Path(folder) / f"{fingerprint}-{self.dtype.name}.sqlite"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as db:
            db.execute(_TABLE)

    def __len__(self) -> int:
        with self._open() as db:
            return int(db.execute("SELECT count(*) FROM rows").fetchone()[0])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"

    def keys(self) -> list[bytes]:
        """Keys of all rows."""
        with self._open() as db:
            return [key for (key,) in db.execute("SELECT key FROM rows")]

    def get(self, keys: Iterable[bytes]) -> dict[bytes, NDArray[np.floating]]:
        """Rows of the cached keys among those given.

        Raises:
            DataError: If a row differs from its digest.
        """
        found = {}
        with self._open() as db:
            for key in keys:
                hit = db.execute("SELECT row, sha256 FROM rows WHERE key = ?", (key,)).fetchone()
                if hit is not None:
                    found[key] = self._values(key, *hit)
        return found

    def put(self, keys: Iterable[bytes], rows: NDArray[np.floating]) -> None:
        """Store one row per key; existing rows are kept."""
        values = rows.astype(self.dtype, copy=False)
        contents = [(key, row.tobytes()) for key, row in zip(keys, values, strict=True)]
        records = [(key, content, _digest(key, content)) for key, content in contents]
        with self._open() as db:
            db.executemany("INSERT OR IGNORE INTO rows VALUES (?, ?, ?)", records)

    def _values(self, key: bytes, content: Any, digest: Any) -> NDArray[np.floating]:
        if not isinstance(content, bytes) or _digest(key, content) != digest:
            raise DataError("holds a row that differs from its SHA-256; delete it", self.path)
        return np.frombuffer(content, self.dtype)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        check_regular(self.path)
        try:
            with closing(sqlite3.connect(self.path, timeout=60.0)) as db, db:
                yield db
        except sqlite3.OperationalError as error:
            raise DataError(
                f"cache cannot be opened ({error}): another process uses it, it is read-only, or "
                "the disk is full",
                file=self.path,
            ) from error
        except sqlite3.DatabaseError as error:
            raise DataError(f"unusable cache ({error}); delete it", file=self.path) from error


def _digest(key: bytes, content: bytes) -> bytes:
    return hashlib.sha256(key + content).digest()
