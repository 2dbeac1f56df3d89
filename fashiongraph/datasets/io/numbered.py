"""Positions of values in a file, and checks that report them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from fashiongraph.errors import DataError


@dataclass(frozen=True, eq=False)
class Numbered:
    """Positions of n values in a file, for error messages.

    Args:
        file: The file.
        unit: ``"record"``, ``"line"`` or ``"file"``.
        number: Number (or name) of the record or line of each value, counted from 1 [n].
    """

    file: Path
    unit: str
    number: np.ndarray

    def repeat(self, sizes: np.ndarray) -> Numbered:
        """Positions of the elements of lists of the given sizes, one list per value."""
        return Numbered(self.file, self.unit, np.repeat(self.number, sizes))

    def refuse(self, broken: np.ndarray, rule: Callable[[int], str]) -> None:
        """Check that no value breaks a rule.

        Args:
            broken: Where the rule is broken [n].
            rule: From a position to the message.

        Raises:
            DataError: With the position of the first value that breaks it.
        """
        if broken.any():
            first = int(broken.argmax())
            message = f"{self.unit} {self.number[first]} needs {rule(first)}"
            raise DataError(message, file=self.file)

    def check_text(self, values: pa.Array, name: str) -> None:
        """Check that every value is text that is not blank.

        Raises:
            DataError: If one is missing or blank.
        """
        length = pc.binary_length(pc.utf8_trim_whitespace(values)).fill_null(0)
        self.refuse(length.to_numpy() == 0, lambda _: f"a value in {name!r}")

    def whole_numbers(self, values: pa.Array, name: str) -> pa.Array:
        """Convert text to integers; empty text is missing.

        Raises:
            DataError: If a text is not a whole number of at most 18 digits.
        """
        blank = pc.equal(values, "").fill_null(True)
        fits = pc.or_(pc.match_substring_regex(values, "^-?[0-9]{1,18}$"), blank)
        self._refuse_value(fits, values, name, "a whole number")
        return pc.if_else(blank, None, values).cast(pa.int64())

    def dates(self, values: pa.Array, name: str) -> pa.Array:
        """Convert text such as ``2015-03-31`` to timestamps; empty text is missing.

        Raises:
            DataError: If a text is not a date.
        """
        blank = pc.equal(values, "").fill_null(True)
        found = pd.to_datetime(values.to_pandas(), format="%Y-%m-%d", errors="coerce")
        dates = pa.array(found, pa.timestamp("s"), from_pandas=True)
        self._refuse_value(pc.or_(dates.is_valid(), blank), values, name, "a date")
        return dates

    def _refuse_value(self, fits: pa.Array, values: pa.Array, name: str, kind: str) -> None:
        broken = ~np.asarray(fits.fill_null(True).to_numpy(zero_copy_only=False), dtype=bool)
        self.refuse(broken, lambda i: f"{kind} in {name!r} (got {values[i].as_py()!r})")
