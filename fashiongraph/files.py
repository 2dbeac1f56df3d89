"""Atomic writes, file locks and safetensors files."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock
from safetensors.torch import save_file
from torch import Tensor

from fashiongraph.errors import FashionGraphError

MANIFEST = ".fashiongraph.json"
"""Name of the file in which a written folder lists its files."""

_SIGNATURE = "folder written by fashiongraph"
_IGNORED = {MANIFEST, ".DS_Store", "Thumbs.db"}  # the last two are left by file managers


@contextmanager
def atomic_write(path: str | Path, kind: str | None = None) -> Iterator[Path]:
    """Context manager that writes a file or folder atomically.

    The block writes to a temporary path, which is renamed to ``path`` once the block ends without
    an error. Until then, and if the block fails, an existing file or folder stays as it is.

    Args:
        path: Path of the file or folder; missing parent folders are created. Of a link, the file or
            folder that it points to.
        kind: For a folder: its kind, such as ``"checkpoint"``. The folder gets a manifest with its
            kind and files, and an existing folder is replaced only if it is empty or has such a
            manifest and no other files.

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
    if target.is_symlink():
        target = target.resolve()  # what it points to is replaced, the link stays
    if kind is not None:
        check_replaceable(path, kind)  # before the work, and again after it
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as scratch:
        draft = Path(scratch) / target.name
        yield draft
        if kind is not None:
            manifest = {"signature": _SIGNATURE, "kind": kind, "files": _files_below(draft)}
            (draft / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        if draft.is_dir() and target.exists():
            check_replaceable(path, kind)
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


def check_replaceable(path: str | Path, kind: str | None, argument: str = "path") -> None:
    """Check that a folder may be written to a path.

    Args:
        path: Path of the folder to write.
        kind: Kind of the folder, as for :func:`atomic_write`; :obj:`None` to allow empty ones only.
        argument: Name of the argument or option in the error.

    Raises:
        FashionGraphError: If ``path`` is a file, or a folder with a file that a folder of this kind
            did not come with.
    """
    target = Path(path)
    if not target.exists():
        return
    found = _files_below(target) if target.is_dir() else [target.name]
    listed = _manifest_files(target, kind)
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


def _manifest_files(folder: Path, kind: str | None) -> set[str]:
    """Files that the manifest of a folder of a kind lists; none without such a manifest."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if (manifest["signature"], manifest["kind"]) == (_SIGNATURE, kind):
            return set(map(str, manifest["files"]))
    except (OSError, ValueError, KeyError, TypeError):  # no manifest, or another program's file
        pass
    return set()


@contextmanager
def locked(path: str | Path, timeout: float = -1) -> Iterator[None]:
    """Context manager that locks a path against other processes.

    It waits until no other process holds the lock, and releases it when the block ends.

    Args:
        path: A file or folder, which need not exist; missing parent folders are created. The lock
            is a file beside it.
        timeout: Seconds to wait for the lock; negative to wait without end.

    Raises:
        OSError: If no file can be written beside it.
        TimeoutError: If another process holds the lock for the whole of that time.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder, locked(f"{folder}/cache"):
        ...     pass  # no other process works on the path here
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = target.parent / f".{target.name}.lock"
    with FileLock(lock, timeout=timeout):
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
