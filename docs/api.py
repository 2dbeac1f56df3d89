"""Write ``docs/api.md`` and the tables of packages in ``README.md`` and ``CONTRIBUTING.md``.

python docs/api.py
"""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path

import fashiongraph
from fashiongraph.files import atomic_write

ROOT = Path(__file__).resolve().parents[1]
# Packages without a public interface in Python, and further ones that have one.
NO_INTERFACE = ("cli", "quickstart")
SUBPACKAGES = ("models.heuristics", "evaluation.metrics")
HEAD = """# Public names

Generated from the docstrings by `python docs/api.py`. `help(name)` shows the equation, shapes,
errors, source and an example of each name.
"""


def page() -> str:
    """The page as Markdown."""
    parts = [HEAD]
    packages = [name for name in fashiongraph.PACKAGES if name not in NO_INTERFACE]
    for package in sorted([*packages, *SUBPACKAGES]):
        module = import_module(f"fashiongraph.{package}")
        parts += [f"## fashiongraph.{package}", f"{_first_line(module)}\n"]
        parts += ["| name | description |", "| --- | --- |"]
        for name in sorted(module.__all__, key=str.lower):
            one = getattr(module, name)
            if inspect.isclass(one) or inspect.isfunction(one):
                parts.append(f"| `{name}` | {_first_line(one)} |")
        parts.append("")
    return "\n".join(parts)


def with_packages(text: str) -> str:
    """A page with the table of packages between its markers."""
    rows = [f"| `{name}` | {line} |" for name, line in fashiongraph.PACKAGES.items()]
    table = "\n".join(["| package | content |", "| --- | --- |", *rows])
    begin, end = "<!-- packages -->", "<!-- /packages -->"
    return re.sub(f"{begin}.*?{end}", f"{begin}\n{table}\n{end}", text, flags=re.DOTALL)


def _first_line(one: object) -> str:
    """The first line of a docstring, with its roles as Markdown."""
    line = (inspect.getdoc(one) or "").splitlines()[0].replace("``", "`")
    line = re.sub(r":math:`([^`]*)`", r"$\1$", line)
    line = re.sub(r":\w+:`(?:~(?:\w+\.)*)?([^`]*)`", r"`\1`", line)
    return line.replace("|", "\\|")


if __name__ == "__main__":
    pages = {ROOT / "docs" / "api.md": page()}
    for name in ("README.md", "CONTRIBUTING.md"):
        pages[ROOT / name] = with_packages((ROOT / name).read_text(encoding="utf-8"))
    for path, text in pages.items():
        with atomic_write(path) as draft:
            draft.write_text(text, encoding="utf-8")
