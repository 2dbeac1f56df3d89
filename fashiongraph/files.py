"""Atomic writes, arrays mapped from files, and safetensors files."""

from __future__ import annotations

import errno
import math
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import DTypeLike, NDArray
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.manifest import check_replaceable, write_manifest
from fashiongraph.scratch import publish, scratch_folder

_DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


@contextmanager
def atomic_write(path: str | Path, kind: str | None = None) -> Iterator[Path]:
    """Context manager that writes a file or folder atomically.

    The block writes to a temporary path, which takes the place of ``path`` once the block ends
    without an error and all of it is on the disk. Until then, and if the block fails or the process
    is killed, an existing file or folder stays as it is. The next call removes what a killed
    process has left.

    Args:
        path: Path of the file or folder; missing parent folders are created. Of a link, the file or
            folder that it points to.
        kind: For a folder: its kind, such as ``"checkpoint"``. The folder gets a manifest with its
            kind and files, and an existing folder is replaced only if it is empty or has such a
            manifest and no other files.

    Yields:
        The temporary path to write to, in the same file system.

    Raises:
        DataError: If the disk is full or fails, with the number of free bytes.
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
    if target.is_symlink():
        target = target.resolve()  # what it points to is replaced, the link stays
    if kind is not None:
        check_replaceable(path, kind)  # before the work, and again after it
    target.parent.mkdir(parents=True, exist_ok=True)
    with scratch_folder(target) as scratch, disk_errors(target, scratch):
        draft = scratch / target.name
        yield draft
        if kind is not None:
            write_manifest(draft, kind)
        if draft.is_dir():
            check_replaceable(path, kind)
        elif target.is_dir():
            raise FashionGraphError(f"'path' needs the name of a file (got '{path}', a folder)")
        publish(draft, target)


@contextmanager
def disk_errors(target: Path, scratch: Path) -> Iterator[None]:
    """Context manager whose errors name a target rather than its drafts.

    Args:
        target: The file or folder that is written.
        scratch: Folder of its drafts.

    Raises:
        DataError: If the disk is full or fails, with the number of free bytes.
    """
    try:
        yield
    except DataError as error:
        if error.file is None or scratch not in error.file.parents:
            raise
        raise DataError(error.rule, target, error.row) from error
    except OSError as error:
        if error.errno not in _DISK_ERRORS:
            raise
        free = shutil.disk_usage(target.parent).free
        reason = f"{error.strerror}; {free:,} bytes are free on the disk"
        raise DataError(f"cannot be written ({reason})", target) from error


def file_state(path: Path) -> tuple[int, int, int] | None:
    """Time, number and size of a file, which differ once it is replaced or written.

    Args:
        path: The file or folder.

    Returns:
        The three; :obj:`None` if there is none.

    Example:
        >>> file_state(Path("none"))
    """
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_ino, about.st_size


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

    Raises:
        OSError: If the file cannot be written.

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
    try:
        save_file(dict(tensors), path, None if metadata is None else dict(metadata))
    except SafetensorError as error:  # of a full disk, without its number
        raise OSError(errno.EIO, str(error), str(path)) from error
    path.chmod(mode)


def mapped_array(path: Path, shape: tuple[int, ...], dtype: DTypeLike) -> np.memmap[Any, Any]:
    """Create a memory-mapped ``.npy`` file whose space on the disk is reserved.

    Without the space, the system would kill the process by SIGBUS once the disk is full.

    Args:
        path: The file.
        shape: Shape of the array.
        dtype: Type of its values.

    Returns:
        The array, to fill and to flush.

    Raises:
        OSError: If there is no space, with the number of bytes needed.

    Example:
        >>> import tempfile
        >>> mapped_array(Path(tempfile.mkdtemp()) / "rows.npy", (2, 3), "float16").shape
        (2, 3)
    """
    try:
        array = open_memmap(path, "w+", np.dtype(dtype), shape)
        if hasattr(os, "posix_fallocate"):
            with path.open("r+b") as file:
                os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    except OSError as error:
        if error.errno not in _DISK_ERRORS:
            raise
        size = np.dtype(dtype).itemsize * math.prod(shape)
        reason = f"{error.strerror}, {size:,} bytes are needed"
        raise OSError(error.errno, reason, str(path)) from error
    return array


def save_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array as ``.npy``, with the errors of :func:`mapped_array`.

    Args:
        path: The file.
        array: The array.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "rows.npy"
        >>> save_array(path, np.eye(2))
        >>> np.load(path).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    rows = mapped_array(path, array.shape, array.dtype)
    rows[...] = array
    rows.flush()
