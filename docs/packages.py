"""Write the tables of packages in ``README.md`` and ``CONTRIBUTING.md``.

python docs/packages.py
"""

from __future__ import annotations

import re
from pathlib import Path

import fashiongraph
from fashiongraph.files import atomic_write

ROOT = Path(__file__).resolve().parents[1]


def with_packages(text: str) -> str:
    """A page with the table of packages between its markers."""
    rows = [f"| `{name}` | {line} |" for name, line in fashiongraph.PACKAGES.items()]
    table = "\n".join(["| package | content |", "| --- | --- |", *rows])
    begin, end = "<!-- packages -->", "<!-- /packages -->"
    return re.sub(f"{begin}.*?{end}", f"{begin}\n{table}\n{end}", text, flags=re.DOTALL)


if __name__ == "__main__":
    for name in ("README.md", "CONTRIBUTING.md"):
        text = with_packages((ROOT / name).read_text(encoding="utf-8"))
        with atomic_write(ROOT / name) as draft:
            draft.write_text(text, encoding="utf-8")
