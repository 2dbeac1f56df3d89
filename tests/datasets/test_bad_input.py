"""Every kind of bad table: the error it gets, and what is left of it when read leniently."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from fashiongraph.datasets.outfit_tables import OutfitTables
from fashiongraph.errors import DataError


def line(file: str, row: int, text: str | bytes) -> Callable[[Path], None]:
    """Put other text in a row that spans one line of a file."""

    def damage(folder: Path) -> None:
        lines = (folder / file).read_bytes().split(b"\n")
        lines[row - 1] = text.encode() if isinstance(text, str) else text
        (folder / file).write_bytes(b"\n".join(lines))

    return damage


def content_of(file: str, content: bytes) -> Callable[[Path], None]:
    """Replace the content of a file."""
    return lambda folder: (folder / file).write_bytes(content)


def parquet(file: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        table = pd.read_csv(folder / f"{file}.csv", dtype={"item_id": str, "outfit_id": str})
        (folder / f"{file}.csv").unlink()
        change(table).to_parquet(folder / f"{file}.parquet")

    return damage


class Case(NamedTuple):
    damage: Callable[[Path], object]
    file: str
    row: int | None
    rule: str
    lenient: tuple[list[str], list[str], int] | None = None
    """Items and outfits left and rows dropped; None where nothing can be dropped to mend it."""


ALL, SOME = ["007", "b", "c", "d", "e", "f"], ["007", "b", "d", "e", "f"]
CASES = {
    "missing items": Case(
        lambda folder: (folder / "items.csv").unlink(), "items.csv", None,
        "OutfitTables needs this file, it is missing",
    ),
    "missing outfits": Case(
        lambda folder: (folder / "outfits.csv").unlink(), "outfits.csv", None,
        "OutfitTables needs this file, it is missing",
    ),
    "both kinds of table": Case(
        content_of("items.parquet", b""), "", None,
        "one table of items is needed (got items.csv and items.parquet)",
    ),
    "empty items": Case(
        content_of("items.csv", b""), "items.csv", None,
        "a table needs a header and at least one row",
    ),
    "header without rows": Case(
        content_of("outfits.csv", b"outfit_id,item_id\n"), "outfits.csv", None,
        "a table needs a header and at least one row",
    ),
    "header without a line end": Case(
        content_of("outfits.csv", b"outfit_id,item_id"), "outfits.csv", None,
        "a table needs a header and at least one row",
    ),
    "blank lines only": Case(
        content_of("outfits.csv", b"outfit_id,item_id\n\n\n"), "outfits.csv", None,
        "a table needs a header and at least one row",
    ),
    "missing category column": Case(
        line("items.csv", 1, "item_id,kind,title,year"), "items.csv", 1,
        "the table needs a column 'category' (got ['item_id', 'kind', 'title', 'year'])",
    ),
    "missing outfit column": Case(
        line("outfits.csv", 1, "outfit,item_id,position,split"), "outfits.csv", 1,
        "the table needs a column 'outfit_id' (got ['outfit', 'item_id', 'position', 'split'])",
    ),
    "semicolons": Case(
        content_of("outfits.csv", b"outfit_id;item_id\n01;b\n"), "outfits.csv", 1,
        "the table needs a column 'outfit_id' (got ['outfit_id;item_id'])",
    ),
    "one name for two columns": Case(
        line("items.csv", 1, "item_id,category,year,year"), "items.csv", 1,
        "columns need different names (got 'year' twice)",
    ),
    "UTF-16": Case(
        lambda folder: (folder / "items.csv").write_text("item_id,category\n", "utf-16"),
        "items.csv", 1, "the header needs to be UTF-8",
    ),
    "Latin-1 in a row": Case(
        line("items.csv", 4, "c,jupe évasée,,2021".encode("latin-1")), "items.csv", 4,
        r"'category' needs to be UTF-8 (got b'jupe \xe9vas\xe9e')",
        (SOME, ["01", "02", "03"], 2),
    ),
    "Latin-1 in a row of too many fields": Case(
        line("items.csv", 4, "c,jupe évasée,,2021,red".encode("latin-1")), "items.csv", 4,
        "a row needs 4 fields (got 5)", (SOME, ["01", "02", "03"], 2),
    ),
    "Latin-1 below a header with a byte order mark": Case(
        lambda folder: (folder / "items.csv").write_bytes(
            b"\xef\xbb\xbf"
            + (folder / "items.csv").read_bytes().replace(b"c,bottom", b"c,\xe9")
        ), "items.csv", 4,
        r"'category' needs to be UTF-8 (got b'\xe9')", (SOME, ["01", "02", "03"], 2),
    ),
    "too many fields": Case(
        line("items.csv", 4, "c,bottom,,2021,red"), "items.csv", 4,
        "a row needs 4 fields (got 5)", (SOME, ["01", "02", "03"], 2),
    ),
    "too few fields": Case(
        line("outfits.csv", 4, "01,c"), "outfits.csv", 4,
        "a row needs 4 fields (got 2)", (ALL, ["01", "02", "03"], 1),
    ),
    "a quote that never ends": Case(
        line("outfits.csv", 9, '04,"b,1,train'), "outfits.csv", 9,
        "a field that begins with a quote needs to end with one, before a comma or the end of "
        'its row (got "b,1,train)',
    ),
    "a quote in the last column that never ends": Case(
        line("outfits.csv", 4, '01,c,3,"train'), "outfits.csv", 4,
        "a field that begins with a quote needs to end with one",
    ),
    "a quote in the last column that ends in another row": Case(
        lambda folder: line("items.csv", 4, 'c,bottom,,"2021')(folder)
            or line("items.csv", 5, 'd,top,"裙子",')(folder), "items.csv", 4,
        "a field that begins with a quote needs to end with one",
    ),
    "a quote that ends too early": Case(
        line("items.csv", 2, '007,shoe,"Boot\nand" shoe,2019'), "items.csv", 2,
        "a field that begins with a quote needs to end with one, before a comma or the end of "
        'its row (got "Boot)',
    ),
    "items that cannot be read": Case(
        content_of("items.csv", b"item_id,category\n" + b"a\n" * 6), "items.csv", 2,
        "a row needs 2 fields (got 1) (and 12 more problems)",
    ),
    "outfits that cannot be read": Case(
        content_of("outfits.csv", b"outfit_id,item_id\n,,,\n1\n"), "outfits.csv", 2,
        "a row needs 2 fields (got 4) (and 1 more problem)",
    ),
    "empty item id": Case(
        line("items.csv", 4, " ,bottom,,2021"), "items.csv", 4,
        "'item_id' needs a value", (SOME, ["01", "02", "03"], 2),
    ),
    "item id twice": Case(
        line("items.csv", 4, "b,bottom,,2021"), "items.csv", 4,
        "'item_id' needs to be unique (got 'b' again)", (SOME, ["01", "02", "03"], 2),
    ),
    "empty category": Case(
        line("items.csv", 4, "c,,,2021"), "items.csv", 4,
        "'category' needs a value", (SOME, ["01", "02", "03"], 2),
    ),
    "empty outfit id": Case(
        line("outfits.csv", 4, ",c,3,train"), "outfits.csv", 4,
        "'outfit_id' needs a value", (ALL, ["01", "02", "03"], 1),
    ),
    "empty item id in an outfit": Case(
        line("outfits.csv", 4, "01,,3,train"), "outfits.csv", 4,
        "'item_id' needs a value", (ALL, ["01", "02", "03"], 1),
    ),
    "unknown item": Case(
        line("outfits.csv", 4, "01,7,3,train"), "outfits.csv", 4,
        "'item_id' needs to be in items.csv (got item '7')", (ALL, ["01", "02", "03"], 1),
    ),
    "unknown item in a small outfit": Case(
        line("outfits.csv", 5, "02,x,1,train"), "outfits.csv", 5,
        "'item_id' needs to be in items.csv (got item 'x')", (ALL, ["01", "03"], 2),
    ),
    "no known item": Case(
        content_of("outfits.csv", b"outfit_id,item_id\n1,x\n1,y\n"), "outfits.csv", 2,
        "'item_id' needs to be in items.csv (got item 'x') (and 1 more problem)",
    ),
    "item twice in an outfit": Case(
        line("outfits.csv", 4, "01,b,3,train"), "outfits.csv", 4,
        "an outfit needs different items (got item 'b' again in outfit '01')",
        (ALL, ["01", "02", "03"], 1),
    ),
    "outfit of one item": Case(
        line("outfits.csv", 8, "04,b,2,valid"), "outfits.csv", 7,
        "an outfit needs at least two items (got one in outfit '03') (and 1 more problem)",
        (ALL, ["01", "02"], 2),
    ),
    "position that is no number": Case(
        line("outfits.csv", 4, "01,c,last,train"), "outfits.csv", 4,
        "'position' needs a finite number (got 'last')", (ALL, ["01", "02", "03"], 1),
    ),
    "position without a value": Case(
        line("outfits.csv", 4, "01,c,,train"), "outfits.csv", 4,
        "'position' needs a finite number (got None)", (ALL, ["01", "02", "03"], 1),
    ),
    "infinite position": Case(
        line("outfits.csv", 4, "01,c,inf,train"), "outfits.csv", 4,
        "'position' needs a finite number (got inf)", (ALL, ["01", "02", "03"], 1),
    ),
    "split without a value": Case(
        line("outfits.csv", 4, "01,c,3,"), "outfits.csv", 4,
        "'split' needs a value", (ALL, ["01", "02", "03"], 1),
    ),
    "outfit in two splits": Case(
        line("outfits.csv", 4, "01,c,3,test"), "outfits.csv", 4,
        "an outfit needs one split (got 'test' after 'train' in outfit '01')",
        (ALL, ["01", "02", "03"], 1),
    ),
    "likes below 0": Case(
        content_of("outfits.csv", b"outfit_id,item_id,likes\n01,b,3\n01,c,-1\n01,d,3\n"),
        "outfits.csv", 3, "'likes' needs a number of at least 0 (got -1)", (ALL, ["01"], 1),
    ),
    "two weights of an outfit": Case(
        content_of("outfits.csv", b"outfit_id,item_id,weight\n01,b,3\n01,c,3\n01,d,2\n"),
        "outfits.csv", 4, "an outfit needs one weight (got 2 after 3 in outfit '01')",
        (ALL, ["01"], 1),
    ),
    "weight that is no number": Case(
        content_of("outfits.csv", b"outfit_id,item_id,weight\n01,b,3\n01,c,3\n01,d,high\n"),
        "outfits.csv", 4, "'weight' needs a number of at least 0 (got 'high')", (ALL, ["01"], 1),
    ),
    "no Parquet": Case(
        lambda folder: (folder / "items.csv").rename(folder / "items.parquet"),
        "items.parquet", None, "the file needs to be readable as Parquet",
    ),
    "identifiers that are fractions": Case(
        parquet("items", lambda table: table.assign(item_id=np.arange(6) + 0.5)),
        "items.parquet", None, "column 'item_id' needs text or whole numbers (got double)",
    ),
    "no value in Parquet": Case(
        parquet("items", lambda t: t.assign(category=t["category"].where(t.index != 2))),
        "items.parquet", 4, "'category' needs a value", (SOME, ["01", "02", "03"], 2),
    ),
    "folder in place of a table": Case(
        lambda folder: ((folder / "items.csv").unlink(), (folder / "items.csv").mkdir()),
        "items.csv", None, "needs to be a regular file",
    ),
}  # fmt: skip


@pytest.fixture(params=CASES.values(), ids=CASES.keys())
def case(request: pytest.FixtureRequest, folder: Path) -> Case:
    found: Case = request.param
    found.damage(folder)
    return found


def test_the_error_names_file_row_and_rule(folder, case):
    with pytest.raises(DataError) as error:
        OutfitTables(folder, "features.npy")
    assert error.value.file == folder / case.file
    assert error.value.row == case.row
    assert error.value.rule.startswith(case.rule)
    place = f"{folder / case.file}" + ("" if case.row is None else f", row {case.row}")
    assert str(error.value) == f"{place}: {error.value.rule}"


def test_lenient_drops_and_reports(folder, case):
    if case.lenient is None:
        with pytest.raises(DataError) as error:
            OutfitTables(folder, "features.npy", lenient=True)
        assert error.value.rule.removeprefix("no outfit is left: ").startswith(case.rule)
        return
    items, outfits, dropped = case.lenient
    found = OutfitTables(folder, "features.npy", lenient=True)
    assert found.items.ids.tolist() == items
    assert found.outfits.ids.tolist() == outfits
    assert int(found.outfits.sizes.min()) >= 2
    rows = [ALL.index(name) for name in items]
    assert found.items.features[:, 0].tolist() == [3 * row for row in rows]
    assert len(found.report) == dropped
    first = found.report.iloc[0]
    assert first["file"] == str(folder / case.file)
    assert first["row"] == case.row
    assert case.rule.startswith(first["rule"])
