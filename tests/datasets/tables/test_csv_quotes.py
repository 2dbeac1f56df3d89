from __future__ import annotations

import random

import pytest

from fashiongraph.datasets.tables.csv_quotes import check_quotes
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
