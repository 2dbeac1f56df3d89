"""Items as question files name them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import DataError


@dataclass(frozen=True, eq=False)
class NamedItems:
    """Finds items by names such as ``214181831_1``, the outfit and the item's index in it.

    Args:
        items: The item table.
        names: The names [n].
        item_id: Row of the item table that each name stands for [n].
        lenient: Whether a question about an unknown item is left out, rather than an error.
    """

    items: ItemTable
    names: pd.Index[str]
    item_id: NDArray[np.int64]
    lenient: bool = False

    def find(
        self, path: Path, names: pa.Array, question: NDArray[np.int64], num_questions: int
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Look up the names in questions.

        Args:
            path: The file, for errors.
            names: Names of items [N].
            question: The question that asks about each [N].
            num_questions: Number Q of questions.

        Returns:
            Rows of the item table [N], of no meaning for unknown names, and whether each question
            is about known items only [Q].

        Raises:
            DataError: If a name is unknown, unless ``lenient``.
        """
        place = self.names.get_indexer(pd.Index(names.to_pandas()))
        unknown = place < 0
        if unknown.any() and not self.lenient:
            first = int(unknown.argmax())
            raise DataError(
                f"question {question[first] + 1} needs known items (got {names[first].as_py()!r})",
                file=path,
            )
        known = np.bincount(question[unknown], minlength=num_questions) == 0
        # Without any item there is no row to stand in for an unknown one, and none is needed.
        rows = self.item_id[place] if len(self.item_id) else place
        return rows.astype(np.int64), known
