"""Readers of the official Polyvore questions: compatibility and fill-in-the-blank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import torch
from numpy.typing import NDArray

import fashiongraph
from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.datasets.io.json_rows import arrow_rows, list_of, needed, read_json
from fashiongraph.errors import DataError
from fashiongraph.manifest import check_regular


def official_recipe(kind: str, source: str, **counts: int) -> dict[str, Any]:
    """Recipe of published questions.

    Args:
        kind: Kind of the questions.
        source: The file, relative to the release.
        **counts: Further numbers, such as ``left_out``.
    """
    version = {"fashiongraph": fashiongraph.__version__}
    return {"kind": kind, "protocol": "official", "source": source, **counts, **version}


@dataclass(frozen=True, eq=False)
class NamedItems:
    """Items by names such as ``214181831_1``: the outfit and the item's index in it.

    Args:
        items: The item table.
        names: The names [n].
        item_id: Row of the item table of each name [n].
        lenient: Whether a question with an unknown item is left out instead of an error.
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
            question: Question of each name [N].
            num_questions: Number Q of questions.

        Returns:
            Rows of the item table [N], arbitrary for unknown names, and whether all items of a
            question were found [Q].

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
        found = np.bincount(question[unknown], minlength=num_questions) == 0
        # An empty item table has no row to index; all names are unknown then.
        rows = self.item_id[place] if len(self.item_id) else place
        return rows.astype(np.int64), found


@dataclass(frozen=True, eq=False)
class Records:
    """Outfits of a published file.

    Args:
        outfits: One row an outfit: ``set_id`` and further columns.
        rows: One row for each item of an outfit, outfit after outfit: ``outfit``, its position
            in ``outfits``; ``name``, the item's name in question files; and further columns.
    """

    outfits: pd.DataFrame
    rows: pd.DataFrame

    @classmethod
    def concat(cls, splits: Mapping[str, Records]) -> Records:
        """Concatenate splits; the column ``split`` of ``outfits`` holds their names."""
        start = np.cumsum([0, *(len(split.outfits) for split in splits.values())])
        outfits = [split.outfits.assign(split=name) for name, split in splits.items()]
        rows = [
            split.rows.assign(outfit=split.rows["outfit"] + shift)
            for split, shift in zip(splits.values(), start, strict=False)
        ]
        return cls(pd.concat(outfits, ignore_index=True), pd.concat(rows, ignore_index=True))

    def check_names(self, file: Path) -> None:
        """Check that outfits and their items have unique names.

        Raises:
            DataError: If a ``set_id`` or a name repeats.
        """
        for field, values in (("set_id", self.outfits["set_id"]), ("index", self.rows["name"])):
            again = values[values.duplicated()]
            if len(again):
                rule = f"{field!r} needs to be unique (got {again.iloc[0]!r} again)"
                raise DataError(rule, file=file)

    def outfits_over(self, items: ItemTable, item_id: np.ndarray) -> Outfits:
        """The outfits over an item table.

        Args:
            items: The item table.
            item_id: Row of the item table for each of ``rows`` [N].
        """
        sizes = np.bincount(self.rows["outfit"], minlength=len(self.outfits))
        ptr = torch.from_numpy(np.append(0, sizes.cumsum()))
        ids = pd.Index(self.outfits["set_id"]).astype(str).rename(None)
        return Outfits(items, ptr, torch.from_numpy(item_id.astype(np.int64)), ids)


def nested_rows(
    set_id: pa.Array, lists: pa.Array, index: pa.Array
) -> dict[str, np.ndarray | pd.Series[str]]:
    """The columns ``outfit`` and ``name`` of :class:`Records`.

    Args:
        set_id: Identifier of each outfit [B].
        lists: A list per outfit, with an entry for each of its items [B].
        index: Index of each item in its outfit [N].
    """
    outfit = np.repeat(np.arange(len(lists)), lists.value_lengths().to_numpy())
    names = pc.binary_join_element_wise(set_id.take(outfit), index.cast(pa.string()), "_")
    return {"outfit": outfit, "name": names.to_pandas()}


def read_compatibility(path: Path, source: str, named: NamedItems) -> Compatibility:
    """Read lines of a label, 1 or 0, and the names of an outfit's items.

    Args:
        path: The file.
        source: Name of the file in the recipe.
        named: The items.

    Raises:
        DataError: If the file is missing or broken, or has an unknown item.
    """
    try:
        check_regular(path)
        lines = pa.array(path.read_text(encoding="utf-8").splitlines(), pa.string())
    except (OSError, ValueError) as error:
        raise DataError(f"needs to be readable as text ({error})", file=path) from error
    words = pc.utf8_split_whitespace(pc.utf8_trim_whitespace(lines))
    row = np.flatnonzero(np.asarray(pc.not_equal(pc.list_element(words, 0), "")))
    words = words.take(row)
    value = pc.index_in(pc.list_element(words, 0), pa.array(["0", "1"])).fill_null(-1)
    label = value.to_numpy().astype(np.int64)
    sizes = words.value_lengths().to_numpy().astype(np.int64) - 1
    wrong = (label < 0) | (sizes < 1)
    if wrong.any():
        line = int(row[wrong.argmax()]) + 1
        raise DataError("a line needs a label, 0 or 1, and an item at least", path, line)

    is_name = np.ones(int(sizes.sum()) + len(sizes), dtype=bool)
    is_name[np.cumsum(sizes + 1) - sizes - 1] = False  # the first word of a line is its label
    question = np.repeat(np.arange(len(sizes)), sizes)
    names = words.flatten().filter(pa.array(is_name))
    rows, found = named.find(path, names, question, len(sizes))
    label, sizes = label[found], sizes[found]
    return Compatibility(
        items=named.items,
        ptr=torch.from_numpy(np.append(0, sizes.cumsum())),
        item_id=torch.from_numpy(rows[found[question]]),
        label=torch.from_numpy(label),
        group=torch.from_numpy(_groups(label, sizes)),
        recipe=official_recipe(Compatibility.kind, source, left_out=int((~found).sum())),
    )


def _groups(label: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Group of a real outfit and its corrupted one [Q].

    If the k-th corrupted outfit has the size of the k-th real one, for every k, they form a group.
    Otherwise the source of corrupted outfits is unknown, and each outfit is a group.
    """
    group = np.arange(len(label))
    real, corrupted = (np.flatnonzero(label == value) for value in (1, 0))
    if len(real) == len(corrupted) and (sizes[real] == sizes[corrupted]).all():
        group[real] = group[corrupted] = np.arange(len(real))
    return group


Right = Literal["first", "same_outfit"]

_QUESTION = pa.struct(
    [
        needed("question", list_of(pa.string())),
        needed("answers", list_of(pa.string())),
        needed("blank_position", pa.int64()),
    ]
)


def read_fill_in_blank(path: Path, source: str, named: NamedItems, right: Right) -> FillInBlank:
    """Read FITB questions: the other items, the answers, and the position of the blank, from 1.

    Args:
        path: The file.
        source: Name of the file in the recipe.
        named: The items.
        right: The right answer: the ``"first"``, or the one from the question's
            ``"same_outfit"``.

    Raises:
        DataError: If the file is missing or broken, has an unknown item, or a question has
            no right answer.
    """
    records = arrow_rows(path, read_json(path, list), _QUESTION)
    beside, answers = records.field("question"), records.field("answers")
    sizes = beside.value_lengths().to_numpy().astype(np.int64)
    position = records.field("blank_position").to_numpy() - 1
    num_answers = answers.value_lengths().to_numpy()
    width = int(num_answers.max(initial=1))
    _check(path, num_answers == width, f"as many answers as others, {width}")
    outside = (position < 0) | (position > sizes)
    _check(path, ~outside, "a 'blank_position' from 1 to one more than the number of items")
    column = np.zeros(len(records), np.int64)
    if right == "same_outfit":
        column = _same_column(path, beside, answers, width)

    question = np.repeat(np.arange(len(records)), sizes)
    of_answer = np.repeat(np.arange(len(records)), width)
    names = pa.concat_arrays([beside.flatten(), answers.flatten()])
    rows, found = named.find(path, names, np.concatenate([question, of_answer]), len(records))
    beside_rows = rows[: len(question)][found[question]]
    candidates = rows[len(question) :].reshape(-1, width)[found]
    sizes, position, column = sizes[found] + 1, position[found], column[found]
    ptr = np.append(0, sizes.cumsum())
    blank = ptr[:-1] + position
    item_id = np.empty(int(ptr[-1]), np.int64)
    item_id[np.delete(np.arange(len(item_id)), blank)] = beside_rows
    item_id[blank] = candidates[np.arange(len(column)), column]
    return FillInBlank(
        items=named.items,
        ptr=torch.from_numpy(ptr),
        item_id=torch.from_numpy(item_id),
        position=torch.from_numpy(position),
        candidates=torch.from_numpy(candidates),
        answer=torch.from_numpy(column),
        recipe=official_recipe(FillInBlank.kind, source, left_out=int((~found).sum())),
    )


def _same_column(
    path: Path, beside: pa.ListArray, answers: pa.ListArray, width: int
) -> NDArray[np.int64]:
    """Column of the answer that comes from the question's outfit [Q]."""
    _check(path, beside.value_lengths().to_numpy() > 0, "an item beside the blank")
    source = _outfit(pc.list_element(beside, 0)).take(np.repeat(np.arange(len(beside)), width))
    same = np.asarray(pc.equal(_outfit(answers.flatten()), source))
    place, column = np.nonzero(same.reshape(-1, width))
    _check(path, np.bincount(place, minlength=len(beside)) == 1, "one answer from its outfit")
    return column.astype(np.int64)


def _outfit(names: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(names, "_[^_]*$", "")


def _check(path: Path, fits: NDArray[np.bool_], rule: str) -> None:
    if not fits.all():
        raise DataError(f"question {int(fits.argmin()) + 1} needs {rule}", file=path)
