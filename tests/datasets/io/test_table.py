from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fashiongraph.datasets.io.problems import Problems
from fashiongraph.datasets.io.table import Table, read_parquet
from fashiongraph.errors import DataError


def test_rows_are_counted_from_2(tmp_path):
    pd.DataFrame({"id": ["a", "b"]}).to_parquet(tmp_path / "t.parquet")
    table, row, lost = read_parquet(tmp_path / "t.parquet")
    assert table.to_pydict() == {"id": ["a", "b"]}
    assert row.tolist() == [2, 3]
    assert lost.tolist() == []


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "t.parquet").write_text("id\na\n")
    with pytest.raises(DataError, match=r"t\.parquet: .* as Parquet"):
        read_parquet(tmp_path / "t.parquet")
    with pytest.raises(DataError, match="the file needs to be readable as Parquet"):
        read_parquet(tmp_path / "none.parquet")
    column = pa.array([b"\xff"]).view(pa.string())
    pq.write_table(pa.table({"id": column}), tmp_path / "t.parquet")
    with pytest.raises(DataError, match=r"readable as Parquet .*UTF8"):
        read_parquet(tmp_path / "t.parquet")


def read(path, wanted=None):
    problems = Problems()
    return Table.read(path, problems, needed=["id"], text=["id", "note"], wanted=wanted), problems


@pytest.mark.parametrize("mark", [";", "\t"])
def test_fields_that_no_comma_separates(tmp_path, mark):
    path = tmp_path / "t.csv"
    path.write_text(f"id{mark}note\n01{mark}a, b\n")
    with pytest.raises(DataError, match=r"'id' \(got .* by commas"):
        read(path)


def test_rows_and_records(tmp_path):
    path = tmp_path / "t.csv"
    # Row 3 is blank, 4 is ragged, 5 is not UTF-8, 6 spans two lines.
    path.write_bytes(b'id,note,n\n01,,1\n,,\n02\n03,\xff,2\n04,"x\ny",3\n')
    table, problems = read(path)
    assert len(table) == 2
    assert table.columns.to_pydict() == {"id": ["01", "04"], "note": ["", "x\ny"], "n": [1, 3]}
    assert table.row.tolist() == [2, 6]
    assert table.records.tolist() == [2, 4, 5, 6]
    assert table.record.tolist() == [0, 3]
    assert table.by_record("id").tolist() == ["01", "", "", "04"]
    assert problems.frame()[["row", "rule"]].to_numpy().tolist() == [
        [4, "a row needs 3 fields (got 1)"],
        [5, r"'note' needs to be UTF-8 (got b'\xff')"],
    ]


def test_bytes_of_unwanted_columns_do_not_matter(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("id,note,größe\nü,b,".encode() + b"\xff\n")
    table, problems = read(path, wanted=["id", "note"])
    assert table.columns.to_pydict() == {"id": ["ü"], "note": ["b"]}
    assert problems.frame().empty


def test_codes_follow_first_appearance(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("id\nb\na\nb\nc\n")
    table, _ = read(path)
    code, values = table.encode("id")
    assert code.tolist() == [0, 1, 0, 2]
    assert values.to_pylist() == ["b", "a", "c"]
    assert "id" in table
    assert "note" not in table


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_repeated_values_are_kept_as_codes(tmp_path, kind):
    # Enough rows for several blocks of the reader, each with new values and old ones.
    frame = pd.DataFrame({"id": [f"{i // 3 % 50_000:06d}" for i in range(300_000)]})
    frame.loc[7, "id"] = " \t"
    frame["note"] = "x"
    path = tmp_path / f"t.{kind}"
    frame.to_csv(path, index=False) if kind == "csv" else frame.to_parquet(path, index=False)
    plain, _ = read(path)
    coded = Table.read(path, Problems(), needed=["id"], text=["id", "note"], repeated=["id"])
    assert coded.columns["id"].nbytes < plain.columns["id"].nbytes / 2
    for name in ("id", "note"):
        assert coded.is_blank(name).nonzero()[0].tolist() == ([7] if name == "id" else [])
        assert plain.is_blank(name).tolist() == coded.is_blank(name).tolist()
        for one, other in zip(plain.encode(name), coded.encode(name), strict=True):
            assert one.tolist() == other.tolist()
    assert coded.columns["id"][7].as_py() == " \t"


@pytest.mark.parametrize("repeated", [(), ("id",)])
def test_no_row_can_be_read(tmp_path, repeated):
    (tmp_path / "t.csv").write_text("id,note\na\n")
    problems = Problems()
    table = Table.read(tmp_path / "t.csv", problems, ["id"], ["id"], repeated=repeated)
    assert len(table) == 0
    assert table.is_blank("id").tolist() == []
    assert table.encode("id")[0].tolist() == []
    with pytest.raises(DataError, match=r"row 2: a row needs 2 fields \(got 1\)"):
        problems.check()


def test_parquet_text(tmp_path):
    frame = pd.DataFrame({"id": [3, 1], "note": pd.Categorical(["x", None]), "n": ["p", "q"]})
    frame.to_parquet(tmp_path / "t.parquet")
    table, _ = read(tmp_path / "t.parquet")
    assert table.columns.to_pydict() == {"id": ["3", "1"], "note": ["x", ""], "n": ["p", "q"]}
    assert table.row.tolist() == [2, 3]


def test_folders_named_like_partitions_add_no_column(tmp_path):
    folder = tmp_path / "year=2020"
    folder.mkdir()
    pd.DataFrame({"id": ["a"]}).to_parquet(folder / "t.parquet")
    assert read(folder / "t.parquet")[0].columns.column_names == ["id"]


def test_a_text_that_recurs_a_million_times_is_counted_before_it_is_written_out(tmp_path):
    value = pa.DictionaryArray.from_arrays(np.zeros(2_000_000, np.int32), ["x" * 100_000])
    pq.write_table(pa.table({"item_id": value}), tmp_path / "items.parquet")
    assert (tmp_path / "items.parquet").stat().st_size < 1_000_000
    with pytest.raises(DataError, match="bytes of memory"):
        read_parquet(tmp_path / "items.parquet")


def test_rows_without_end_are_counted_before_they_are_read(tmp_path):
    columns = {f"c{i}": pa.array(np.zeros(1_000_000, np.int8)) for i in range(300)}
    pq.write_table(pa.table(columns), tmp_path / "items.parquet", compression="zstd")
    with pytest.raises(DataError, match="bytes of memory"):
        read_parquet(tmp_path / "items.parquet")


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())]
)
def test_repeated_and_missing_texts_are_read_as_they_are(tmp_path, kind):
    values = ["a", None, "a", "", "bc"]
    pq.write_table(pa.table({"title": pa.array(values, kind)}), tmp_path / "t.parquet")
    found = read_parquet(tmp_path / "t.parquet")[0]["title"]
    assert found.to_pylist() == values
