"""A column of a table of items, to embed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fashiongraph.cli.datasets import open_dataset, show_report
from fashiongraph.cli.output import check_files
from fashiongraph.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True, eq=False)
class ItemColumn:
    """A column as text, in the order of the items' rows; absent values are empty.

    Args:
        values: The texts [n].
        file: The table, or the folder that holds the items.
        row: Row of the table that each came from, the header being row 1 [n]; :obj:`None` for a
            public data set.
        ids: Identifiers of the items [n]; :obj:`None` where there are none.
    """

    values: pd.Series[str]
    file: Path
    row: np.ndarray | None = None
    ids: np.ndarray | None = None

    @classmethod
    def read(cls, data: Path, form: str, name: str, lenient: bool = False) -> ItemColumn:
        """Read a column. Of a folder of tables only the items are read and checked.

        Args:
            data: Folder of a data set, or a table of items.
            form: Form of the data set, as for :func:`~fashiongraph.cli.datasets.open_dataset`.
            name: Name of the column.
            lenient: Report rows that break a rule, and continue. They keep their place, as rows of
                features follow all rows of the table; values that cannot be read are empty.

        Raises:
            DataError: If a table breaks a rule or lacks the column.
        """
        import numpy as np
        import pandas as pd

        check_files(data)
        if data.is_file() or form == "tables":
            return cls._of_table(data, name, lenient)
        items = open_dataset(data, None, lenient, form).items
        if name not in items.columns:
            raise DataError(f"the item table needs a column {name!r} to embed", data)
        values = pd.Series(items.columns[name].fillna(""), dtype=str)
        return cls(values, data, ids=np.asarray(items.ids, dtype=object))

    @classmethod
    def _of_table(cls, data: Path, name: str, lenient: bool) -> ItemColumn:
        import pandas as pd

        from fashiongraph.datasets.io.item_rows import ItemRows
        from fashiongraph.datasets.io.problems import Problems
        from fashiongraph.datasets.io.table import Table
        from fashiongraph.datasets.outfit_tables import find_table

        problems = Problems()
        path = data if data.is_file() else data / find_table(data, "items")
        check_files(path)
        needed = [name] if data.is_file() else ["item_id", "category", name]
        table = Table.read(path, problems, needed, text=[*needed, "item_id"])
        if not data.is_file():
            ItemRows(table, problems)
        if lenient:
            report = problems.frame()
            show_report(f"{len(report)} rows of {path} break a rule", report)
        else:
            problems.check()
        values = pd.Series(table.by_record(name), dtype=str, name=name)
        ids = table.by_record("item_id") if "item_id" in table else None
        return cls(values, path, table.records, ids)

    @property
    def blank(self) -> np.ndarray:
        """Mask of values that are empty or white space [n]."""
        blank: np.ndarray = (self.values.str.strip() == "").to_numpy()
        return blank

    def check_filled(self, hint: str) -> None:
        """Check that every item has a value.

        Args:
            hint: The way to continue without, for the error.

        Raises:
            DataError: If one has none; with the first that has none, and the number of others.
        """
        blank = self.blank
        if not blank.any():
            return
        first, others = int(blank.argmax()), int(blank.sum()) - 1
        item = "an item" if self.ids is None else f"item {self.ids[first]!r}"
        more = f"and {others:,} more have" if others else "has"
        raise DataError(
            f"{self.values.name!r} needs a value ({item} {more} none); {hint}",
            self.file,
            None if self.row is None else int(self.row[first]),
        )
