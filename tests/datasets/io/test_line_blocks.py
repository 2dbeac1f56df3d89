from __future__ import annotations

import pytest

from fashiongraph.datasets.io.line_blocks import fields, line_blocks
from fashiongraph.errors import DataError

TEXT = "a,b,c\r\n\n  d,,e \n裙子,x,y,z\n   \nlast,1,2"


@pytest.mark.parametrize("block_bytes", [20, 23, 37, 1 << 20])
def test_line_numbers_do_not_depend_on_blocks(tmp_path, block_bytes):
    path = tmp_path / "lines.txt"
    path.write_bytes(TEXT.encode())
    found = [
        (int(number), line)
        for place, lines in line_blocks(path, block_bytes)
        for number, line in zip(place.number, lines.to_pylist(), strict=True)
    ]
    expected = [
        (number, line.strip())
        for number, line in enumerate(TEXT.split("\n"), start=1)
        if line.strip()
    ]
    assert found == expected


def test_the_last_field_keeps_commas(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_bytes(TEXT.encode() + b"\n")
    ((place, lines),) = line_blocks(path)
    assert [field.to_pylist() for field in fields(lines, 3, place)] == [
        ["a", "d", "裙子", "last"],
        ["b", "", "x", "1"],
        ["c", "e", "y,z", "2"],
    ]
    with pytest.raises(DataError, match=r"line 1 needs 4 fields \(has 3\)"):
        fields(lines, 4, place)


def test_an_empty_file_has_no_lines(tmp_path):
    (tmp_path / "lines.txt").touch()
    assert list(line_blocks(tmp_path / "lines.txt")) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"ab\ncd\n\n\xffe\n", "line 4 needs to be UTF-8"),
        (b"a\n" + b"b" * 40, "a line needs at most 16 bytes"),
    ],
)
def test_other_values_than_text_are_refused(tmp_path, content, message):
    (tmp_path / "lines.txt").write_bytes(content)
    with pytest.raises(DataError, match=message):
        list(line_blocks(tmp_path / "lines.txt", 16))


def test_a_folder_cannot_be_read(tmp_path):
    with pytest.raises(DataError, match="needs to be a regular file"):
        list(line_blocks(tmp_path))
