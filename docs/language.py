"""Check the words and sentences of all pages: the field's own words, short sentences.

python docs/language.py

Prints each place as FILE:LINE and exits with 1 if there is one. Code is left out.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("*.md", "docs/**/*.md", "benchmarks/*.md", "benchmarks/studies/*.md")
# Word, as a regular expression without its ending, and what to write instead.
BANNED = {
    r"strangers?": "negative; corrupted outfit; distractor",
    r"editions?": "corrupted outfit; variant",
    r"worn with|remembers?|memori[sz]es": "co-occurrence",
    r"counted parts": "co-occurrence prior",
    r"soft minimum": "soft-min pooling",
    r"recipes?": "training configuration; provenance",
    r"sheets?": "HTML report",
    r"says|knows|hears|heard|asks|tells|speaks?|wants": "a tool does not: state what it prints",
    r"simply|easily|just|obviously|basically|of course|please": "nothing",
    r"leverag\w+|utili[sz]\w+": "use",
    r"powerful|seamless\w*|robust|blazing\w*|magic\w*|cutting-edge|state-of-the-art": "a number",
}
PATTERNS = {
    re.compile(rf"\b(?:{word})\b", re.IGNORECASE): instead for word, instead in BANNED.items()
}
LONGEST = 25  # words of a sentence
# What is no prose, in this order, and the word that stands for it.
_NO_PROSE = (
    (re.compile(r"^ *(`{3,}).*?^ *\1|\A---$.*?^---$|\$\$.*?\$\$", re.DOTALL | re.MULTILINE), ""),
    (re.compile(r"`[^`]*`|\$[^$\n]+\$"), "x"),
    (re.compile(r"\]\([^)]*\)"), "]"),
)
_GENERATED_OR_TABLE = re.compile(
    r"<!-- (\w+) -->.*?<!-- /\1 -->|^ *(?:\||:::)[^\n]*", re.DOTALL | re.MULTILINE
)
# A heading is one line; another block ends before an empty line, a heading, a quote or an item.
_BLOCK = re.compile(r"^(?:#.*|.*\S.*(?:\n(?! *(?:$|#|>|[-*+] |\d+\. )).+)*)", re.MULTILINE)
_SENTENCE = re.compile(r"\S.*?(?:(?<!\be\.g)(?<!\bi\.e)(?<!\bal)[.!?][\"*_)]*(?=\s)|\Z)", re.DOTALL)
_WORD = re.compile(r"\S*[^\W\d_]\S*")


def replaced(pattern: re.Pattern[str], word: str, text: str) -> str:
    """A page with a word in place of what the pattern finds, and with its line breaks."""
    return pattern.sub(lambda found: word + "\n" * found[0].count("\n"), text)


def prose(text: str) -> str:
    """A page without code, math, link targets and headers of notebooks, with its line breaks."""
    for pattern, word in _NO_PROSE:
        text = replaced(pattern, word, text)
    return text


def banned_words(text: str) -> Iterator[tuple[int, str]]:
    """Line and message for each banned word of a page."""
    for number, line in enumerate(prose(text).splitlines(), start=1):
        for pattern, instead in PATTERNS.items():
            for found in pattern.finditer(line):
                yield number, f"{found[0]!r}; instead: {instead}"


def long_sentences(text: str) -> Iterator[tuple[int, str]]:
    """Line and message for each sentence of a page with more than LONGEST words.

    A sentence ends at a full stop, question mark or exclamation mark, or with its heading, list
    item or paragraph; a code block or a formula on lines of its own ends a paragraph. A word
    contains a letter: numbers and signs do not count, and a code span or an inline formula is one
    word. Tables and generated blocks are left out.
    """
    text = replaced(_GENERATED_OR_TABLE, "", prose(text))
    for block in _BLOCK.finditer(text):
        for sentence in _SENTENCE.finditer(block[0]):
            words = _WORD.findall(sentence[0])
            if len(words) > LONGEST:
                line = text.count("\n", 0, block.start() + sentence.start()) + 1
                start = " ".join(sentence[0].split()[:8])
                yield line, f"{len(words)} words, at most {LONGEST}: {start!r}"


def main() -> int:
    """Print the findings of all pages; 1 if there are any."""
    count = 0
    for page in sorted({page for kind in PAGES for page in ROOT.glob(kind)}):
        text = page.read_text(encoding="utf-8")
        for number, message in sorted([*banned_words(text), *long_sentences(text)]):
            print(f"{page.relative_to(ROOT)}:{number}: {message}")
            count += 1
    return min(count, 1)


if __name__ == "__main__":
    sys.exit(main())
