"""The interactive questions about Maryland Polyvore."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch

from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.datasets.json_rows import arrow_rows, list_of, needed, read_json
from fashiongraph.datasets.polyvore.named_items import NamedItems
from fashiongraph.datasets.polyvore.official_recipe import official_recipe
from fashiongraph.errors import DataError

_OUTFIT = pa.struct(
    [
        needed("answers", list_of(pa.string())),
        needed("questions", list_of(list_of(pa.string()))),
    ]
)


def read_interactive(path: Path, source: str, named: NamedItems) -> FillInBlank:
    """Read outfits (``answers``) with a list of choices for each of their items (``questions``).

    The right choice is the last. Nearly all questions have five choices; the others are left out
    and counted in the recipe, since questions of one set have equally many candidates.

    Args:
        path: The file.
        source: What the recipe calls it.
        named: The items.

    Raises:
        DataError: If the file is missing or broken, or asks about an unknown item.
    """
    records = arrow_rows(path, read_json(path, list), _OUTFIT)
    answers, questions = records.field("answers"), records.field("questions")
    sizes = answers.value_lengths().to_numpy().astype(np.int64)
    differ = sizes != questions.value_lengths().to_numpy()
    if differ.any():
        number = int(differ.argmax()) + 1
        raise DataError(f"record {number} needs a question for each of its answers", file=path)
    items, choices = answers.flatten(), questions.flatten()
    outfit = np.repeat(np.arange(len(records)), sizes)
    num_choices = choices.value_lengths().to_numpy().astype(np.int64)
    width = int(num_choices.max(initial=1))

    full = np.flatnonzero(num_choices == width)
    candidates = choices.take(full).flatten()
    last = candidates.take(np.arange(len(full)) * width + width - 1)
    wrong = np.asarray(pc.not_equal(last, items.take(full)))
    if wrong.any():
        number = int(outfit[full[wrong.argmax()]]) + 1
        raise DataError(f"record {number} needs its answers as the last choices", file=path)

    item_rows, known_outfit = named.find(path, items, outfit, len(records))
    asked = np.repeat(np.arange(len(full)), width)
    rows, known = named.find(path, candidates, asked, len(full))
    known &= known_outfit[outfit[full]]
    kept = Outfits(
        named.items,
        torch.from_numpy(np.append(0, sizes[known_outfit].cumsum())),
        torch.from_numpy(item_rows[known_outfit[outfit]]),
    )
    place = np.cumsum(known_outfit) - 1  # of an outfit among those that are kept
    full = full[known]
    asked_about = kept.select(torch.from_numpy(place[outfit[full]]))
    start = np.cumsum(sizes) - sizes
    return FillInBlank(
        items=named.items,
        ptr=asked_about.ptr,
        item_id=asked_about.item_id,
        position=torch.from_numpy(full - start[outfit[full]]),
        candidates=torch.from_numpy(rows.reshape(-1, width)[known]),
        answer=torch.full((len(full),), width - 1),
        recipe=official_recipe(FillInBlank.kind, source, left_out=len(choices) - len(full)),
    )
