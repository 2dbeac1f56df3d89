from __future__ import annotations

import csv
import random

import pytest

from fashiongraph.datasets.io.csv_file import check_quotes, read_csv
from fashiongraph.datasets.io.problems import Problems
from fashiongraph.errors import DataError


def broken_row(text: str) -> int | None:
    """The row in which a field begins whose quote swallows rows, character by character."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    row, place = 1, 0
    while place < len(text):
        begin, quoted = row, text[place] == '"'
        if quoted:
            place, lines = place + 1, 0
            while text[place : place + 1] != '"' or text[place + 1 : place + 2] == '"':
                if place >= len(text):
                    return begin
                lines += text[place] == "\n"
                place += 2 if text[place] == '"' else 1
            place += 1
            if lines and text[place : place + 1] not in ("", ",", "\n"):
                return begin
        while text[place : place + 1] not in ("", ",", "\n"):
            place += 1
        row += text[place : place + 1] == "\n"
        place += 1
    return None


@pytest.mark.parametrize("seed", range(20))
def test_against_a_loop_over_characters(tmp_path, seed):
    rng, found = random.Random(seed), set()
    for number in range(200):
        text = "".join(rng.choices('"",\nab', k=rng.randrange(1, 16)))
        text = text.replace("\n", rng.choice(["\n", "\r\n", "\r"]))
        path = tmp_path / f"{number}.csv"
        path.write_bytes(text.encode())
        row = broken_row(text)
        found.add(row)
        if row is None:
            check_quotes(path)
        else:
            with pytest.raises(DataError) as error:
                check_quotes(path)
            assert error.value.row == row
    assert {None, 1, 2} <= found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b",
        'id,title\na,"nice" shoes\nb,"red" ,2\n',
        'a\n5" heel\n"12"" bag"\n',
        '"a"\r\n"two\r\nlines"',
        '"",""\n""""',
        'a"b"\n',
    ],
)
def test_quotes_in_their_place(tmp_path, text):
    (tmp_path / "t.csv").write_bytes(text.encode())
    check_quotes(tmp_path / "t.csv")


def test_a_byte_order_mark(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('"a,"",b",c\n1,2\n', encoding="utf-8-sig")
    check_quotes(path)
    path.write_text('"a,b\n1,2\n', encoding="utf-8-sig")
    with pytest.raises(DataError, match="row 1: a field that begins with a quote"):
        check_quotes(path)


def test_a_long_field_is_cut_in_the_error(tmp_path):
    (tmp_path / "t.csv").write_text(
        'id,title\n1,"two\nlines"\n2,"ü' + "x" * 60 + "\n3,y\n", "utf-8"
    )
    with pytest.raises(DataError, match=r't\.csv, row 3: .* \(got "ü' + "x" * 38 + r"…\)"):
        check_quotes(tmp_path / "t.csv")


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
    with pytest.raises(DataError, match=r"row 1: the header.*gr\\xf6"):
        read_csv(path, Problems(), ["id"], None)
