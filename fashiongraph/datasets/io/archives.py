"""Download of published files and extraction of tar archives."""

from __future__ import annotations

import hashlib
import tarfile
import zlib
from http.client import HTTPException, HTTPMessage
from lzma import LZMAError
from pathlib import Path
from typing import IO
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from rich.progress import DownloadColumn, Progress, TransferSpeedColumn

from fashiongraph.console import plain_console
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.files import atomic_write
from fashiongraph.manifest import check_regular

_MAX_BYTES = 1 << 30  # of the files of an archive of any size
_MAX_EXPANSION = 100  # times as much for larger archives
_TIMEOUT = 30.0  # seconds without a byte
_BLOCK = 1 << 20


def fetch(
    url: str,
    path: str | Path,
    sha256: str | None = None,
    progress: bool = True,
    max_bytes: int = 1 << 36,
) -> None:
    """Download a file. It appears under its name once it is complete and verified.

    Args:
        url: Its address, which begins with ``https://``; so does any address it redirects to.
        path: Path to write.
        sha256: Its SHA-256 in hexadecimal, or the first digits of it; by default not verified.
        progress: Whether to show a progress bar on standard error.
        max_bytes: Its largest size, by default 64 GiB.

    Raises:
        DataError: If the address cannot be read, nothing arrives for 30 seconds, the file is too
            large or cut off, or the checksum differs.

    Example:
        >>> fetch("https://example.org/labels.tar.gz", "raw/labels.tar.gz")  # doctest: +SKIP
    """
    target = Path(path)
    with atomic_write(target) as draft:
        try:
            request = Request(url)  # noqa: S310 - the opener knows https alone
            with _opener().open(request, timeout=_TIMEOUT) as answer, draft.open("wb") as file:
                length = int(answer.headers.get("Content-Length") or -1)
                if length > max_bytes:
                    raise DataError(f"needs at most {max_bytes:,} bytes (has {length:,})")
                found = _copied(answer, file, length, max_bytes, progress)
            if sha256 and not found.startswith(sha256.lower()):
                raise DataError(f"needs the SHA-256 {sha256.lower()} (has {found})")
        except (OSError, HTTPException, ValueError) as error:  # ValueError: not an address
            raise DataError(f"{url} cannot be fetched ({error})", file=target) from error


class _SecureRedirects(HTTPRedirectHandler):
    """Redirects to addresses of https only."""

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> Request | None:
        if not newurl.lower().startswith("https://"):
            raise OSError(f"it redirects to {newurl}, which is not of https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> OpenerDirector:
    """An opener of https alone: ``build_opener`` reads files of this machine, too."""
    opener = OpenerDirector()
    for handler in (
        *(ProxyHandler(), UnknownHandler(), HTTPSHandler(), HTTPDefaultErrorHandler()),
        *(_SecureRedirects(), HTTPErrorProcessor()),
    ):
        opener.add_handler(handler)
    return opener


def _copied(answer: IO[bytes], file: IO[bytes], length: int, max_bytes: int, progress: bool) -> str:
    """Copy an answer of a known or unknown length to a file; return its SHA-256."""
    digest, size = hashlib.sha256(), 0
    columns = (*Progress.get_default_columns(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=plain_console(stderr=True), disable=not progress) as bar:
        task = bar.add_task("download", total=None if length < 0 else length)
        while block := answer.read(_BLOCK):
            size += len(block)
            if size > max_bytes:
                raise DataError(f"needs at most {max_bytes:,} bytes (has more)")
            file.write(block)
            digest.update(block)
            bar.advance(task, len(block))
    if 0 <= length != size:
        raise DataError(f"it is cut off after {size:,} of {length:,} bytes")
    return digest.hexdigest()


def unpack(
    archive: str | Path, folder: str | Path, max_bytes: int | None = None, max_files: int = 10**7
) -> list[Path]:
    """Extract the files of a tar archive, compressed or not, with :func:`tarfile.data_filter`.

    Nothing is written if the archive is refused. PyG's ``extract_tar`` takes no filter, so that
    an archive could write outside the folder.

    Args:
        archive: The archive.
        folder: Folder of the files; created if needed.
        max_bytes: Largest total size of the files; by default 1 GiB, or 100 times the size of a
            larger archive: a few kilobytes can unpack to more than any disk holds.
        max_files: Largest number of entries.

    Returns:
        The extracted files.

    Raises:
        DataError: If the archive is broken, too large, or holds a link, a device, or a path that
            leads out of the folder.
        FashionGraphError: If this Python has no :func:`tarfile.data_filter`.

    Example:
        >>> folder = getfixture("tmp_path")
        >>> _ = (folder / "a.txt").write_text("1 2 3")
        >>> with tarfile.open(folder / "files.tar.gz", "w:gz") as archive:
        ...     archive.add(folder / "a.txt", "labels/a.txt")
        >>> [file.name for file in unpack(folder / "files.tar.gz", folder / "raw")]
        ['a.txt']
    """
    if not hasattr(tarfile, "data_filter"):  # 3.10 before 3.10.12, 3.11 before 3.11.4
        raise FashionGraphError("unpacking needs a Python with tarfile.data_filter, such as 3.12")
    source, target = Path(archive), Path(folder)
    check_regular(source)
    try:
        if max_bytes is None:
            max_bytes = max(_MAX_BYTES, _MAX_EXPANSION * source.stat().st_size)
        with tarfile.open(source) as file:
            members = _listed(file, source, max_bytes, max_files)
            for member in members:
                if not member.isfile():  # the filter lets links within the folder pass
                    rule = f"needs plain files only (holds {member.name!r})"
                    raise DataError(rule, file=source)
                tarfile.data_filter(member, str(target))
            file.extractall(target, members, filter="data")
            return [target / member.name.lstrip("/") for member in members]
    except (OSError, EOFError, ValueError, zlib.error, LZMAError, tarfile.TarError) as error:
        raise DataError(f"cannot be unpacked ({error})", file=source) from error


def _listed(
    file: tarfile.TarFile, source: Path, max_bytes: int, max_files: int
) -> list[tarfile.TarInfo]:
    """Entries of an archive that are no folders, within the limits."""
    members, total = [], 0
    for count, member in enumerate(file, start=1):
        if count > max_files:
            raise DataError(f"needs at most {max_files:,} entries", file=source)
        total += member.size
        # Before the next entry is looked for, for which a compressed archive is read on.
        if total > max_bytes:
            raise DataError(f"needs at most {max_bytes:,} bytes (has {total:,})", file=source)
        members.append(member)
    # gzip's checksum is at the end, which tarfile itself does not read.
    while file.fileobj is not None and (block := file.fileobj.read(1 << 20)):
        total += len(block)
        if total > max_bytes:
            raise DataError(f"needs at most {max_bytes:,} bytes (has more)", file=source)
    return [member for member in members if not member.isdir()]
