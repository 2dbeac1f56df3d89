"""The reference of the command states every command and option."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
import typer

from fashiongraph.cli import app

pytest.importorskip("sphinx")
SCRIPT = Path(__file__).parents[2] / "docs" / "command_pages.py"


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(SCRIPT))


@pytest.mark.parametrize("name", ["score", "train", "embed", "items add", "items remove"])
def test_a_section_has_every_option(script, name):
    command = dict(script["leaves"](typer.main.get_command(app)))[name]
    text = script["section"](name, command)
    assert text.startswith(f"## {name}\n")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) == len(command.params)
    for parameter in command.params:
        argument = parameter.param_type_name == "argument"
        name = (argument and parameter.metavar) or parameter.opts[-1]
        assert any(name.lower() in row.lower() for row in rows), parameter.opts
    assert "[b]" not in text and "[/]" not in text


def test_markup_becomes_markdown(script):
    assert script["plain"](r"One of [b]a_b[/], x_y <Z> a|b.") == r"One of `a_b`, x\_y \<Z\> a\|b."
