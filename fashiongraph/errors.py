"""The errors of the library."""

from __future__ import annotations

from pathlib import Path


class FashionGraphError(ValueError):
    """Base of every error that bad input can cause; the message says what to mend."""


class DataError(FashionGraphError):
    """A file or table breaks a rule.

    Args:
        rule: The rule that was broken and the value that broke it.
        file: The file that holds the value.
        row: The row of the file, counted as a spreadsheet does: the header is row 1.
    """

    def __init__(self, rule: str, file: str | Path | None = None, row: int | None = None) -> None:
        place = "" if file is None else f"{file}: "
        if row is not None:
            place = f"{file}, row {row}: " if file is not None else f"row {row}: "
        super().__init__(place + rule)
        self.rule = rule
        self.file = None if file is None else Path(file)
        self.row = row
