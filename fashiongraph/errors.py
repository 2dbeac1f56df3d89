"""Exceptions of the library."""

from __future__ import annotations

from pathlib import Path


class FashionGraphError(ValueError):
    """Base of all errors caused by invalid input.

    The message has the form ``'argument' needs rule (got value)``.

    Example:
        >>> raise FashionGraphError("'k' needs to be a positive integer (got -1)")
        Traceback (most recent call last):
        ...
        fashiongraph.errors.FashionGraphError: 'k' needs to be a positive integer (got -1)
    """


class DataError(FashionGraphError):
    """Invalid content of a file or table.

    Args:
        rule: The violated rule and the value that violates it.
        file: The file with the value.
        row: Row of the file, counted as in a spreadsheet: the header is row 1.

    Example:
        >>> print(DataError("'price' needs a number (got 'x')", "items.csv", row=3))
        items.csv, row 3: 'price' needs a number (got 'x')
    """

    def __init__(self, rule: str, file: str | Path | None = None, row: int | None = None) -> None:
        place = "" if file is None else f"{file}: "
        if row is not None:
            place = f"{file}, row {row}: " if file is not None else f"row {row}: "
        super().__init__(place + rule)
        self.rule = rule
        self.file = None if file is None else Path(file)
        self.row = row
