from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from fashiongraph.datasets.io.row_edit import RowEdit

ROWS = b'item_id,title\r\n1,"two\r\nlines"\r\n\r\n2,5" heel\r\n3,"a ""b"""'


def edit(**change):
    return RowEdit(np.array([2, 4, 5]), **change)


def test_source_and_fresh_records_equal_those_of_a_list():
    rng = np.random.default_rng(0)
    for _ in range(50):
        n = int(rng.integers(1, 8))
        order = rng.permutation(n)
        cut = np.sort(rng.integers(0, n + 1, 2))
        removed, changed, added = order[: cut[0]], order[cut[0] : cut[1]], int(rng.integers(0, 3))
        expected = [i if i not in changed else -1 for i in range(n) if i not in removed]
        found = RowEdit(np.arange(n) + 2, removed, changed, added)
        assert found.source.tolist() == expected + [-1] * added
        kept = [i for i in range(n) if i not in removed]
        places = [kept.index(i) for i in changed]
        assert found.fresh.tolist() == places + [len(kept) + i for i in range(added)]


@pytest.mark.parametrize(
    ("change", "values", "expected"),
    [
        ({"added": 1}, [("4", 'x"y')], ROWS + b'\r\n4,"x""y"\r\n'),
        ({"removed": np.array([1])}, [], ROWS.replace(b'2,5" heel\r\n', b"")),
        ({"removed": np.array([0, 2])}, [], b'item_id,title\r\n\r\n2,5" heel\r\n'),
        (
            {"changed": np.array([1, 0])},
            [("2", ""), ("1", "a\nb")],
            b'item_id,title\r\n1,"a\nb"\r\n\r\n2,\r\n3,"a ""b"""',
        ),
    ],
)
def test_rows_of_a_csv_file_that_stay_keep_their_bytes(tmp_path, change, values, expected):
    file, draft = tmp_path / "items.csv", tmp_path / "draft.csv"
    file.write_bytes(ROWS)
    columns = [[value[i] for value in values] for i in range(2)]
    table = pa.table(dict(zip(("item_id", "title"), columns, strict=True)))
    edit(**change).write_table(file, draft, table)
    assert draft.read_bytes() == expected


def test_rows_of_a_parquet_file(tmp_path):
    file, draft = tmp_path / "items.parquet", tmp_path / "draft.parquet"
    frame = pd.DataFrame({"item_id": ["1", "2", "3"], "price": np.float32([1, 2, 3])})
    frame.to_parquet(file, compression="gzip")
    schema = pa.schema([("item_id", pa.string()), ("price", pa.float32())])
    values = pa.table([["9", "4"], [9, None]], schema=schema)
    records = np.array([2, 3, 4])
    change = RowEdit(records, removed=np.array([0]), changed=np.array([2]), added=1)
    change.write_table(file, draft, values)
    found = pd.read_parquet(draft)
    assert found["item_id"].tolist() == ["2", "9", "4"]
    assert found["price"].fillna(-1).tolist() == [2, 9, -1] and found["price"].dtype == np.float32


def test_rows_of_an_array_follow(tmp_path):
    array = np.arange(6, dtype=np.float16).reshape(3, 2)
    change = edit(removed=np.array([0]), changed=np.array([2]), added=2)
    change.write_array(array, tmp_path / "x.npy", np.array([[7, 7], [8, 8], [9, 9]]))
    found = np.load(tmp_path / "x.npy")
    assert found.tolist() == [[2, 3], [7, 7], [8, 8], [9, 9]] and found.dtype == np.float16
