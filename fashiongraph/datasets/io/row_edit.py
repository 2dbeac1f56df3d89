"""Change of the rows of a table and of the features that follow it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fashiongraph.datasets.io.csv_file import csv_rows, csv_text
from fashiongraph.files import mapped_array


def _none() -> np.ndarray:
    return np.empty(0, np.int64)


@dataclass(frozen=True, eq=False)
class RowEdit:
    """Change of the rows of a table and of the features that follow it.

    Rows that stay keep their order and, in a CSV file, their bytes. Further ones come last.

    Args:
        records: Row of the file of each record, as :attr:`Table.records` [n].
        removed: Records to remove, distinct.
        changed: Records to replace, distinct, none of them removed.
        added: Number of further records.

    Example:
        >>> edit = RowEdit(np.array([2, 3, 4]), removed=np.array([0]), changed=np.array([2]))
        >>> edit.source, edit.fresh
        (array([ 1, -1]), array([1]))
    """

    records: np.ndarray
    removed: np.ndarray = field(default_factory=_none)
    changed: np.ndarray = field(default_factory=_none)
    added: int = 0

    @property
    def source(self) -> np.ndarray:
        """Record so far of each record after the change, -1 for a fresh one [m]."""
        kept = np.arange(len(self.records))
        kept[self.changed] = -1
        return np.concatenate([np.delete(kept, self.removed), np.full(self.added, -1)])

    @property
    def fresh(self) -> np.ndarray:
        """Records after the change that are fresh: the changed ones in their order, then others."""
        left = len(self.records) - len(self.removed)
        changed = self.changed - np.searchsorted(np.sort(self.removed), self.changed)
        return np.concatenate([changed, np.arange(left, left + self.added)])

    def write_table(self, path: Path, draft: Path, values: pa.Table) -> None:
        """Write the table after the change.

        Args:
            path: The CSV or Parquet file.
            draft: The file to write, of the same form.
            values: Values of the fresh records, in the order of :attr:`fresh`, with all columns of
                the table in their order and, for a Parquet file, of their types; missing ones are
                null.
        """
        if path.suffix == ".parquet":
            self._write_parquet(path, draft, values)
            return
        rows = csv_rows(path.read_bytes())
        end = b"\r\n" if rows[0].endswith(b"\r\n") else b"\n"
        texts = csv_text(values, end) if len(values) else []
        for record, text in zip(self.changed, texts, strict=False):
            rows[self.records[record] - 1] = text
        for row in np.sort(self.records[self.removed])[::-1]:
            del rows[row - 1]
        if self.added and not rows[-1].endswith((b"\n", b"\r")):
            rows[-1] += end
        draft.write_bytes(b"".join([*rows, *texts[len(self.changed) :]]))

    def _write_parquet(self, path: Path, draft: Path, values: pa.Table) -> None:
        with pq.ParquetFile(path) as file:
            kind = file.metadata.row_group(0).column(0).compression.lower()
        table = pq.read_table(path, partitioning=None)
        rows = np.arange(table.num_rows)
        rows[self.records[self.changed] - 2] = table.num_rows + np.arange(len(self.changed))
        rows = np.delete(rows, self.records[self.removed] - 2)
        further = table.num_rows + len(self.changed) + np.arange(self.added)
        if len(values):
            table = pa.concat_tables([table, values.cast(table.schema)])
        table = table.unify_dictionaries().take(pa.array(np.concatenate([rows, further])))
        pq.write_table(table, draft, compression="none" if kind == "uncompressed" else kind)

    def write_array(self, array: np.ndarray, draft: Path, rows: np.ndarray) -> None:
        """Write features after the change as ``.npy``.

        Args:
            array: Features so far [n, F].
            draft: The file to write.
            rows: Features of the fresh records, in the order of :attr:`fresh`.
        """
        source = self.source
        new = mapped_array(draft, (len(source), array.shape[1]), array.dtype)
        # Fresh records take any row so far before their own.
        np.take(array, np.maximum(source, 0), axis=0, out=new, mode="clip")
        new[self.fresh] = rows
        new.flush()
