"""Folder of a training: resolved, proved writable, locked, and its own."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from lightning.pytorch.utilities import rank_zero_only

from fashiongraph.errors import FashionGraphError
from fashiongraph.locks import locked
from fashiongraph.manifest import check_replaceable
from fashiongraph.models.checkpoint import CHECKPOINT

SETTINGS = "settings.json"
SIGNATURE = "training of fashiongraph"
"""Value of the key ``signature`` in the settings of a training."""

_SCHEME = re.compile(r"\w{2,}:")  # one letter is a drive of Windows
_WRITTEN = (SETTINGS, "checkpoints", "logs", "model", "tensorboard")


@contextmanager
def run_folder(directory: str | Path) -> Iterator[Path]:
    """Context manager of the folder of one training at a time.

    Args:
        directory: The folder; ``~`` is the home folder, and missing folders are created.

    Yields:
        The absolute path of the folder.

    Raises:
        FashionGraphError: If it is no local path, nothing can be written there, another training
            holds the folder, or it has a file of a name that a training writes, but no settings of
            a training.
    """
    folder = Path(directory).expanduser().absolute()
    if "::" in str(folder) or _SCHEME.match(str(directory)):  # Lightning reads other file systems
        raise FashionGraphError(
            f"'directory' needs a local path without '::' and a scheme (got '{directory}')"
        )
    if getattr(rank_zero_only, "rank", 0):  # the first of several processes has checked and locked
        yield folder
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise FashionGraphError(
            f"'directory' needs a folder to write to (got '{directory}': {error.strerror})"
        ) from error
    _check_own(folder)
    check_replaceable(folder / "model", CHECKPOINT, "directory")
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(folder / "training", timeout=0))
        except TimeoutError as error:
            raise FashionGraphError(
                f"'directory' needs a folder that no other training writes to (got '{directory}')"
            ) from error
        yield folder


def _check_own(folder: Path) -> None:
    """Check that files of the names that a training writes are those of a training."""
    found = [name for name in _WRITTEN if (folder / name).exists()]
    if not found:
        return
    try:
        settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
        if settings["signature"] == SIGNATURE:
            return
    except (OSError, ValueError, KeyError, TypeError):  # missing, or another program's file
        pass
    raise FashionGraphError(
        f"'directory' needs a new folder or that of a training (got '{folder}', which holds "
        f"{found[0]!r} of another program)"
    )
