from __future__ import annotations

import pytest

from fashiongraph.console import plain_console


@pytest.mark.parametrize("stderr", [False, True])
def test_text_is_printed_as_it_is(capsys, stderr):
    text = "shop:dress:053 'foto [final].jpg' dress[/red] [bold]"
    plain_console(stderr).print(text)
    out, err = capsys.readouterr()
    assert (err if stderr else out) == f"{text}\n"
