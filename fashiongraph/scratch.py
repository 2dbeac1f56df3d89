"""Private scratch folders beside the path that is written, and their publication."""

from __future__ import annotations

import ctypes
import errno
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from fashiongraph.locks import locked

_LOCK = ".fashiongraph.lock"
_OLD = ".fashiongraph.old"
_SUFFIX = ".draft"
_TAKEN = (Timeout, FileExistsError, FileNotFoundError)  # the lock, or its folder
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # of Linux


@contextmanager
def scratch_folder(target: Path) -> Iterator[Path]:
    """Context manager of a private folder beside a path, removed when the block ends.

    The folder has a random name and holds a locked file. The system releases the lock of a killed
    process, by which the next call for the same path recognises and removes the folder.

    Args:
        target: The path; its parent folder exists.

    Yields:
        The folder.

    Example:
        >>> import tempfile
        >>> target = Path(tempfile.mkdtemp()) / "model"
        >>> with scratch_folder(target) as folder:
        ...     folder.parent == target.parent
        True
        >>> list(target.parent.iterdir())
        []
    """
    clear_leftovers(target)
    while True:
        folder = Path(tempfile.mkdtemp(_SUFFIX, f".{target.name}.", target.parent))
        lock = FileLock(folder / _LOCK, thread_local=False)
        try:
            lock.acquire(timeout=0)
            break
        except _TAKEN:  # another process removes it, as it had no lock yet
            continue
    try:
        yield folder
    finally:
        _remove(folder, lock)


def clear_leftovers(target: Path) -> None:
    """Remove the scratch folders that killed processes left beside a path.

    A version that such a process had moved out of its place is moved back.

    Args:
        target: The path.
    """
    if not target.parent.is_dir():
        return
    name = re.compile(rf"\.{re.escape(target.name)}\.[a-z0-9_]{{8}}{re.escape(_SUFFIX)}")
    with os.scandir(target.parent) as entries:
        found = [Path(entry.path) for entry in entries if name.fullmatch(entry.name)]
    for folder in found:
        with suppress(PermissionError):  # of another user, who clears it
            _clear(folder, target)


def _clear(folder: Path, target: Path) -> None:
    if not (folder / _LOCK).is_file():
        # Of a process killed before the lock. With a file in it, it is none of ours, and it stays.
        with suppress(OSError):
            folder.rmdir()
        return
    lock = FileLock(folder / _LOCK, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except _TAKEN:  # by a running process
        return
    if (folder / _OLD).exists() and not target.exists():
        (folder / _OLD).rename(target)
    _remove(folder, lock)


def _remove(folder: Path, lock: FileLock) -> None:
    """Remove a scratch folder, the lock last: a killed removal continues at the next call."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != _LOCK:
            path.unlink()
    if os.name == "posix":  # before the release, after which others may lock the file
        (folder / _LOCK).unlink()
    lock.release()
    if os.name != "posix":
        (folder / _LOCK).unlink(missing_ok=True)
    try:
        folder.rmdir()
    except OSError as error:  # another process removed it, or locked it to do so
        if error.errno not in (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST):
            raise


def publish(draft: Path, target: Path) -> None:
    """Move a draft in a scratch folder to its place, durably; what was there takes its place.

    A file replaces a file atomically. A folder is exchanged with a folder atomically on Linux;
    elsewhere there is a moment without a folder, from which :func:`clear_leftovers` recovers.

    Args:
        draft: A file or folder.
        target: Its place: nothing, or the same of the two.

    Raises:
        OSError: If it cannot be moved.
    """
    for path in [draft, *(draft.rglob("*") if draft.is_dir() else ())]:
        if not path.is_symlink():
            sync(path)
    try:
        draft.replace(target)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST) or not target.is_dir():
            raise
        if not exchange(draft, target):
            _replace_folder(draft, target)
    sync(target.parent)


def exchange(first: Path, second: Path) -> bool:
    """Exchange two paths atomically, by ``renameat2`` of Linux.

    Args:
        first: A file or folder.
        second: A file or folder of the same file system.

    Returns:
        Whether the system can; otherwise both are unchanged.

    Raises:
        OSError: If they cannot be exchanged for another reason.
    """
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    paths = os.fsencode(first), os.fsencode(second)
    if rename(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.ENOSYS, errno.EINVAL):  # an old kernel, or a file system without it
        return False
    raise OSError(code, os.strerror(code), str(first), None, str(second))


def _replace_folder(draft: Path, target: Path) -> None:
    old = draft.with_name(_OLD)
    with locked(target.with_name(f"{target.name}.place")):  # callers may hold that of the target
        target.rename(old)
        try:
            draft.rename(target)
        except OSError:
            old.rename(target)
            raise


def sync(path: Path) -> None:
    """Wait until a file, or the list of a folder's files, is on the disk.

    Args:
        path: The file or folder.
    """
    if os.name != "posix":  # Windows has no such call for folders
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # a network file system without it
            raise
    finally:
        os.close(descriptor)
