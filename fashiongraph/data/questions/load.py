"""Stored questions of any kind."""

from __future__ import annotations

from pathlib import Path

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.data.questions.question_file import QuestionFile
from fashiongraph.errors import DataError


def load_questions(path: str | Path, items: ItemTable) -> Compatibility | FillInBlank:
    """Read questions back, whichever kind the file holds.

    Args:
        path: A file that ``save`` wrote.
        items: An item table that holds the questions' items, in any order.

    Raises:
        DataError: If the file is missing, damaged or altered, or names an unknown item.
    """
    kind = QuestionFile.read(path).kind
    if kind == Compatibility.kind:
        return Compatibility.load(path, items)
    if kind == FillInBlank.kind:
        return FillInBlank.load(path, items)
    raise DataError(f"holds questions of an unknown kind, {kind!r}", path)
