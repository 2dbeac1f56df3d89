"""Table of outfits to score, over an existing item table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets.io.problems import Problems
from fashiongraph.datasets.io.table import Table
from fashiongraph.errors import DataError


def read_outfits(path: str | Path, items: ItemTable) -> Outfits:
    r"""Read a table of outfits: ``outfit_id``, ``item_id`` and optionally ``position``.

    Unlike in :class:`~fashiongraph.datasets.OutfitTables`, an outfit may have one item, or an item
    twice.

    Args:
        path: CSV or Parquet file.
        items: The item table.

    Raises:
        DataError: If the file cannot be read, a field is empty, or an item is unknown.

    Example:
        >>> items = ItemTable.from_lists(["a", "b"], ["shoes", "bags"])
        >>> file = getfixture("tmp_path") / "outfits.csv"
        >>> _ = file.write_text("outfit_id,item_id\n1,b\n1,a\n2,a\n")
        >>> read_outfits(file, items)
        Outfits(2 outfits, 3 rows)
    """
    file = Path(path)
    key = ["outfit_id", "item_id"]
    problems = Problems()
    table = Table.read(file, problems, needed=key, text=key, wanted=[*key, "position"])
    problems.check()
    frame = table.columns.to_pandas()
    for name in key:
        _refuse(frame[name] == "", f"{name!r} needs a value", table)
    unknown = pd.Series(items.ids.get_indexer(pd.Index(frame["item_id"])) < 0)
    _refuse(unknown, "'item_id' needs a known item (got {item_id!r})", table)
    if "position" in frame:
        position = pd.to_numeric(frame["position"], errors="coerce")
        infinite = ~np.isfinite(position.astype(np.float64))
        _refuse(infinite, "'position' needs a finite number (got {position!r})", table)
        frame["position"] = position
    return Outfits.from_frame(items, frame)


def _refuse(broken: pd.Series[bool], rule: str, table: Table) -> None:
    """Raise for the first row that breaks a rule."""
    if broken.any():
        first = int(broken.to_numpy().argmax())
        values = {name: table.columns[name][first].as_py() for name in table.columns.column_names}
        raise DataError(rule.format(**values), table.path, int(table.row[first]))
