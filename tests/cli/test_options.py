import json

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from fashiongraph.cli.options import listed, print_json, refuse, rows_table
from fashiongraph.errors import FashionGraphError


def test_names_are_separated_by_commas():
    assert listed("type, year,,line ") == ["type", "year", "line"]
    assert listed("") == []
    assert listed('shoe, "bag, large",7" hat') == ["shoe", "bag, large", '7" hat']
    with pytest.raises(FashionGraphError, match="names cannot be read: unexpected end of data"):
        listed('shoe,"bag, large')


@pytest.mark.parametrize("arguments", [["--count", "3"], ["--count", "1"]])
def test_an_option_without_a_say_is_refused_even_with_its_default(arguments):
    app = typer.Typer()

    @app.command()
    def one(context: typer.Context, count: int = 1, name: str = "a") -> None:
        refuse(context, ["count"], "--whole")
        print("done", name)

    assert "done b" in CliRunner().invoke(app, ["--name", "b"]).output
    error = CliRunner().invoke(app, arguments).exception
    assert isinstance(error, FashionGraphError)
    assert str(error) == "'--count' has no say beside '--whole'"


def test_rows_make_a_table():
    rows = [{"item_id": "a", "worn": 12345, "score": 1 / 3, "hidden": True}]
    rows += [{"item_id": "b", "worn": 6, "score": 2.0, "hidden": False}]
    table = rows_table("Items", rows)
    console = Console(width=60)
    with console.capture() as captured:
        console.print(table)
    text = captured.get()
    assert "item id" in text and "12,345" in text
    assert "0.333 │    yes │" in text and "2.000 │        │" in text
    assert [column.justify for column in table.columns[:2]] == ["left", "right"]


def test_json_keeps_every_script(capsys):
    print_json({"title": "裙子", "score": 0.5})
    text = capsys.readouterr().out
    assert json.loads(text) == {"title": "裙子", "score": 0.5}
    assert "裙子" in text
