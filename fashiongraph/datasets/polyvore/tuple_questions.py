"""The official questions of Polyvore Outfits, from rows of whole numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.datasets.polyvore.official_recipe import official_recipe
from fashiongraph.datasets.polyvore.tuple_files import read_tuples
from fashiongraph.errors import DataError


def tuple_compatibility(
    real: Path, corrupted: Path, items: ItemTable, source: str
) -> Compatibility:
    """Real outfits, and for each of them one whose items are all others of the same types.

    Args:
        real: File of the real outfits.
        corrupted: File of the others, in the same order.
        items: The item table.
        source: What the recipe calls the questions.

    Raises:
        DataError: If a file is missing or broken, or they differ in length.
    """
    one, zero = read_tuples(real, items), read_tuples(corrupted, items)
    if len(one) != len(zero):
        raise DataError(f"an outfit for each of {len(one)} is needed (got {len(zero)})", corrupted)
    label = torch.tensor([1, 0]).repeat_interleave(len(one))
    return Compatibility(
        items=items,
        ptr=torch.cat([one.ptr, one.ptr[-1] + zero.ptr[1:]]),
        item_id=torch.cat([one.item_id, zero.item_id]),
        label=label,
        group=torch.arange(len(one)).repeat(2),
        recipe=official_recipe(Compatibility.kind, source, left_out=0),
    )


def tuple_fill_in_blank(real: Path, others: Path, items: ItemTable, source: str) -> FillInBlank:
    """Questions told by editions of an outfit that hold another item in one and the same place.

    The answer is candidate 0. A few editions repeat it: their questions have no right answer but
    a tie, and ``repeated`` counts them in the recipe.

    Args:
        real: File of the real outfits.
        others: File of equally many editions of each, outfit after outfit.
        items: The item table.
        source: What the recipe calls the questions.

    Raises:
        DataError: If a file is missing or broken, or an edition differs from its outfit in more
            than one place, in another place than others do, or in size.
    """
    asked, editions = read_tuples(real, items), read_tuples(others, items)
    position, wrong = _blanks(asked, editions, others)
    answer = asked.item_id[asked.ptr[:-1] + position].unsqueeze(1)
    repeated = int((wrong == answer).any(dim=1).sum())
    return FillInBlank(
        items=items,
        ptr=asked.ptr,
        item_id=asked.item_id,
        position=position,
        candidates=torch.cat([answer, wrong], dim=1),
        answer=torch.zeros(len(asked), dtype=torch.long),
        recipe=official_recipe(FillInBlank.kind, source, left_out=0, repeated=repeated),
    )


def _blanks(real: Outfits, others: Outfits, path: Path) -> tuple[torch.Tensor, torch.Tensor]:
    """Place where Q outfits differ from their R editions [Q], and the items there [Q, R]."""
    copies = len(others) // max(len(real), 1)
    if copies < 1 or len(others) != copies * len(real):
        rule = f"equally many editions of each of {len(real)} outfits are needed"
        raise DataError(f"{rule} (got {len(others)})", file=path)
    question = np.repeat(np.arange(len(real)), copies)
    _check(path, others.sizes.numpy() == real.sizes.numpy()[question], "the size of its outfit")
    rows = real.rows_of(torch.from_numpy(question)).numpy()
    differs = (others.item_id != real.item_id[rows]).numpy()
    edition = others.batch.numpy()[differs]
    _check(path, np.bincount(edition, minlength=len(others)) < 2, "one other item at most")
    place = np.full(len(others), -1)
    place[edition] = rows[differs] - real.ptr.numpy()[question[edition]]
    position = place.reshape(-1, copies).max(axis=1)
    agrees = (place == position[question]) | (place < 0)
    _check(path, agrees & (position[question] >= 0), "to differ where the other editions do")
    item = others.item_id[others.ptr[:-1] + torch.from_numpy(position[question])]
    return torch.from_numpy(position), item.view(-1, copies)


def _check(path: Path, fits: NDArray[np.bool_], rule: str) -> None:
    if not fits.all():
        raise DataError(f"an edition needs {rule}", path, int(fits.argmin()) + 1)
