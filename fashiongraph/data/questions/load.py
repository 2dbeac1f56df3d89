"""Loading of stored questions of any kind."""

from __future__ import annotations

from pathlib import Path

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.data.questions.item_retrieval import ItemRetrieval
from fashiongraph.data.questions.question_file import QuestionFile
from fashiongraph.errors import DataError


def load_questions(
    path: str | Path, items: ItemTable
) -> Compatibility | FillInBlank | ItemRetrieval:
    """Load questions of the kind that the file states.

    Args:
        path: A file written by ``save``.
        items: An item table with the items of the questions, in any order.

    Raises:
        DataError: If the file is missing, damaged or altered, or an item is not in the table.

    Example:
        >>> import tempfile, torch
        >>> from fashiongraph.data import Compatibility, ItemTable
        >>> items = ItemTable.from_lists(["a", "b"], ["top", "skirt"])
        >>> ptr, item_id = torch.tensor([0, 2]), torch.tensor([0, 1])
        >>> questions = Compatibility(items, ptr, item_id, torch.tensor([1]), torch.tensor([0]))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     questions.save(Path(folder, "questions.npz"))
        ...     load_questions(Path(folder, "questions.npz"), items)
        Compatibility(1 questions, {})
    """
    kind = QuestionFile.read(path).kind
    for questions in (Compatibility, FillInBlank, ItemRetrieval):
        if kind == questions.kind:
            return questions.load(path, items)
    raise DataError(f"holds questions of an unknown kind, {kind!r}", path)
