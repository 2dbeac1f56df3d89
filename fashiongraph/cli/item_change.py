"""Rows of a table of items to add, change or remove."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fashiongraph.cli.output import check_files
from fashiongraph.errors import DataError, FashionGraphError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    from fashiongraph.datasets.io.row_edit import RowEdit
    from fashiongraph.datasets.io.table import Table

_KEY = ("item_id", "category")
_TEXT = (*_KEY, "image", "title")


@dataclass(frozen=True, eq=False)
class ItemChange:
    """Rows of a table of items to add, change or remove.

    Args:
        edit: The records that it concerns.
        gone: Identifiers of the items that are removed or changed.
        fresh: Identifiers of the items that are added or changed, in the order of ``edit.fresh``.
        values: Their values, with the columns of the table.
        file: The table that they come from, if any.
        row: Their rows in it.
    """

    edit: RowEdit
    gone: Sequence[str]
    fresh: Sequence[str]
    values: pa.Table
    file: Path | None = None
    row: np.ndarray | None = None

    @classmethod
    def of_rows(cls, items: Path, file: Path, adding: bool) -> ItemChange:
        """Items of a table, to add or to change.

        Args:
            items: The table of items.
            file: A table with some of its columns. Of a changed item, columns that it lacks keep
                their values; of a further one they are empty.
            adding: Whether the items are added.

        Raises:
            DataError: If a row breaks a rule of tables of items, or an added item exists, or a
                changed one does not.
        """
        import numpy as np
        import pyarrow as pa

        from fashiongraph.datasets.io.item_rows import ItemRows
        from fashiongraph.datasets.io.problems import Problems
        from fashiongraph.datasets.io.row_edit import RowEdit
        from fashiongraph.datasets.io.table import Table

        check_files(file)
        table, stored = _read(items, _KEY)
        new, given = _read(file, _KEY if adding else _KEY[:1])
        _check_columns(items, stored, file, given)
        place = _places(table, new)
        problems = Problems()
        wrong = np.flatnonzero(place >= 0 if adding else place < 0)
        ids = new.columns["item_id"].to_pylist()
        rule = f"'item_id' needs an item that {items.name} {'lacks' if adding else 'has'}"
        problems.add(file, new.row[wrong], lambda i: f"{rule} (got {ids[wrong[i]]!r})")
        problems.check()
        if adding:
            edit = RowEdit(table.records, added=len(new))
            before = pa.table(
                [pa.nulls(len(new), one.type) for one in stored.schema], stored.schema
            )
        else:
            edit = RowEdit(table.records, changed=place)
            before = stored.take(pa.array(place))
        values = _merged(before, given, items, file)
        if "category" in new:
            category = new.columns["category"]
        else:
            category = table.columns["category"].take(pa.array(place))
        key = pa.table({"item_id": new.columns["item_id"], "category": category})
        ItemRows(Table(file, key, new.row, new.records), problems)
        problems.check()
        return cls(edit, [] if adding else ids, ids, values, file, new.row)

    @classmethod
    def of_removal(cls, items: Path, ids: Sequence[str], file: Path | None) -> ItemChange:
        """Items to remove.

        Args:
            items: The table of items.
            ids: Their identifiers.
            file: A table with further ones in a column ``item_id``.

        Raises:
            DataError: If an item does not exist, or none would be left.
        """
        import numpy as np
        import pandas as pd

        from fashiongraph.datasets.io.problems import Problems
        from fashiongraph.datasets.io.row_edit import RowEdit

        table, stored = _read(items, _KEY)
        known = pd.Index(table.columns["item_id"].to_pylist())
        place = known.get_indexer(pd.Index(list(ids)))
        if (place < 0).any():
            others = int((place < 0).sum()) - 1
            raise FashionGraphError(
                f"'IDS' needs items of {items} (got {ids[int((place < 0).argmax())]!r}"
                f"{f' and {others:,} more' if others else ''})"
            )
        if file is not None:
            check_files(file)
            listed, _ = _read(file, _KEY[:1])
            found, problems = _places(table, listed), Problems()
            wrong, names = np.flatnonzero(found < 0), listed.columns["item_id"].to_pylist()
            rule = f"'item_id' needs an item that {items.name} has"
            problems.add(file, listed.row[wrong], lambda i: f"{rule} (got {names[wrong[i]]!r})")
            problems.check()
            place = np.concatenate([place, found])
        place = np.unique(place)
        if len(place) == len(known):
            raise DataError("a catalogue needs at least one item; all would be removed", items)
        return cls(RowEdit(table.records, place), known[place].tolist(), [], stored.slice(0, 0))

    def check_types(self, before: pd.DataFrame, after: pd.DataFrame) -> None:
        """Check that columns of numbers stay columns of numbers.

        Args:
            before: Columns of the items before the change.
            after: Columns of the items after the change.

        Raises:
            DataError: If one does not, with the first text.
        """
        import pandas as pd

        numeric = pd.api.types.is_numeric_dtype
        for name in before:
            if not numeric(before[name]) or numeric(after[name]) or before[name].isna().all():
                continue
            text = after[name].iloc[self.edit.fresh]
            wrong = (pd.to_numeric(text, errors="coerce").isna() & text.notna()).to_numpy()
            if wrong.any() and self.row is not None:
                first = int(wrong.argmax())
                raise DataError(
                    f"{name!r} needs a number, as the other items have (got {text.iloc[first]!r})",
                    self.file,
                    int(self.row[first]),
                )


def _read(path: Path, needed: Sequence[str]) -> tuple[Table, pa.Table]:
    """A table, and its columns as they are written: of a CSV file as text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from fashiongraph.datasets.io.problems import Problems
    from fashiongraph.datasets.io.table import Table

    problems = Problems()
    table = Table.read(path, problems, needed=needed, text=_TEXT)
    problems.check()
    if path.suffix == ".parquet":
        values = pq.read_table(path, partitioning=None)
        return table, values.take(pa.array(table.row - 2))
    table = Table.read(path, problems, needed=needed, text=table.columns.column_names)
    return table, table.columns


def _places(table: Table, new: Table) -> np.ndarray:
    """Record of each item of another table, -1 for those that the table lacks."""
    import pandas as pd

    known, ids = (pd.Index(one.columns["item_id"].to_pylist()) for one in (table, new))
    place: np.ndarray = known.get_indexer(ids)
    return place


def _check_columns(items: Path, stored: pa.Table, file: Path, given: pa.Table) -> None:
    further = [name for name in given.column_names if name not in stored.column_names]
    if further:
        raise DataError(
            f"columns need to be those of {items.name}: {', '.join(stored.column_names)} "
            f"(got {further[0]!r})",
            file,
            row=1,
        )


def _merged(before: pa.Table, given: pa.Table, items: Path, file: Path) -> pa.Table:
    """Values with the columns and, for a Parquet file, the types of the table of items."""
    import pyarrow as pa
    import pyarrow.compute as pc

    typed = items.suffix == ".parquet"
    merged = before
    for index, kind in enumerate(before.schema):
        if kind.name not in given.column_names:
            continue
        column, of = given[kind.name], kind.type if typed else pa.large_string()
        try:
            if typed and file.suffix != ".parquet":  # an empty field is missing
                empty = pc.equal(pc.binary_length(column), 0)
                column = pc.if_else(empty, pa.scalar(None, column.type), column)
            if pa.types.is_dictionary(of):
                column = column.cast(of.value_type).dictionary_encode()
            column = column.cast(of)
        except pa.ArrowException as error:
            rule = f"{kind.name!r} needs values of the type {of} ({error})"
            raise DataError(rule, file) from error
        merged = merged.set_column(index, kind if typed else kind.name, column)
    return merged
