from __future__ import annotations

import pytest

from fashiongraph.console import plain_console, print_message, quiet_messages


@pytest.mark.parametrize("stderr", [False, True])
def test_text_is_printed_verbatim(capsys, stderr):
    text = "shop:dress:053 'foto [final].jpg' dress[/red] [bold]"
    plain_console(stderr).print(text)
    out, err = capsys.readouterr()
    assert (err if stderr else out) == f"{text}\n"


def test_a_message_is_one_line_of_standard_error(capsys):
    print_message("[red] " * 60)
    out, err = capsys.readouterr()
    assert (out, err) == ("", "[red] " * 60 + "\n")


def test_messages_can_be_switched_off(capsys):
    with quiet_messages():
        print_message("one")
        with quiet_messages(False):
            print_message("two")
    print_message("three")
    assert capsys.readouterr().err == "two\nthree\n"
