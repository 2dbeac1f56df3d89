"""Manifests of written folders, by which they are replaced and their files are verified."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from lzma import LZMAError
from pathlib import Path
from pickle import UnpicklingError  # never used to read, but raised by torch.load
from tokenize import TokenError
from typing import Any, TypeVar
from zipfile import BadZipFile

from safetensors import SafetensorError

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.scratch import clear_leftovers

MANIFEST = ".fashiongraph.json"
"""Name of the file in which a written folder lists its files, with a digest of each."""

LARGE = 1 << 30
"""Size in bytes up to which a file that stays on the disk is verified: about a second."""

_SIGNATURE = "folder written by fashiongraph"
_IGNORED = {MANIFEST, ".DS_Store", "Thumbs.db"}  # the last two are left by file managers
_ATTEMPTS = 100
_PAUSE = 0.02  # seconds for a folder to come back where the system cannot exchange two

T = TypeVar("T")

DAMAGED = (
    *(ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError),
    *(OSError, RuntimeError, SafetensorError, SyntaxError, TokenError, TypeError, ValueError),
    *(UnpicklingError, BadZipFile, zlib.error, LZMAError),
)
"""Errors that parsers raise for damaged files."""


def check_utf8(path: str | Path) -> None:
    r"""Check that a name is UTF-8, as the readers and writers of Arrow need it.

    Args:
        path: The path. Python has bytes of a name that are not UTF-8 as surrogates.

    Raises:
        DataError: If it is not.

    Example:
        >>> check_utf8("caf\udce9.jpg")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        fashiongraph.errors.DataError: ...: needs a name in UTF-8; rename it
    """
    try:
        os.fspath(path).encode("utf-8")
    except UnicodeEncodeError as error:
        raise DataError("needs a name in UTF-8; rename it", path) from error


def check_regular(path: str | Path) -> None:
    """Check that a path is no pipe, device or folder, of which reading may never end.

    Args:
        path: The path. One that does not exist passes, for its reader has an error of its own.

    Raises:
        DataError: If it is, a link leads back to itself, or the name is not UTF-8.

    Example:
        >>> check_regular("/dev/null")
        Traceback (most recent call last):
        ...
        fashiongraph.errors.DataError: /dev/null: needs to be a regular file
    """
    check_utf8(path)
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise DataError(f"cannot be read ({error})", path) from error
    if not stat.S_ISREG(mode):
        raise DataError("needs to be a regular file", path)


def write_manifest(folder: Path, kind: str) -> None:
    """Write the manifest of a folder.

    Args:
        folder: The folder, with all its files.
        kind: Kind of the folder, such as ``"checkpoint"``.
    """
    files = {
        name: {"bytes": (folder / name).stat().st_size, "sha256": digest(folder / name)}
        for name in _files_below(folder)
    }
    manifest = {"signature": _SIGNATURE, "kind": kind, "files": files}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def digest(file: Path) -> str:
    """SHA-256 of a file.

    Args:
        file: The file.

    Example:
        >>> file = getfixture("tmp_path") / "empty"
        >>> file.touch()
        >>> digest(file)[:16]
        'e3b0c44298fc1c14'
    """
    check_regular(file)
    found, block = hashlib.sha256(), memoryview(bytearray(1 << 20))
    with file.open("rb", buffering=0) as stream:
        while size := stream.readinto(block):
            found.update(block[:size])
    return found.hexdigest()


def read_version(
    path: str | Path,
    kind: str,
    read: Callable[[Path], T],
    names: Collection[str] | None = None,
    mapped: bool = False,
    hint: str = "",
) -> T:
    """Read a folder that :func:`fashiongraph.files.atomic_write` wrote, all files of one version.

    The files are verified first. If another process replaces the folder meanwhile, the new version
    is read.

    Args:
        path: The folder.
        kind: Kind of the folder.
        read: Reads the files of the folder.
        names: Files to verify, where they exist; by default all.
        mapped: Verify only the size of files above :data:`LARGE`, which are to stay on the disk.
        hint: End of the message of an error.

    Returns:
        The value of ``read``.

    Raises:
        DataError: If the folder has no manifest of this kind, a file differs from it, or ``read``
            fails.

    Example:
        >>> from fashiongraph.files import atomic_write
        >>> path = getfixture("tmp_path") / "notes"
        >>> with atomic_write(path, kind="notes") as folder:
        ...     folder.mkdir()
        ...     _ = (folder / "note.txt").write_text("done")
        >>> read_version(path, "notes", lambda folder: (folder / "note.txt").read_text())
        'done'
    """
    folder = Path(path)
    for _ in range(_ATTEMPTS):
        if not folder.is_dir():
            clear_leftovers(folder)
            time.sleep(_PAUSE)
        with _open_manifest(folder) as (text, version):
            try:
                _verify(folder, _parsed(text, kind), kind, names, mapped, hint)
                found = read(folder)
            except DataError:
                if _version(folder) == version:
                    raise
            except DAMAGED as error:
                if _version(folder) == version:
                    raise DataError(f"cannot be read as a {kind} ({error})", folder) from error
            else:
                if _version(folder) == version:
                    return found
    raise DataError("is replaced again and again while it is read", folder)


def _verify(
    folder: Path,
    manifest: dict[str, Any],
    kind: str,
    names: Collection[str] | None,
    mapped: bool,
    hint: str,
) -> None:
    if not manifest:
        rule = f"is no {kind}, or a copy without its {MANIFEST}, which lists the digests"
        raise DataError(f"{rule}{hint}", folder)
    for name, about in manifest["files"].items():
        if names is not None and name not in names:
            continue
        file = folder / name
        if not file.is_relative_to(folder) or ".." in file.parts[len(folder.parts) :]:
            raise DataError(f"names a file outside of the folder: {name!r}", folder / MANIFEST)
        if not file.is_file():
            raise DataError(f"this file of the {kind} is missing{hint}", file)
        size = file.stat().st_size
        same = size == about["bytes"]
        if same and not (mapped and size > LARGE):
            same = digest(file) == about["sha256"]
        if not same:
            raise DataError(
                f"this file of the {kind} is damaged: it differs from its SHA-256 in "
                f"{MANIFEST}{hint}",
                file,
            )


def check_replaceable(path: str | Path, kind: str | None, argument: str = "path") -> None:
    """Check that a folder may be written to a path.

    Args:
        path: Path of the folder to write.
        kind: Kind of the folder, as for :func:`fashiongraph.files.atomic_write`; :obj:`None` to
            allow empty ones only.
        argument: Name of the argument or option in the error.

    Raises:
        FashionGraphError: If ``path`` is a file, or a folder with a file that a folder of this kind
            did not come with.
    """
    target = Path(path)
    if not target.exists():
        return
    found = _files_below(target) if target.is_dir() else [target.name]
    with _open_manifest(target) as (text, _):
        listed = _parsed(text, kind).get("files", {})
    others = [name for name in found if name not in listed]
    if others:
        earlier = "" if kind is None else f", or an earlier {kind} without other files"
        raise FashionGraphError(
            f"'{argument}' needs to be new or an empty folder{earlier} (got '{path}', which holds "
            f"{others[0]!r})"
        )


def _files_below(folder: Path) -> list[str]:
    """Relative paths of all files below a folder; links are files, whatever they point to."""
    found = [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]
    names = (path.relative_to(folder).as_posix() for path in found if path.name not in _IGNORED)
    return sorted(names)


@contextmanager
def _open_manifest(folder: Path) -> Iterator[tuple[bytes, tuple[int, int] | None]]:
    """Text and version of a manifest; an open file, for the system not to reuse its number."""
    try:
        check_regular(folder / MANIFEST)
        stream = (folder / MANIFEST).open("rb")
    except (OSError, DataError):
        yield b"", None
        return
    with stream:
        about = os.fstat(stream.fileno())
        yield stream.read(), (about.st_dev, about.st_ino)


def _version(folder: Path) -> tuple[int, int] | None:
    """Device and number of the manifest, which differ between written folders."""
    try:
        about = (folder / MANIFEST).stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino


def _parsed(text: bytes, kind: str | None) -> dict[str, Any]:
    """The manifest of a folder of a kind; empty without such a manifest."""
    try:
        manifest = json.loads(text)
        if (manifest["signature"], manifest["kind"]) == (_SIGNATURE, kind):
            files = {str(name): dict(about) for name, about in manifest["files"].items()}
            return {**manifest, "files": files}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass  # no manifest, or another program's file
    return {}
