"""Broken rules by file and row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from fashiongraph.errors import DataError


class _Broken(NamedTuple):
    row: np.ndarray
    rule: Callable[[int], str]


class Problems:
    """Rows that break a rule, collected so that one pass over the files reports them all.

    Example:
        >>> problems = Problems()
        >>> problems.add(Path("items.csv"), np.array([5, 3]), lambda i: "'category' needs a value")
        >>> problems.frame()
                file  row                      rule
        0  items.csv    3  'category' needs a value
        1  items.csv    5  'category' needs a value
    """

    def __init__(self) -> None:
        self._found: dict[Path, list[_Broken]] = {}

    def add(self, file: Path, row: np.ndarray, rule: Callable[[int], str]) -> None:
        """Add rows that break a rule.

        Args:
            file: The file.
            row: Its rows that break the rule [P], counted as :class:`DataError` does.
            rule: From a position in ``row`` to the message. Messages are built when shown: of a
                million broken rows, an error shows one.
        """
        if len(row):
            self._found.setdefault(file, []).append(_Broken(row, rule))

    def frame(self) -> pd.DataFrame:
        """All broken rules (``file``, ``row``, ``rule``), file after file, by row."""
        files, rows, rules = [], [], []
        for file, groups in self._found.items():
            row = np.concatenate([group.row for group in groups])
            rule = [group.rule(i) for group in groups for i in range(len(group.row))]
            order = np.argsort(row, kind="stable")
            files += [str(file)] * len(row)
            rows += row[order].tolist()
            rules += [rule[i] for i in order]
        return pd.DataFrame({"file": files, "row": np.array(rows, dtype=np.int64), "rule": rules})

    def check(self, consequence: str = "") -> None:
        """Check that no rule is broken.

        Args:
            consequence: Text before the message.

        Raises:
            DataError: With the first broken rule and the number of others.
        """
        for file, groups in self._found.items():
            first = min(groups, key=lambda group: int(group.row.min()))
            position = int(first.row.argmin())
            others = sum(len(g.row) for broken in self._found.values() for g in broken) - 1
            more = f" (and {others:,} more {'problem' if others == 1 else 'problems'})"
            raise DataError(
                consequence + first.rule(position) + (more if others else ""),
                file=file,
                row=int(first.row[position]),
            )
