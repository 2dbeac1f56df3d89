"""Base class of stored questions."""

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
    """Base of stored questions: their outfits, file and provenance.

    A subclass adds tensors with one row per question. Files refer to items by identifier, so they
    do not depend on the order of an item table.

    Args:
        items: The item table.
        ptr: Offsets of the outfits [Q + 1].
        item_id: Rows of the item table, outfit after outfit [N].
        recipe: Provenance of the questions, serialisable as JSON.
    """

    kind: ClassVar[str]
    """Name of the kind in files."""

    item_fields: ClassVar[tuple[str, ...]] = ("item_id",)
    """Names of the fields with rows of the item table."""

    shared_fields: ClassVar[tuple[str, ...]] = ()
    """Names of the fields that all questions share."""

    items: ItemTable
    ptr: Tensor
    item_id: Tensor
    recipe: dict[str, Any] = field(default_factory=dict, kw_only=True)

    def __len__(self) -> int:
        return self.ptr.numel() - 1

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} questions, {self.recipe})"

    @cached_property
    def source_outfits(self) -> Outfits:
        """The stored outfit of each question [Q]."""
        return Outfits(self.items, self.ptr, self.item_id)

    @property
    def checksum(self) -> str:
        """SHA-256 of the contents of the file, independent of the order of the item table."""
        return self._file().checksum

    def select(self: QuestionsT, index: Tensor) -> QuestionsT:
        """Select questions by position or by a boolean mask."""
        chosen = self.source_outfits.select(index)
        rows = {name: getattr(self, name)[index] for name in self._row_fields()}
        return replace(self, ptr=chosen.ptr, item_id=chosen.item_id, **rows)

    def save(self, path: str | Path) -> None:
        """Write the questions with their recipe and checksum, atomically."""
        self._file().write(path)

    @classmethod
    def check_kind(cls, questions: Questions) -> None:
        """Check that questions are of this kind.

        Raises:
            FashionGraphError: If they are of another.
        """
        if not isinstance(questions, cls):
            got = getattr(questions, "kind", type(questions).__name__)
            raise FashionGraphError(f"'questions' needs the kind {cls.kind!r} (got {got!r})")

    @classmethod
    def load(cls: type[QuestionsT], path: str | Path, items: ItemTable) -> QuestionsT:
        """Load questions.

        Args:
            path: A file written by :meth:`save`.
            items: An item table with the items of the questions, in any order.

        Raises:
            DataError: If the file is missing, damaged or altered, holds questions of another
                kind, or an item is not in the table.
        """
        file = QuestionFile.read(path)
        if file.kind != cls.kind:
            raise DataError(f"needs questions of the kind {cls.kind!r} (holds {file.kind!r})", path)
        row = items.ids.get_indexer(pd.Index(file.vocabulary, dtype=items.ids.dtype))
        if (row < 0).any():
            missing = file.vocabulary[int((row < 0).argmax())]
            raise DataError(f"needs the item {missing!r}, which is not in the item table", path)
        try:
            arrays = {
                name: row[array].astype(np.int64) if name in cls.item_fields else array
                for name, array in file.arrays.items()
            }
            tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
            return cls(items=items, recipe=file.recipe, **tensors)
        except (IndexError, TypeError, FashionGraphError) as error:
            raise DataError(f"needs valid questions: {error}", path) from error

    @classmethod
    def _row_fields(cls) -> list[str]:
        """Names of the fields with one row per question."""
        common = ("items", "ptr", "item_id", "recipe", *cls.shared_fields)
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
        names = ["ptr", "item_id", *self._row_fields(), *self.shared_fields]
        arrays = {name: getattr(self, name).numpy() for name in names}
        used = np.unique(np.concatenate([arrays[name].ravel() for name in self.item_fields]))
        used = used[self.items.ids[used].argsort()]  # sorted by name
        code = np.empty(len(self.items), dtype=np.int64)
        code[used] = np.arange(len(used))
        for name in self.item_fields:
            arrays[name] = code[arrays[name]]
        return QuestionFile(self.kind, list(self.items.ids[used]), self.recipe, arrays)
