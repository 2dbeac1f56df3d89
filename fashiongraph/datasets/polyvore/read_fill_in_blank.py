"""Published questions that ask for a missing item."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch
from numpy.typing import NDArray

from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.datasets.json_rows import arrow_rows, list_of, needed, read_json
from fashiongraph.datasets.polyvore.named_items import NamedItems
from fashiongraph.datasets.polyvore.official_recipe import official_recipe
from fashiongraph.errors import DataError

Right = Literal["first", "own_outfit"]

_QUESTION = pa.struct(
    [
        needed("question", list_of(pa.string())),
        needed("answers", list_of(pa.string())),
        needed("blank_position", pa.int64()),
    ]
)


def read_fill_in_blank(path: Path, source: str, named: NamedItems, right: Right) -> FillInBlank:
    """Read questions: the items beside the blank, the answers, and where the blank is, from 1.

    Args:
        path: The file.
        source: What the recipe calls it.
        named: The items.
        right: Which answer is right: the ``"first"``, or the one from the question's
            ``"own_outfit"``.

    Raises:
        DataError: If the file is missing or broken, asks about an unknown item, or does not say
            which answer is right.
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
    if right == "own_outfit":
        column = _own_column(path, beside, answers, width)

    question = np.repeat(np.arange(len(records)), sizes)
    asked = np.repeat(np.arange(len(records)), width)
    names = pa.concat_arrays([beside.flatten(), answers.flatten()])
    rows, known = named.find(path, names, np.concatenate([question, asked]), len(records))
    beside_rows = rows[: len(question)][known[question]]
    candidates = rows[len(question) :].reshape(-1, width)[known]
    sizes, position, column = sizes[known] + 1, position[known], column[known]
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
        recipe=official_recipe(FillInBlank.kind, source, left_out=int((~known).sum())),
    )


def _own_column(
    path: Path, beside: pa.ListArray, answers: pa.ListArray, width: int
) -> NDArray[np.int64]:
    """Column of the answer that comes from the question's own outfit [Q]."""
    _check(path, beside.value_lengths().to_numpy() > 0, "an item beside the blank")
    own = _outfit(pc.list_element(beside, 0)).take(np.repeat(np.arange(len(beside)), width))
    same = np.asarray(pc.equal(_outfit(answers.flatten()), own))
    place, column = np.nonzero(same.reshape(-1, width))
    _check(path, np.bincount(place, minlength=len(beside)) == 1, "one answer from its own outfit")
    return column.astype(np.int64)


def _outfit(names: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(names, "_[^_]*$", "")


def _check(path: Path, fits: NDArray[np.bool_], rule: str) -> None:
    if not fits.all():
        raise DataError(f"question {int(fits.argmin()) + 1} needs {rule}", file=path)
