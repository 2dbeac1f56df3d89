"""What all stored questions have in common."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.question_file import QuestionFile
from fashiongraph.errors import DataError, FashionGraphError

QuestionsT = TypeVar("QuestionsT", bound="Questions")


@dataclass(frozen=True, eq=False, repr=False)
class Questions:
    """Base of the questions: their outfits, their file and their recipe.

    A subclass adds tensors with one row per question. Files name items by their identifiers, so
    that questions outlive the order of an item table.

    Args:
        items: The item table.
        ptr: Offsets of the outfits that are asked about [Q + 1].
        item_id: Rows of the item table, outfit after outfit [N].
        recipe: How the questions were made, as JSON can say it.
    """

    kind: ClassVar[str]
    """What the file calls these questions."""

    item_fields: ClassVar[tuple[str, ...]] = ("item_id",)
    """The fields that hold rows of the item table."""

    items: ItemTable
    ptr: Tensor
    item_id: Tensor
    recipe: dict[str, Any] = field(default_factory=dict, kw_only=True)

    def __len__(self) -> int:
        return self.ptr.numel() - 1

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} questions, {self.recipe})"

    @cached_property
    def asked(self) -> Outfits:
        """The outfit that each question stores [Q]."""
        return Outfits(self.items, self.ptr, self.item_id)

    @property
    def checksum(self) -> str:
        """SHA-256 of all that a file of these questions says, whatever the item table's order."""
        return self._file().checksum

    def select(self: QuestionsT, index: Tensor) -> QuestionsT:
        """The questions at the given positions, or where a boolean mask holds."""
        chosen = self.asked.select(index)
        rows = {name: getattr(self, name)[index] for name in self._row_fields()}
        return replace(self, ptr=chosen.ptr, item_id=chosen.item_id, **rows)

    def save(self, path: str | Path) -> None:
        """Write the questions with their recipe and checksum, under a temporary name first."""
        self._file().write(path)

    @classmethod
    def check_kind(cls, questions: Questions) -> None:
        """Do nothing if questions are of this kind.

        Raises:
            FashionGraphError: If they are of another.
        """
        if not isinstance(questions, cls):
            got = getattr(questions, "kind", type(questions).__name__)
            raise FashionGraphError(f"'questions' needs the kind {cls.kind!r} (got {got!r})")

    @classmethod
    def load(cls: type[QuestionsT], path: str | Path, items: ItemTable) -> QuestionsT:
        """Read questions back.

        Args:
            path: A file that :meth:`save` wrote.
            items: An item table that holds the questions' items, in any order.

        Raises:
            DataError: If the file is missing, damaged or altered, holds questions of another
                kind, or names an item that the table lacks.
        """
        file = QuestionFile.read(path)
        if file.kind != cls.kind:
            raise DataError(f"needs questions of the kind {cls.kind!r} (holds {file.kind!r})", path)
        row = items.ids.get_indexer(pd.Index(file.vocabulary, dtype=items.ids.dtype))
        if (row < 0).any():
            missing = file.vocabulary[int((row < 0).argmax())]
            raise DataError(f"asks about the item {missing!r}, which the item table lacks", path)
        try:
            arrays = {
                name: row[array].astype(np.int64) if name in cls.item_fields else array
                for name, array in file.arrays.items()
            }
            tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
            return cls(items=items, recipe=file.recipe, **tensors)
        except (IndexError, TypeError, FashionGraphError) as error:
            raise DataError(f"holds no proper questions: {error}", path) from error

    @classmethod
    def _row_fields(cls) -> list[str]:
        """Names of the fields with one row per question."""
        common = ("items", "ptr", "item_id", "recipe")
        return [f.name for f in fields(cls) if f.name not in common]

    def _check_rows(self) -> None:
        """Raise unless every field has one row per question."""
        for name in self._row_fields():
            if len(getattr(self, name)) != len(self):
                raise FashionGraphError(
                    f"'{name}' needs one row per question (got {len(getattr(self, name))} "
                    f"for {len(self)})"
                )

    def _file(self) -> QuestionFile:
        names = ["ptr", "item_id", *self._row_fields()]
        arrays = {name: getattr(self, name).numpy() for name in names}
        used = np.unique(np.concatenate([arrays[name].ravel() for name in self.item_fields]))
        used = used[self.items.ids[used].argsort()]  # by name: the table's order leaves no trace
        code = np.empty(len(self.items), dtype=np.int64)
        code[used] = np.arange(len(used))
        for name in self.item_fields:
            arrays[name] = code[arrays[name]]
        return QuestionFile(self.kind, list(self.items.ids[used]), self.recipe, arrays)
