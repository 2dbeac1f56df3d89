"""The check finds words and long sentences in prose, and nowhere else."""

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
    ((line, message),) = script["banned_words"](f"# Title\n\nA model {word} it.\n")
    assert line == 3
    assert repr(word) in message


def test_code_and_links_are_left_out(script):
    page = (
        "---\nrecipe: 1\n---\n`recipe` [page](recipe.md)\n```text\nrecipe\n```\nA justified end.\n"
    )
    assert list(script["banned_words"](page)) == []
    assert script["prose"](page).count("\n") == page.count("\n")


WORDS = "word " * 20
SIX = "and six words make it long"


def lines(script, page):
    return [line for line, _ in script["long_sentences"](page)]


@pytest.mark.parametrize("number, expected", [(25, []), (26, [3])])
def test_a_sentence_has_at_most_25_words(script, number, expected):
    page = f"Short one.\n\n{' '.join(['word'] * number)}. Short one.\n"
    assert lines(script, page) == expected


def test_a_long_sentence_is_found_where_it_starts(script):
    page = f"# Title\n\nA first one. A long\n{WORDS}\n{SIX}.\n"
    ((line, message),) = script["long_sentences"](page)
    assert line == 3
    assert "28 words" in message
    assert "A long word" in message


@pytest.mark.parametrize("mark", [".", "?", "!", '."', ".**", ".)"])
def test_a_mark_ends_a_sentence(script, mark):
    assert lines(script, f"{WORDS}end{mark} {SIX}.") == []


@pytest.mark.parametrize("mark", [":", ";", ",", ", e.g.", ", i.e.", " et al.", " 0.5"])
def test_other_marks_do_not(script, mark):
    assert lines(script, f"{WORDS}end{mark} {SIX}.") == [1]


@pytest.mark.parametrize(
    "between",
    ["\n\n", ":\n- ", ":\n  * ", "\n2. ", "\n# ", "\n> ", ":\n```text\nx\n```\n", "\n$$ x $$\n"],
)
def test_a_block_ends_a_sentence(script, between):
    assert lines(script, f"{WORDS}end{between}{SIX}") == []


def test_a_heading_ends_a_sentence(script):
    assert lines(script, f"# {WORDS}\n{SIX}.") == []


@pytest.mark.parametrize("line_break", ["\n", "\n  "])
def test_a_line_does_not_end_a_sentence(script, line_break):
    assert lines(script, f"- {WORDS}end{line_break}{SIX}.") == [1]


@pytest.mark.parametrize(
    "one",
    ["`a b c d e f`", "$a b c d e f$", "[end](a b c d e f)", "end 1 2.5 ± 3 (0.4 / 5) → +"],
)
def test_spans_are_one_word_and_numbers_none(script, one):
    assert lines(script, f"{WORDS}four more words {one} end.") == []
    assert lines(script, f"{WORDS}five words more of {one} end.") == [1]


@pytest.mark.parametrize(
    "page", ["---\n{}\n---\n", "```text\n{}\n```\n", "| {} |\n", "<!-- a -->\n{}\n<!-- /a -->\n"]
)
def test_sentences_outside_prose_are_left_out(script, page):
    assert lines(script, page.format(WORDS + SIX)) == []


def test_the_pages_have_none(script, capsys):
    assert script["main"]() == 0, capsys.readouterr().out
