"""Values that are the same however they are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import numpy as np
import pandas as pd

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?(e[+-][0-9]{2,3})?")
"""A number as Python writes it: 007, 1_000 and 1E3 are codes."""


def find_values(texts: pd.Index[str], wanted: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """Find values among texts that may write them otherwise.

    A table's ``38`` may have become 38.0 and its ``2024-01-05`` a time at midnight before they were
    texts again. A value that is there as it is written is taken so; only another is looked for by
    its number, its date or time, or as true or false.

    Args:
        texts: Distinct texts [n].
        wanted: The values.

    Returns:
        Which texts are one of the values [n], and the values that none of them is.
    """
    found = np.asarray(texts.isin(wanted), bool)
    others = dict.fromkeys(wanted)
    for text in texts[found]:
        others.pop(text)
    if not others:
        return found, []
    meant = [_meaning(text) for text in texts]
    sought = {_meaning(value) for value in others}
    found |= np.fromiter((value in sought for value in meant), bool, len(meant))
    known = set(meant)
    return found, [value for value in others if _meaning(value) not in known]


def _meaning(text: str) -> Decimal | datetime | str:
    if _NUMBER.fullmatch(text):
        return Decimal(text)  # and no float, which would make one of large identifiers
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text.lower() if text.lower() in ("true", "false") else text
