"""Atomic writes, file locks and safetensors files."""

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
    """Context manager that writes a file or folder atomically.

    The block writes to a temporary path, which is renamed to ``path`` once the block ends without
    an error. Until then, and if the block fails, an existing file or folder stays as it is.

    Args:
        path: Path of the file or folder; missing parent folders are created.
        marker: For a folder: name of a file that marks its kind. An existing folder without this
            file is not replaced, unless it is empty.

    Yields:
        The temporary path to write to, in the same file system.

    Raises:
        FashionGraphError: If the path has no final name, such as ``"."``, if a file was written and
            ``path`` is a folder, or if a folder was written and ``path`` is anything else.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with atomic_write(f"{folder}/note.txt") as draft:
        ...         _ = draft.write_text("done")
        ...     Path(f"{folder}/note.txt").read_text()
        'done'
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
    """Check that a folder may be written to a path.

    Args:
        path: Path of the folder to write.
        marker: Name of the file that marks the kind of the folder; :obj:`None` to allow any folder.

    Raises:
        FashionGraphError: If ``path`` is a file, or a folder that is neither empty nor has the
            marker.
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
    """Context manager that locks a path against other processes.

    It waits until no other process holds the lock, and releases it when the block ends.

    Args:
        path: A file or folder, which need not exist; missing parent folders are created. The lock
            is a file beside it.

    Raises:
        OSError: If no file can be written beside it.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder, locked(f"{folder}/cache"):
        ...     pass  # no other process works on the path here
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = target.parent / f".{target.name}.lock"
    with FileLock(lock):
        try:
            yield
        finally:
            # A process that waits for a removed lock file creates a new one. On Windows, closing
            # the file has removed it already.
            with suppress(OSError):
                lock.unlink()


def save_tensors(
    tensors: Mapping[str, Tensor], path: Path, metadata: Mapping[str, str] | None = None
) -> None:
    """Write tensors as a safetensors file with the default permissions of new files.

    ``safetensors.torch.save_file`` alone creates files that only their owner can read, whatever the
    umask; the bytes of ``safetensors.torch.save`` would need as much memory again.

    Args:
        tensors: Contiguous tensors by name.
        path: The file.
        metadata: Metadata of the file.

    Example:
        >>> import tempfile, torch
        >>> from safetensors.torch import load_file
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_tensors({"weight": torch.ones(2)}, Path(folder) / "weights.safetensors")
        ...     load_file(f"{folder}/weights.safetensors")
        {'weight': tensor([1., 1.])}
    """
    path.touch()
    mode = path.stat().st_mode
    save_file(dict(tensors), path, None if metadata is None else dict(metadata))
    path.chmod(mode)
