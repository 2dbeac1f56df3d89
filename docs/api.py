"""Writes ``docs/api.md``: every public name of every room, with the first line of its docstring.

python docs/api.py
"""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path

from fashiongraph.files import atomic_write

ROOMS = (
    "nn",
    "data",
    "datasets",
    "features",
    "models",
    "models.controls",
    "metrics",
    "evaluation",
    "retrieval",
    "export",
    "training",
)
HEAD = """# All public names

Made of the docstrings by `python docs/api.py`. Each name's own docstring, `help(name)`, has its
equation, shapes, errors and source.
"""


def page() -> str:
    """The page as Markdown."""
    parts = [HEAD]
    for room in ROOMS:
        module = import_module(f"fashiongraph.{room}")
        parts += [
            f"## fashiongraph.{room}",
            f"{_first_line(module)}\n",
            "| name | what |",
            "| --- | --- |",
        ]
        for name in sorted(module.__all__, key=str.lower):
            one = getattr(module, name)
            if inspect.isclass(one) or inspect.isfunction(one):
                parts.append(f"| `{name}` | {_first_line(one)} |")
        parts.append("")
    return "\n".join(parts)


def _first_line(one: object) -> str:
    """The first line of a docstring, its roles as Markdown has them."""
    line = (inspect.getdoc(one) or "").splitlines()[0].replace("``", "`")
    line = re.sub(r":math:`([^`]*)`", r"$\1$", line)
    line = re.sub(r":\w+:`(?:~(?:\w+\.)*)?([^`]*)`", r"`\1`", line)
    return line.replace("|", "\\|")


if __name__ == "__main__":
    with atomic_write(Path(__file__).with_name("api.md")) as draft:
        draft.write_text(page(), encoding="utf-8")
