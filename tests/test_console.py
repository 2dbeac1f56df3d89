from __future__ import annotations

import pytest

from fashiongraph.console import inert_cell, plain_console, print_message, quiet_messages


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


@pytest.mark.parametrize("text", ["=cmd", "+cmd", "-cmd", "@cmd", "\tcmd", "\rcmd", "=1+1"])
def test_no_cell_is_a_formula(text):
    assert inert_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=b", "-12", "+7", "0041"])
def test_other_cells_stay(text):
    assert inert_cell(text) == text
