from __future__ import annotations

import csv
import random

import pytest

from fashiongraph.datasets.tables.csv_file import read_csv
from fashiongraph.datasets.tables.problems import Problems
from fashiongraph.errors import DataError


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_large_file_against_the_standard_library(tmp_path, encoding):
    rng = random.Random(0)
    lines = ["id,note"]
    for number in range(25_000):  # several blocks of Arrow's reader
        kinds = ['"a, b"', '"two\nlines and ""quotes"""', "plain" * 10, "plain,one more", "ü"]
        lines.append(f"{number:06d},{rng.choices(kinds, (5, 5, 100, 1, 1))[0]}")
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines), encoding=encoding, newline="")

    rows, lost, kept = [], [], []
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        for number, fields in enumerate(csv.reader(file), start=1):
            if len(fields) != 2 or any("\udc00" <= c <= "\udcff" for f in fields for c in f):
                lost.append(number)
            elif number > 1:
                rows.append(number)
                kept.append(fields)
    problems = Problems()
    table, row, unread = read_csv(path, problems, ["id", "note"], None)
    assert row.tolist() == rows
    assert sorted(unread.tolist()) == lost
    assert [list(fields) for fields in zip(*table.to_pydict().values(), strict=True)] == kept
    assert problems.frame()["row"].tolist() == lost


def test_types(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("id,year,price,day,note\n01,2020,1.5,2020-01-31,NA\n02,,nan,,brown\n")
    table, _, _ = read_csv(path, Problems(), ["id"], None)
    assert [str(kind) for kind in table.schema.types] == [
        "large_string",
        "int64",
        "double",
        "date32[day]",
        "string",
    ]
    assert table.column("note").to_pylist() == ["NA", "brown"]
    assert table.column("year").to_pylist() == [2020, None]


@pytest.mark.parametrize("ending", ["", "03,1,1,1,1\xff\n04\n"])
def test_whole_numbers_beyond_64_bits_keep_their_digits(tmp_path, ending):
    path = tmp_path / "t.csv"
    rows = "01,12345678901234567890,1e30,9223372036854775808,1\n02,-12345678901234567891,,NA,inf\n"
    path.write_text("id,sku,price,code,rest\n" + rows + ending, encoding="latin-1")
    table, row, _ = read_csv(path, Problems(), ["id"], ["id", "sku", "price", "code"])
    assert row.tolist()[:2] == [2, 3]
    assert table.column("sku").to_pylist()[:2] == ["12345678901234567890", "-12345678901234567891"]
    assert table.column("price").to_pylist()[:2] == [1e30, None]
    assert table.column("code").to_pylist()[:2] == ["9223372036854775808", ""]


def test_header_that_is_not_utf8(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"id,gr\xf6\xdfe\n1,2\n")
    with pytest.raises(DataError, match=r"row 1: the header needs to be UTF-8 \(got b'gr\\xf6"):
        read_csv(path, Problems(), ["id"], None)
