"""Files that are written whole or not at all, and by one process at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock
from safetensors.torch import save_file
from torch import Tensor

from fashiongraph.errors import FashionGraphError


@contextmanager
def atomic_write(path: str | Path, marker: str | None = None) -> Iterator[Path]:
    """Write a file or folder under a temporary name and rename it once the block ends well.

    What stood at ``path`` before stays until then, and stays for good if the block fails.

    Args:
        path: Where the file or folder goes; folders above it are made.
        marker: For a folder: the file that tells its kind. A folder without it is not replaced,
            unless it is empty.

    Yields:
        The temporary path to write to, in the same file system.

    Raises:
        FashionGraphError: If the path has no name to write under, such as ``"."``, or a file was
            written and a folder stands there, or a folder and something else does.
    """
    target = Path(path)
    if target.name in ("", ".."):
        raise FashionGraphError(f"'path' needs to end in a name to write under (got '{path}')")
    if marker is not None:
        check_replaceable(path, marker)  # before the work, and again after it
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as scratch:
        draft = Path(scratch) / target.name
        yield draft
        if draft.is_dir() and target.exists():
            check_replaceable(path, marker)
            target.rename(Path(scratch) / "old")  # a folder cannot replace a filled folder
            try:
                draft.rename(target)
            except OSError:
                (Path(scratch) / "old").rename(target)
                raise
        elif target.is_dir():
            raise FashionGraphError(f"'path' needs the name of a file (got '{path}', a folder)")
        else:
            draft.replace(target)


def check_replaceable(path: str | Path, marker: str | None) -> None:
    """Refuse to put a folder where something of another kind stands.

    Args:
        path: Where the folder would go.
        marker: The file that tells the folder's kind; :obj:`None` where any folder may go.

    Raises:
        FashionGraphError: If a file stands there, or a folder that is neither empty nor holds
            the marker.
    """
    target = Path(path)
    if not target.exists():
        return
    kind = "" if marker is None else f" that is empty or holds '{marker}'"
    foreign = marker is not None and not (target / marker).is_file()
    if not target.is_dir() or (foreign and any(target.iterdir())):
        raise FashionGraphError(
            f"'path' needs to be new or a folder{kind} (got '{path}', which holds something else)"
        )


@contextmanager
def locked(path: str | Path) -> Iterator[None]:
    """Wait until no other process holds a path, and hold it until the block ends.

    Args:
        path: A file or folder, which need not be there; folders above it are made. The lock is a
            file beside it.

    Raises:
        OSError: If no file can be written beside it.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = target.parent / f".{target.name}.lock"
    with FileLock(lock):
        try:
            yield
        finally:
            # Who waits for a file that is gone asks for a new one. Windows removes it itself.
            with suppress(OSError):
                lock.unlink()


def save_tensors(
    tensors: Mapping[str, Tensor], path: Path, metadata: Mapping[str, str] | None = None
) -> None:
    """Write tensors in safetensors, with the permissions of any new file.

    ``save_file`` by itself makes files that no other user can read, whatever the umask; the bytes
    of ``save`` would take as much memory again.

    Args:
        tensors: Contiguous tensors by name.
        path: The file.
        metadata: What the file says beside.
    """
    path.touch()
    mode = path.stat().st_mode
    save_file(dict(tensors), path, None if metadata is None else dict(metadata))
    path.chmod(mode)
