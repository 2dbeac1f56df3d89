"""Rows of a table that hold to the rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from fashiongraph.datasets.io.problems import Problems
from fashiongraph.datasets.io.table import Table


class CheckedRows:
    """The rows of a table that break no rule; those that do are noted.

    Args:
        table: The table, of n rows.
        problems: Where broken rules go.

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
        """Keep no longer the rows that break a rule.

        Args:
            broken: Where the rule is broken [n]. Rows dropped earlier are passed over: only the
                first rule that a row breaks is noted.
            rule: From a position in the table to the words for the rule.
            file: The file at fault; by default the table's.
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
        """Drop the rows that hold nothing, or nothing but white space, in a text column."""
        self.drop(self.table.is_blank(name), lambda _: f"{name!r} needs a value")

    def value(self, name: str, position: int) -> str:
        """A value of a text column as it is shown in a rule."""
        return repr(self.table.columns[name][position].as_py())
