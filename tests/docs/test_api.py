"""`docs/api.md` and the tables of packages equal what the docstrings give."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def generator():
    return runpy.run_path(str(ROOT / "docs" / "api.py"))


def test_api_page_is_current(generator):
    written = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert written == generator["page"](), "run python docs/api.py"


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_package_tables_are_current(generator, name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "<!-- packages -->" in text
    assert generator["with_packages"](text) == text, "run python docs/api.py"


def test_package_table_is_replaced(generator):
    old = "# A\n<!-- packages -->\nold\n<!-- /packages -->\nend\n"
    new = generator["with_packages"](old)
    assert "old" not in new and "| `nn` |" in new and new.endswith("<!-- /packages -->\nend\n")
