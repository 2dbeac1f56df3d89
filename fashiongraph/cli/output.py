"""Printing of results, and checks of the files that a command writes."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from rich.table import Table

from fashiongraph.console import plain_console
from fashiongraph.errors import DataError, FashionGraphError

console = plain_console()


def check_files(*files: Path | None) -> None:
    """Check that files exist.

    Args:
        *files: The files; :obj:`None` for none.

    Raises:
        DataError: If one does not.
    """
    for file in files:
        if file is not None and not file.exists():
            raise DataError("does not exist", file)


def check_output(
    path: Path | None,
    overwrite: bool,
    inputs: Sequence[Path | None] = (),
    folder: bool = False,
) -> None:
    """Check, before any work, that an output may be written.

    Args:
        path: File or folder to write; :obj:`None` for none.
        overwrite: Whether an existing one is replaced.
        inputs: Files and folders that the command reads, which are never replaced.
        folder: Whether the output is a folder; an empty one may exist.

    Raises:
        DataError: If it exists, is an input, or cannot be made.
    """
    if path is None:
        return
    target = path.resolve()
    if any(one is not None and one.resolve() == target for one in inputs):
        raise DataError("is read by this command and is not replaced", path)
    if target.is_dir() != folder and target.exists():
        raise DataError(f"exists and is {'a file' if folder else 'a folder'}", path)
    above = next(one for one in target.parents if one.exists())
    if not above.is_dir():
        raise DataError(f"cannot be written: {above} is not a folder", path)
    place = target if target.is_dir() else above
    if not os.access(place, os.W_OK):
        raise DataError(f"cannot be written: no permission to write in {place}", path)
    if target.exists() and not overwrite and not (folder and not any(target.iterdir())):
        raise DataError("exists; --overwrite replaces it", path)


def check_run_folder(folder: Path, kept: Sequence[str], resume: bool, overwrite: bool) -> None:
    """Check that a training may write to a folder, or be resumed there.

    Args:
        folder: The folder.
        kept: Names of files and folders of an earlier training.
        resume: Whether to continue the earlier training.
        overwrite: Whether to replace it.

    Raises:
        FashionGraphError: If both are asked for.
        DataError: If there is an earlier training and neither is asked for, or none to resume.
    """
    if resume and overwrite:
        raise FashionGraphError("'--resume' continues what '--overwrite' would replace")
    for name in () if resume or overwrite else kept:
        if (folder / name).exists():
            raise DataError(
                f"holds {name!r}; --resume continues an earlier training there, --overwrite "
                "replaces it",
                folder,
            )
    if resume and not (folder / "checkpoints" / "last.ckpt").is_file():
        raise DataError("'--resume' needs a finished epoch there", folder)


def rows_table(title: str, rows: Sequence[Mapping[Any, Any]]) -> Table:
    """A table of rows with equal keys."""
    table = Table(title=title)
    for name, value in rows[0].items():
        justify: Literal["right", "left"] = "right" if isinstance(value, int | float) else "left"
        table.add_column(str(name).replace("_", " "), justify=justify)
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    return table


def print_json(value: Any) -> None:
    """Print a value as JSON; characters that standard output lacks are escaped.

    A number that is not finite, which JSON lacks, becomes null.
    """
    lacks = (sys.stdout.encoding or "ascii").lower().replace("-", "") != "utf8"
    print(json.dumps(_without_nan(value), indent=2, ensure_ascii=lacks, allow_nan=False))


def print_line(text: str) -> None:
    """Print a line of the result, however long, without a break."""
    console.print(text, soft_wrap=True)


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_nan(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3f}" if math.isfinite(value) else "–"
    return str(value)
