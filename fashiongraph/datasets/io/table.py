"""Rows of a CSV or Parquet file, with their positions in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fashiongraph.datasets.io.csv_file import read_csv
from fashiongraph.datasets.io.problems import Problems
from fashiongraph.errors import DataError
from fashiongraph.manifest import check_regular

_MAX_BYTES = 1 << 30  # of the rows of a Parquet file of any size
_MAX_EXPANSION = 32  # times as much for larger files
_ROW_BYTES = 4  # of an entry of a column, at least


def read_parquet(path: Path) -> tuple[pa.Table, np.ndarray, np.ndarray]:
    """Read a Parquet file.

    Returns:
        As :func:`fashiongraph.datasets.io.csv_file.read_csv`; rows are counted from 2
        here, too, as if a header were row 1.

    Raises:
        DataError: If the file is not a Parquet file, or its rows need far more memory than it.
    """
    try:
        about, schema = pq.read_metadata(path), pq.read_schema(path)
        groups = (about.row_group(k).total_byte_size for k in range(about.num_row_groups))
        _check_expansion(path, sum(groups) + _ROW_BYTES * about.num_rows * len(schema))
        texts = [field.name for field in schema if _is_text(field.type)]
        # Folders above may be named 'key=value'; they are not columns of this file. A text that
        # recurs is read once, so that its repetitions can be counted before they are written out.
        table = pq.read_table(path, partitioning=None, read_dictionary=texts)
        table.validate(full=True)
        _check_expansion(path, sum(_text_bytes(column) for column in table.columns))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(f"the file needs to be readable as Parquet ({error})", file=path) from error
    return table, np.arange(table.num_rows) + 2, np.empty(0, np.int64)


def _is_text(kind: pa.DataType) -> bool:
    return kind in (pa.string(), pa.large_string(), pa.binary())


def _text_bytes(column: pa.ChunkedArray) -> int:
    """Bytes of the texts of a dictionary-encoded column, once they are written out."""
    if not pa.types.is_dictionary(column.type):
        return 0
    total = 0
    for chunk in column.chunks:
        length = pc.cast(pc.binary_length(chunk.dictionary), pa.int64())
        total += pc.sum(pc.take(length, chunk.indices)).as_py() or 0
    return total


def _check_expansion(path: Path, size: int) -> None:
    largest = max(_MAX_BYTES, _MAX_EXPANSION * path.stat().st_size)
    if size > largest:
        raise DataError(
            f"the rows need {size:,} bytes of memory, more than {largest:,} for a file of "
            f"{path.stat().st_size:,} bytes",
            file=path,
        )


@dataclass(frozen=True, eq=False)
class Table:
    """Readable rows of a CSV or Parquet file.

    Args:
        path: The file.
        columns: The rows, as an Arrow table of n rows.
        row: Row of the file that each came from, the header being row 1 [n].
        records: Rows of the file that are not blank, including unreadable ones.
    """

    path: Path
    columns: pa.Table
    row: np.ndarray
    records: np.ndarray

    @classmethod
    def read(
        cls,
        path: Path,
        problems: Problems,
        needed: Sequence[str],
        text: Sequence[str],
        wanted: Sequence[str] | None = None,
        repeated: Sequence[str] = (),
    ) -> Table:
        r"""Read a table; blank lines and rows without values are skipped.

        Args:
            path: A file ending in ``.csv`` or ``.parquet``.
            problems: Collects unreadable rows: too many or too few fields, or text that is not
                UTF-8.
            needed: Columns that the table must have.
            text: Columns that are always text, so that leading zeros stay; missing text is empty.
            wanted: Columns to keep; by default all.
            repeated: Text columns with repeated values, which are dictionary-encoded.

        Raises:
            DataError: If the file cannot be read, lacks a column or has no row.

        Example:
            >>> file = getfixture("tmp_path") / "items.csv"
            >>> _ = file.write_text("item_id,category\n007,shoes\n\n8,bags\n")
            >>> table = Table.read(file, Problems(), ["item_id"], text=["item_id", "category"])
            >>> table.columns["item_id"].to_pylist(), table.row.tolist()
            (['007', '8'], [2, 4])
        """
        check_regular(path)
        if path.suffix == ".parquet":
            columns, row, lost = read_parquet(path)
        else:
            columns, row, lost = read_csv(path, problems, text, wanted)
        columns = _select(path, columns, needed, wanted)
        for index, name in enumerate(columns.column_names):
            column = _plain(columns[name])
            column = _as_text(path, name, column) if name in text else column
            columns = columns.set_column(index, name, column)
        blank = _blank(columns)
        if blank.any():
            columns, row = columns.filter(pa.array(~blank)), row[~blank]
        records = np.sort(np.concatenate([row, lost])) if len(lost) else row
        if not len(records):
            raise DataError("a table needs a header and at least one row", file=path)
        # pyarrow before 22 cannot combine dictionary chunks of no rows.
        for name in set(repeated) & set(columns.column_names) if len(columns) else ():
            codes = columns[name].dictionary_encode().combine_chunks()
            columns = columns.set_column(columns.column_names.index(name), name, codes)
        del column
        pa.default_memory_pool().release_unused()  # Arrow would keep the memory of the text
        return cls(path, columns, row, records)

    def __len__(self) -> int:
        return len(self.row)

    def __contains__(self, name: str) -> bool:
        return name in self.columns.column_names

    @property
    def record(self) -> np.ndarray:
        """Position of each row in ``records`` [n], and so its row of features."""
        return np.searchsorted(self.records, self.row)

    def by_record(self, name: str) -> np.ndarray:
        """A text column, empty for unreadable rows [len(records)]."""
        values = np.full(len(self.records), "", dtype=object)
        values[self.record] = self.columns[name].to_pandas()
        return values

    def is_blank(self, name: str) -> np.ndarray:
        """Whether a text column is empty or white space [n]."""
        code, values = None, self.columns[name]
        if pa.types.is_dictionary(values.type):
            code, values = self.encode(name)
        length = pc.binary_length(pc.utf8_trim_whitespace(values))
        blank = np.asarray(pc.equal(length, 0).to_numpy(zero_copy_only=False), dtype=bool)
        return blank if code is None else blank[code]

    def encode(self, name: str) -> tuple[np.ndarray, pa.Array]:
        """Codes of a text column into its distinct values.

        Returns:
            The codes [n] and the values, both in the order of first appearance.
        """
        column = self.columns[name].combine_chunks()
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        return column.indices.to_numpy(), column.dictionary


def _select(
    path: Path, columns: pa.Table, needed: Sequence[str], wanted: Sequence[str] | None
) -> pa.Table:
    names: list[str] = columns.column_names
    for name in needed:
        if name not in names:
            other = len(names) == 1 and any(mark in names[0] for mark in ";\t")
            hint = "; fields need to be separated by commas" if other else ""
            raise DataError(
                f"the table needs a column {name!r} (got {names}){hint}", file=path, row=1
            )
    chosen = [name for name in names if wanted is None or name in wanted]
    for name in chosen:
        if names.count(name) > 1:
            raise DataError(f"columns need different names (got {name!r} twice)", file=path, row=1)
    return columns.select(chosen)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column with text as ``large_string``, whose size is not limited to 2 GB."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_string(column.type) or pa.types.is_string_view(column.type):
        column = column.cast(pa.large_string())
    return column


def _as_text(path: Path, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if not (pa.types.is_large_string(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind)):
        raise DataError(f"column {name!r} needs text or whole numbers (got {kind})", file=path)
    return pc.fill_null(column.cast(pa.large_string()), "")


def _blank(columns: pa.Table) -> np.ndarray:
    """Whether a row has no value [n]."""
    blank = np.ones(len(columns), dtype=bool)
    for name in columns.column_names:
        if not blank.any():
            break
        blank &= _missing(columns[name])
    return blank


def _missing(column: pa.ChunkedArray) -> np.ndarray:
    missing = column.is_null()
    if pa.types.is_large_string(column.type):
        missing = pc.or_(missing, pc.equal(pc.binary_length(column), 0).fill_null(True))
    return np.asarray(missing.to_numpy(), dtype=bool)
