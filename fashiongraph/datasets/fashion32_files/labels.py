"""Labels of items and outfits as text columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from fashiongraph.datasets.streaming.gathered import OutfitBlock


class Labels(NamedTuple):
    """Words, and which item or outfit each is about.

    Args:
        owner: Position of the item or outfit [W].
        word: The words [W].
    """

    owner: np.ndarray
    word: pa.Array

    def first(self, count: int) -> pa.Array:
        """The first word about each of ``count`` owners, if any [count]."""
        position = np.full(count, -1)
        owners, first = np.unique(self.owner, return_index=True)
        position[owners] = first
        return self.word.take(pa.array(position, mask=position < 0))

    def joined(self, count: int) -> pa.Array:
        """The distinct words about each of ``count`` owners, sorted and with ``;`` between."""
        frame = pd.DataFrame({"owner": self.owner, "word": self.word.to_pandas()})
        frame = frame[frame["word"] != ""].drop_duplicates().sort_values(["owner", "word"])
        sizes = np.bincount(frame["owner"], minlength=count)
        offsets = np.append(0, sizes.cumsum()).astype(np.int32)
        words = pa.array(frame["word"].to_numpy(object), pa.string(), from_pandas=True)
        text = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), words), ";")
        return pc.if_else(pa.array(sizes > 0), text, None)


def labelled_block(
    outfit_id: pa.Array,
    themes: Mapping[str, Labels],
    sizes: np.ndarray,
    rows: Mapping[str, pa.Array],
    labels: Mapping[str, Labels],
) -> OutfitBlock:
    """Outfits with the columns of :class:`~fashiongraph.datasets.fashion32.Fashion32`.

    Args:
        outfit_id: Identifier of each outfit [B].
        themes: Theme labels of the outfits, by column.
        sizes: Number of items of each outfit [B].
        rows: ``item_id``, ``title``, ``cate3`` and ``image`` of each item of an outfit [N].
        labels: Labels of those items, by column; ``label`` settles the category.
    """
    texts = {name: values.joined(len(rows["item_id"])) for name, values in labels.items()}
    title = rows["title"].fill_null("")  # Arrow loses a row that has nothing to join
    tags = pc.binary_join_element_wise(title, *texts.values(), " ", null_handling="skip")
    category = labels["label"].first(len(rows["item_id"]))
    outfits = {name: values.joined(len(outfit_id)) for name, values in themes.items()}
    return OutfitBlock(
        pa.table({"outfit_id": outfit_id, **outfits}),
        sizes,
        pa.table({**rows, "category": category, **texts, "tags": pc.utf8_trim_whitespace(tags)}),
    )
