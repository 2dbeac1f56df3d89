"""Check the words of all pages: the field's own, and none that fill a line.

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
_CODE = re.compile(r"^(`{3,}).*?^\1|^---$.*?^---$|`[^`]*`|\]\([^)]*\)", re.DOTALL | re.MULTILINE)


def prose(text: str) -> str:
    """A page without code, links and headers of notebooks, with its line breaks."""
    return _CODE.sub(lambda found: "\n" * found[0].count("\n"), text)


def findings(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, word and replacement of each banned word of a page."""
    for number, line in enumerate(prose(text).splitlines(), start=1):
        for pattern, instead in PATTERNS.items():
            for found in pattern.finditer(line):
                yield number, found[0], instead


def main() -> int:
    """Print the findings of all pages; 1 if there are any."""
    count = 0
    for page in sorted({page for kind in PAGES for page in ROOT.glob(kind)}):
        for number, word, instead in findings(page.read_text(encoding="utf-8")):
            print(f"{page.relative_to(ROOT)}:{number}: {word!r}; instead: {instead}")
            count += 1
    return min(count, 1)


if __name__ == "__main__":
    sys.exit(main())
