"""The tables of packages and the pages of the reference are complete."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

import fashiongraph

ROOT = Path(__file__).parents[2]
NO_INTERFACE = {"cli", "quickstart"}  # without a public interface in Python


@pytest.fixture(scope="module")
def generator():
    return runpy.run_path(str(ROOT / "docs" / "packages.py"))


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_package_tables_are_current(generator, name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "<!-- packages -->" in text
    assert generator["with_packages"](text) == text, "run python docs/packages.py"


def test_package_table_is_replaced(generator):
    old = "# A\n<!-- packages -->\nold\n<!-- /packages -->\nend\n"
    new = generator["with_packages"](old)
    assert "old" not in new and "| `nn` |" in new and new.endswith("<!-- /packages -->\nend\n")


@pytest.mark.parametrize("package", sorted(set(fashiongraph.PACKAGES) - NO_INTERFACE))
def test_every_package_has_a_reference_page(package):
    page = ROOT / "docs" / "reference" / f"{package}.md"
    assert f".. automodule:: fashiongraph.{package}\n" in page.read_text(encoding="utf-8")
