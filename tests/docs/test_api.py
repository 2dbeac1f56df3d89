"""`docs/api.md` names all that is public, in the words of the docstrings."""

from __future__ import annotations

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_what_the_docstrings_say():
    made = runpy.run_path(str(DOCS / "api.py"))["page"]()
    assert (DOCS / "api.md").read_text(encoding="utf-8") == made, "run python docs/api.py"
