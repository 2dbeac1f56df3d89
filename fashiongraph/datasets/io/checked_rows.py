"""Rows of a table that break no rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from fashiongraph.datasets.io.problems import Problems
from fashiongraph.datasets.io.table import Table


class CheckedRows:
    """Rows of a table that break no rule; the others are added to the problems.

    Args:
        table: The table, of n rows.
        problems: Collects broken rules.

    Attributes:
        kept: Where no rule is broken [n].
    """

    def __init__(self, table: Table, problems: Problems) -> None:
        self.table = table
        self.problems = problems
        self.kept = np.ones(len(table), dtype=bool)

    def drop(
        self,
        broken: np.ndarray,
        rule: Callable[[int], str],
        file: Path | None = None,
        row: np.ndarray | None = None,
    ) -> None:
        """Drop the rows that break a rule.

        Args:
            broken: Where the rule is broken [n]. Rows dropped earlier are ignored, so only the
                first rule that a row breaks is reported.
            rule: From a position in the table to the message.
            file: The broken file; by default the table's.
            row: Row of that file for each row of the table [n].
        """
        found = np.flatnonzero(broken & self.kept)
        self.problems.add(
            self.table.path if file is None else file,
            (self.table.row if row is None else row)[found],
            lambda index: rule(int(found[index])),
        )
        self.kept[found] = False

    def drop_blank(self, name: str) -> None:
        """Drop the rows whose value in a text column is empty or white space."""
        self.drop(self.table.is_blank(name), lambda _: f"{name!r} needs a value")

    def value(self, name: str, position: int) -> str:
        """A value of a text column as shown in a message."""
        return repr(self.table.columns[name][position].as_py())
