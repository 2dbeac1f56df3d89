"""Manifests of written folders, by which only such folders are replaced."""

from __future__ import annotations

import json
from pathlib import Path

from fashiongraph.errors import FashionGraphError

MANIFEST = ".fashiongraph.json"
"""Name of the file in which a written folder lists its files."""

_SIGNATURE = "folder written by fashiongraph"
_IGNORED = {MANIFEST, ".DS_Store", "Thumbs.db"}  # the last two are left by file managers


def write_manifest(folder: Path, kind: str) -> None:
    """Write the manifest of a folder.

    Args:
        folder: The folder, with all its files.
        kind: Kind of the folder, such as ``"checkpoint"``.
    """
    manifest = {"signature": _SIGNATURE, "kind": kind, "files": _files_below(folder)}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


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
