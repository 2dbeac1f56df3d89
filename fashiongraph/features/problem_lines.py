"""What is wrong with pictures, in a few lines however many there are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

_SHOWN = 10


def problem_lines(problems: Mapping[str, str]) -> list[str]:
    """The first pictures that cannot be encoded, how many more there are, and what may be why.

    Args:
        problems: Why, by path.
    """
    lines = [f"{path}: {reason}" for path, reason in islice(problems.items(), _SHOWN)]
    if len(problems) > _SHOWN:
        lines.append(f"… and {len(problems) - _SHOWN:,} more")
    if os.sep != "\\" and any("\\" in path for path in problems):
        lines.append("some of these paths hold a backslash; here '/' parts folders")
    if any(part != part.strip() for path in problems for part in Path(path).parts):
        lines.append("some of these paths begin or end with a space, or hold one beside a '/'")
    return lines
