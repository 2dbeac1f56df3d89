"""Locks of paths against other processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock


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
