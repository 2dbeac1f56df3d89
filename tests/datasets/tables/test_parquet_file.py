from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fashiongraph.datasets.tables.parquet_file import read_parquet
from fashiongraph.errors import DataError


def test_rows_are_counted_from_2(tmp_path):
    pd.DataFrame({"id": ["a", "b"]}).to_parquet(tmp_path / "t.parquet")
    table, row, lost = read_parquet(tmp_path / "t.parquet")
    assert table.to_pydict() == {"id": ["a", "b"]}
    assert row.tolist() == [2, 3]
    assert lost.tolist() == []


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "t.parquet").write_text("id\na\n")
    with pytest.raises(DataError, match=r"t\.parquet: the file needs to be readable as Parquet"):
        read_parquet(tmp_path / "t.parquet")
    with pytest.raises(DataError, match="the file needs to be readable as Parquet"):
        read_parquet(tmp_path / "none.parquet")
    column = pa.array([b"\xff"]).view(pa.string())
    pq.write_table(pa.table({"id": column}), tmp_path / "t.parquet")
    with pytest.raises(DataError, match=r"readable as Parquet .*UTF8"):
        read_parquet(tmp_path / "t.parquet")
