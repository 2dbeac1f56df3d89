"""Features from files for a data set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from fashiongraph.datasets.io.feature_card import check_feature_card
from fashiongraph.datasets.io.feature_file import nonfinite_rows, open_features
from fashiongraph.datasets.outfit_dataset import OutfitDataset
from fashiongraph.errors import DataError

AnyDataset = TypeVar("AnyDataset", bound=OutfitDataset)


def attach_features(dataset: AnyDataset, files: Sequence[str | Path]) -> AnyDataset:
    """Replace the features of a data set by those of ``.npy`` files, concatenated.

    Args:
        dataset: A data set, which is changed in place. Without files it is unchanged.
        files: Files with one row per item, in the order of ``dataset.items``. A single file stays
            memory-mapped.

    Raises:
        DataError: If a file cannot be read or differs from its card, or its rows do not fit the
            items or were made for other items.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> dataset = SyntheticOutfits(num_items=60, num_outfits=20)
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "features.npy"
        >>> np.save(file, np.ones((60, 8), np.float16))
        >>> attach_features(dataset, [file])
        SyntheticOutfits(20 outfits, 60 items, 10 categories, 8 features)
    """
    arrays = [open_features(Path(file)) for file in files]
    for file, array in zip(files, arrays, strict=True):
        if len(array) != dataset.num_items:
            raise DataError(f"needs one row per item, {dataset.num_items} (got {len(array)})", file)
        check_feature_card(Path(file), array, np.asarray(dataset.items.ids, dtype=object))
        broken = nonfinite_rows(array)
        if len(broken):
            item = dataset.items.ids[int(broken[0])]
            raise DataError(
                f"features need to be finite (row {int(broken[0])}, counted from 0, of item "
                f"{item!r} is not)",
                file,
            )
    if arrays:
        rows = torch.from_numpy(arrays[0] if len(arrays) == 1 else np.hstack(arrays))
        dataset.outfits = dataset.outfits.with_items(dataset.items.with_features(rows))
    return dataset
