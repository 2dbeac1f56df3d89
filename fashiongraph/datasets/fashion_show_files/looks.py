"""The table of looks: which picture, or part of one, shows the top and which the bottom."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

from fashiongraph.datasets.tables.checked_rows import CheckedRows
from fashiongraph.datasets.tables.problems import Problems
from fashiongraph.datasets.tables.table import Table

PARTS = ("top", "bottom")
BOX = ("left", "upper", "right", "lower")
_KEY = ["outfit_id", *PARTS]
_FACTS = ["brand", "year", "season"]
_BOXES = [f"{part}_box" for part in PARTS]
_NUMBERS = r"^\s*([0-9]{1,6})\s+([0-9]{1,6})\s+([0-9]{1,6})\s+([0-9]{1,6})\s*$"


def read_looks(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read and check ``outfits.csv``; pictures are looked for in its folder, but not opened.

    Returns:
        Outfits with ``outfit_id`` and, where the table has them, ``brand``, ``year`` and
        ``season``. Their parts, the top and the bottom of one outfit after the other: ``row`` of
        the table, ``category``, ``file``, the box as ``left``, ``upper``, ``right`` and ``lower``
        (-1 for a whole picture), and a ``name`` made of them.

    Raises:
        DataError: If a rule is broken, with the row and how many rows more break one.
    """
    problems = Problems()
    text = [*_KEY, *_BOXES, "brand", "season"]
    table = Table.read(path, problems, needed=_KEY, text=text, wanted=[*text, "year"])
    rows = CheckedRows(table, problems)
    for name in _KEY:
        rows.drop_blank(name)
    code, _ = table.encode("outfit_id")
    repeated = np.diff(np.maximum.accumulate(code), prepend=-1) == 0
    rows.drop(
        repeated,
        lambda i: f"'outfit_id' needs to be unique (got {rows.value('outfit_id', i)} again)",
    )
    frame = table.columns.to_pandas()
    parts = [_part(rows, frame, part) for part in PARTS]
    rows.drop(
        parts[1]["name"].isin(parts[0]["name"]).to_numpy(),
        lambda i: (
            f"'bottom' needs a picture or a box that shows no top (got {parts[1]['name'][i]})"
        ),
    )
    problems.check()
    both = pd.concat(parts).sort_index(kind="stable", ignore_index=True)
    outfits = frame[["outfit_id", *(name for name in _FACTS if name in frame)]]
    return outfits.replace("", None), both


def _part(rows: CheckedRows, frame: pd.DataFrame, part: str) -> pd.DataFrame:
    """One part of every look, as :func:`read_looks` returns it."""
    files = frame[part].str.strip()
    code, names = pd.factorize(files)
    folder = rows.table.path.parent
    exists = np.array([os.path.isfile(folder / name) for name in names], dtype=bool)
    rows.drop(
        ~exists[code],
        lambda i: f"{part!r} needs a picture beside the table (no file {files[i]!r})",
    )
    boxes = frame.get(f"{part}_box", pd.Series("", index=frame.index))
    whole = boxes.str.strip() == ""
    corners = boxes.str.extract(_NUMBERS).fillna("-1").astype(np.int64)
    corners = corners.set_axis(list(BOX), axis=1)
    sides = corners.astype(str)
    suffix = "#" + sides[BOX[0]].str.cat(sides[list(BOX[1:])], sep=",")
    empty = (corners["right"] <= corners["left"]) | (corners["lower"] <= corners["upper"])
    rows.drop(
        (empty & ~whole).to_numpy(),
        lambda i: f"'{part}_box' needs left, upper, right and lower in pixels (got {boxes[i]!r})",
    )
    return corners.assign(
        row=rows.table.row, category=part, file=files, name=files + suffix.mask(whole, "")
    )
