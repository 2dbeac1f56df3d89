"""The check of words finds them in prose, and nowhere else."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "docs" / "language.py"


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(SCRIPT))


@pytest.mark.parametrize("word", ["stranger", "Recipes", "simply", "knows", "utilise"])
def test_a_banned_word_is_found_with_its_line(script, word):
    found = list(script["findings"](f"# Title\n\nA model {word} it.\n"))
    assert [(line, text) for line, text, _ in found] == [(3, word)]


def test_code_and_links_are_left_out(script):
    page = (
        "---\nrecipe: 1\n---\n`recipe` [page](recipe.md)\n```text\nrecipe\n```\nA justified end.\n"
    )
    assert list(script["findings"](page)) == []
    assert script["prose"](page).count("\n") == page.count("\n")


def test_the_pages_have_none(script, capsys):
    assert script["main"]() == 0, capsys.readouterr().out
