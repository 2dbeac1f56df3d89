"""Features for a set that brings none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from fashiongraph.datasets.tables.feature_card import check_feature_card
from fashiongraph.datasets.tables.feature_file import nonfinite_rows, open_features
from fashiongraph.datasets.wardrobe import Wardrobe
from fashiongraph.errors import DataError

AnyWardrobe = TypeVar("AnyWardrobe", bound=Wardrobe)


def attach_features(wardrobe: AnyWardrobe, files: Sequence[str | Path]) -> AnyWardrobe:
    """Give a wardrobe the features of some ``.npy`` files, side by side.

    Args:
        wardrobe: A data set; its features are replaced. Without files it stays as it is.
        files: One row per item each, in the order of ``wardrobe.items``. A single file stays
            memory-mapped.

    Raises:
        DataError: If a file cannot be read or its rows do not fit the items, or
            were made for others.
    """
    arrays = [open_features(Path(file)) for file in files]
    for file, array in zip(files, arrays, strict=True):
        if len(array) != wardrobe.num_items:
            raise DataError(
                f"needs one row per item, {wardrobe.num_items} (got {len(array)})", file
            )
        check_feature_card(Path(file), np.asarray(wardrobe.items.ids, dtype=object))
        broken = nonfinite_rows(array)
        if len(broken):
            item = wardrobe.items.ids[int(broken[0])]
            raise DataError(
                f"features need to be finite (row {int(broken[0])}, counted from 0, of item "
                f"{item!r} is not)",
                file,
            )
    if arrays:
        rows = torch.from_numpy(arrays[0] if len(arrays) == 1 else np.hstack(arrays))
        wardrobe.outfits = wardrobe.outfits.with_items(wardrobe.items.with_features(rows))
    return wardrobe
