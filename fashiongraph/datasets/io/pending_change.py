"""Changes of several files of a data set at one moment.

New versions are written to a scratch folder in the data set, which one rename turns into a pending
change: the moment from which the change has happened. Its files are then moved to their places one
by one. Each reader or writer of the data set finishes a pending change first, so that a process
that is killed at any moment leaves the old or the new version of all files.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from fashiongraph.errors import DataError
from fashiongraph.files import disk_errors, file_state
from fashiongraph.locks import locked
from fashiongraph.manifest import MANIFEST, digest
from fashiongraph.scratch import publish, scratch_folder, sync

PENDING = ".pending-change"
"""Name of the folder in a data set that holds a change until all its files are in place."""

_CARD = "change.json"
_FILES = "files"  # drafts of files of the data set, under their names
_ATTEMPTS = 100
_PAUSE = 0.05  # seconds until another process may have finished its change

T = TypeVar("T")


class CatalogueChange:
    """New versions of files and folders that take their places together.

    Args:
        root: Folder of the data set.
        folder: Empty folder for the new versions, in the same file system.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self._folder = folder
        self._targets: dict[Path, Path] = {}
        self._read: dict[Path, tuple[int, int, int] | None] = {}

    def reads(self, path: Path) -> None:
        """State that a file is about to be read: the change is refused if it changes meanwhile.

        Args:
            path: The file.
        """
        self._read[path] = file_state(path)

    def draft(self, target: Path) -> Path:
        """Path to write the new version of a file or folder to.

        Drafts of files directly in the data set lie beside each other under their own names, such
        that a card lies beside its features. Files take their places in the order of the calls.

        Args:
            target: The file or folder to replace. Of a link, what it points to is replaced.

        Raises:
            DataError: If there is no permission to replace it.
        """
        place = target.resolve()
        if not os.access(place.parent, os.W_OK):
            raise DataError("cannot be replaced: no permission to write beside it", target)
        inside = target.parent == self.root and not target.is_dir()
        folder = self._folder / (_FILES if inside else str(len(self._targets)))
        folder.mkdir(exist_ok=True)
        draft = folder / target.name
        self._targets[draft] = place
        return draft

    def complete(self) -> None:
        """Write the list of the new versions, all of which are written.

        Raises:
            DataError: If a file that was read has changed since.
        """
        for path, state in self._read.items():
            if file_state(path) != state:
                raise DataError(
                    "was changed by another program meanwhile; nothing is replaced, run the "
                    "command again",
                    path,
                )
        root, about = self.root.resolve(), self._folder.stat()
        entries = []
        for draft, target in self._targets.items():
            if draft.is_file() and target.is_file():
                shutil.copymode(target, draft)
            inside = target.is_relative_to(root)
            entries.append(
                {
                    "draft": draft.relative_to(self._folder).as_posix(),
                    "target": target.relative_to(root).as_posix() if inside else str(target),
                    "manifest": digest(draft / MANIFEST) if draft.is_dir() else None,
                }
            )
        card = {"folder": [about.st_dev, about.st_ino], "entries": entries}
        (self._folder / _CARD).write_text(json.dumps(card, indent=1), encoding="utf-8")


@contextmanager
def catalogue_change(root: Path) -> Iterator[CatalogueChange]:
    """Context manager of a change of several files of a data set.

    Other writers wait. If the block ends without an error, all new versions take their places;
    otherwise nothing changes.

    Args:
        root: Folder of the data set.

    Yields:
        The change.

    Raises:
        DataError: If the disk is full, or a file that was read has changed meanwhile.

    Example:
        >>> root = getfixture("tmp_path")
        >>> with catalogue_change(root) as change:
        ...     for name in ("a.txt", "b.txt"):
        ...         _ = change.draft(root / name).write_text("new")
        >>> sorted(path.name for path in root.iterdir())
        ['a.txt', 'b.txt']
    """
    pending = root / PENDING
    with locked(pending):
        if pending.is_dir():
            _finish(root)
        with scratch_folder(pending) as scratch, disk_errors(root, scratch):
            folder = scratch / "change"
            folder.mkdir()
            change = CatalogueChange(root, folder)
            yield change
            change.complete()
            publish(folder, pending)
        _finish(root)


def finish_change(root: Path) -> None:
    """Move the files of a pending change to their places, if there is one.

    Args:
        root: Folder of a data set.

    Raises:
        DataError: If there is no permission to do so, and no other process does.
    """
    pending = root / PENDING
    if not pending.is_dir():
        return
    try:
        with locked(pending):
            if pending.is_dir():
                _finish(root)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise
        for _ in range(_ATTEMPTS):  # the writer may be at it
            if not pending.is_dir():
                return
            time.sleep(_PAUSE)
        raise DataError(
            "holds an unfinished change of an interrupted command, and there is no permission to "
            f"finish it ({error.strerror}); let its owner run 'fashiongraph info' on the folder",
            root,
        ) from error


def read_settled(root: Path, read: Callable[[], T], paths: Sequence[Path] | None = None) -> T:
    """Read files of a data set, all of them before or all of them after each change.

    A pending change is finished first. If files change meanwhile, they are read again.

    Args:
        root: Folder of the data set.
        read: Reads the files.
        paths: Files whose change counts; by default the table of items, which each change of a
            catalogue replaces.

    Returns:
        The value of ``read``.

    Raises:
        DataError: If the files change again and again.

    Example:
        >>> root = getfixture("tmp_path")
        >>> _ = (root / "items.csv").write_text("item_id,category")
        >>> read_settled(root, (root / "items.csv").read_text)
        'item_id,category'
    """
    watched = [root / f"items.{end}" for end in ("csv", "parquet")] if paths is None else paths
    for _ in range(_ATTEMPTS):
        before = [file_state(path) for path in watched]
        finish_change(root)
        try:
            found = read()
        except Exception:
            if not _changed(root, watched, before):
                raise
        else:
            if not _changed(root, watched, before):
                return found
    raise DataError("is changed again and again while it is read", root)


def _changed(root: Path, paths: Sequence[Path], before: Sequence[Any]) -> bool:
    return (root / PENDING).is_dir() or [file_state(path) for path in paths] != before


def _finish(root: Path) -> None:
    """Move the files of a pending change to their places; the lock is held."""
    pending = root / PENDING
    about = pending.stat()
    try:
        card = json.loads((pending / _CARD).read_text(encoding="utf-8"))
        made_here = card["folder"] == [about.st_dev, about.st_ino]
        entries = [
            (pending / e["draft"], root / e["target"], e["manifest"]) for e in card["entries"]
        ]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise DataError("is no change that can be finished; remove it", pending) from error
    for draft, target, manifest in entries:
        # A copied or downloaded folder may not replace anything outside of it.
        inside = target.resolve().is_relative_to(root.resolve())
        if draft.resolve().is_relative_to(pending.resolve()) and (inside or made_here):
            _place(draft, target, manifest)
    with scratch_folder(pending) as scratch:
        pending.rename(scratch / "done")
        sync(root)  # before a later change, which this one may not follow after a power failure


def _place(draft: Path, target: Path, manifest: str | None) -> None:
    """Move a draft to its place, unless it is there."""
    if not draft.exists():
        return
    placed = target / MANIFEST
    if manifest is not None and placed.is_file() and digest(placed) == manifest:
        return  # the draft is the old version
    try:
        publish(draft, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with scratch_folder(target) as scratch, disk_errors(target, scratch):
            copy = scratch / target.name
            if draft.is_dir():
                shutil.copytree(draft, copy)
            else:
                shutil.copy2(draft, copy)
            publish(copy, target)
