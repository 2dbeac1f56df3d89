from __future__ import annotations

import pytest

from fashiongraph.console import plain_console, say


@pytest.mark.parametrize("stderr", [False, True])
def test_text_is_printed_as_it_is(capsys, stderr):
    text = "shop:dress:053 'foto [final].jpg' dress[/red] [bold]"
    plain_console(stderr).print(text)
    out, err = capsys.readouterr()
    assert (err if stderr else out) == f"{text}\n"


def test_what_is_said_is_one_line_of_standard_error(capsys):
    say("[red] " * 60)
    out, err = capsys.readouterr()
    assert (out, err) == ("", "[red] " * 60 + "\n")
