"""Reading Parquet files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fashiongraph.errors import DataError


def read_parquet(path: Path) -> tuple[pa.Table, np.ndarray, np.ndarray]:
    """Read a Parquet file.

    Returns:
        As :func:`fashiongraph.datasets.tables.csv_file.read_csv`; the rows are counted from 2
        here, too, as if a header were row 1.

    Raises:
        DataError: If the file is no Parquet file.
    """
    try:
        # Folders further up may be named 'key=value': they are no columns of this file.
        table = pq.read_table(path, partitioning=None)
        table.validate(full=True)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(f"the file needs to be readable as Parquet ({error})", file=path) from error
    return table, np.arange(table.num_rows) + 2, np.empty(0, np.int64)
