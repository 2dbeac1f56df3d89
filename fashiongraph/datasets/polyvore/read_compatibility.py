"""Published lists of real and corrupted outfits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch
from numpy.typing import NDArray

from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.datasets.polyvore.named_items import NamedItems
from fashiongraph.datasets.polyvore.official_recipe import official_recipe
from fashiongraph.errors import DataError


def read_compatibility(path: Path, source: str, named: NamedItems) -> Compatibility:
    """Read lines that are each made of a label, 1 or 0, and the names of an outfit's items.

    Args:
        path: The file.
        source: What the recipe calls it.
        named: The items.

    Raises:
        DataError: If the file is missing or broken, or asks about an unknown item.
    """
    try:
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
    rows, known = named.find(path, names, question, len(sizes))
    label, sizes = label[known], sizes[known]
    return Compatibility(
        items=named.items,
        ptr=torch.from_numpy(np.append(0, sizes.cumsum())),
        item_id=torch.from_numpy(rows[known[question]]),
        label=torch.from_numpy(label),
        group=torch.from_numpy(_groups(label, sizes)),
        recipe=official_recipe(Compatibility.kind, source, left_out=int((~known).sum())),
    )


def _groups(label: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The real outfit that each outfit comes from [Q].

    Where the k-th corrupted outfit is as large as the k-th real one, for every k, it was made
    from that one. Otherwise nothing says where outfits come from, and each stands alone.
    """
    group = np.arange(len(label))
    real, corrupted = (np.flatnonzero(label == value) for value in (1, 0))
    if len(real) == len(corrupted) and (sizes[real] == sizes[corrupted]).all():
        group[real] = group[corrupted] = np.arange(len(real))
    return group
