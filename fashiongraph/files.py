"""Files that are written whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fashiongraph.errors import FashionGraphError


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """Write a file or folder under a temporary name and rename it once the block ends well.

    What stood at ``path`` before stays until then, and stays for good if the block fails.

    Args:
        path: Where the file or folder goes; folders above it are made.

    Yields:
        The temporary path to write to, in the same file system.

    Raises:
        FashionGraphError: If the path has no name to write under, such as ``"."``.
    """
    target = Path(path)
    if target.name in ("", ".."):
        raise FashionGraphError(f"'path' needs to end in a name to write under (got '{path}')")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as scratch:
        draft = Path(scratch) / target.name
        yield draft
        if draft.is_dir() and target.exists():
            target.rename(Path(scratch) / "old")  # a folder cannot replace a filled folder
            try:
                draft.rename(target)
            except OSError:
                (Path(scratch) / "old").rename(target)
                raise
        else:
            draft.replace(target)
