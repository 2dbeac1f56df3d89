"""Fetching published files and unpacking archives without trusting either."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from http.client import HTTPException
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from torch.hub import download_url_to_file

from fashiongraph.errors import DataError
from fashiongraph.files import atomic_write

_BROKEN = (
    *(OSError, EOFError, ValueError, zlib.error, LZMAError),  # cut off, or bits turned over
    *(tarfile.TarError, zipfile.BadZipFile),  # no archive
    *(NotImplementedError, RuntimeError),  # zip: unknown compression, or a password is needed
)


def fetch(
    url: str,
    path: str | Path,
    sha256: str | None = None,
    num_bytes: int | None = None,
    progress: bool = True,
) -> None:
    """Fetch a file. It appears under its name once it is complete and verified.

    Args:
        url: Its address.
        path: Where it goes.
        sha256: Its SHA-256 in hexadecimal; by default it is not verified.
        num_bytes: Its size; by default it is not verified.
        progress: Whether to show a progress bar on standard error.

    Raises:
        DataError: If the address cannot be read, or the size or the checksum is another.
    """
    target = Path(path)
    with atomic_write(target) as draft:
        try:
            download_url_to_file(url, str(draft), progress=progress)
        except (OSError, HTTPException, ValueError) as error:  # ValueError: no address at all
            raise DataError(f"{url} cannot be fetched ({error})", file=target) from error
        verify(draft, sha256, num_bytes, name=url)


def verify(
    path: str | Path, sha256: str | None = None, num_bytes: int | None = None, name: str = ""
) -> None:
    """Compare a file's size and checksum with the published ones.

    Args:
        path: The file.
        sha256: SHA-256 in hexadecimal; :obj:`None` accepts any.
        num_bytes: Size; :obj:`None` accepts any.
        name: What to call the file in an error; by default its path.

    Raises:
        DataError: If one of them differs, or the file cannot be read.
    """
    file = Path(path)
    try:
        size = file.stat().st_size
        if num_bytes is not None and size != num_bytes:  # before gigabytes are read
            raise DataError(f"needs {num_bytes:,} bytes (has {size:,})", file=name or file)
        found = None if sha256 is None else _sha256(file)
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", file=name or file) from error
    if sha256 is not None and found != sha256.lower():
        raise DataError(f"needs the SHA-256 {sha256.lower()} (has {found})", file=name or file)


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def unpack(archive: str | Path, folder: str | Path, max_bytes: int = 1 << 37) -> list[Path]:
    """Unpack a tar archive, compressed or not, or a zip archive.

    Nothing is written outside the folder: an archive that holds an absolute path, a ``..``, a
    link or a device is refused before its first file is written. Each file appears once it is
    whole.

    Args:
        archive: The archive.
        folder: Where its files go; made if needed.
        max_bytes: What the files may hold together, 128 GiB by default: a few kilobytes can
            unpack to more than any disk holds.

    Returns:
        The unpacked files.

    Raises:
        DataError: If the archive is broken, unsafe or too large.
    """
    source = Path(archive)
    try:
        with (
            zipfile.ZipFile(source) if zipfile.is_zipfile(source) else tarfile.open(source) as file
        ):
            entries = _zip_entries(file) if isinstance(file, zipfile.ZipFile) else _entries(file)
            _check(source, entries, max_bytes)
            return [_write(entry, Path(folder) / entry.name) for entry in entries]
    except DataError:
        raise
    except _BROKEN as error:
        raise DataError(f"cannot be unpacked ({error})", file=source) from error


class _Entry(NamedTuple):
    """A file of an archive."""

    name: str
    is_plain: bool
    size: int
    open: Callable[[], IO[bytes] | None]

    @property
    def is_safe(self) -> bool:
        path = PurePosixPath(self.name)
        # On Windows a backslash or a colon would lead out of the folder as well.
        outside = path.is_absolute() or ".." in path.parts or set("\\:") & set(self.name)
        return self.is_plain and not outside


def _entries(archive: tarfile.TarFile) -> list[_Entry]:
    entries = [
        _Entry(member.name, member.isfile(), member.size, partial(archive.extractfile, member))
        for member in archive
        if not member.isdir()
    ]
    # The checksum of gzip comes last of all, behind what tar itself reads.
    while archive.fileobj is not None and archive.fileobj.read(1 << 20):
        pass
    return entries


def _zip_entries(archive: zipfile.ZipFile) -> list[_Entry]:
    return [
        # On Unix the upper bits of the attributes hold the kind of file: 8 is a plain one.
        _Entry(
            member.filename,
            member.external_attr >> 28 in (0, 8),
            member.file_size,
            partial(archive.open, member),
        )
        for member in archive.infolist()
        if not member.is_dir()
    ]


def _check(source: Path, entries: list[_Entry], max_bytes: int) -> None:
    for entry in entries:
        if not entry.is_safe:
            raise DataError(f"needs plain files in its folder (holds {entry.name!r})", file=source)
    total = sum(entry.size for entry in entries)
    if total > max_bytes:
        raise DataError(f"needs to hold {max_bytes:,} bytes at most (has {total:,})", file=source)


def _write(entry: _Entry, target: Path) -> Path:
    stream = entry.open()
    assert stream is not None  # only what is no plain file has none
    with stream, atomic_write(target) as draft, draft.open("wb") as file:
        shutil.copyfileobj(stream, file, 1 << 20)
    return target
