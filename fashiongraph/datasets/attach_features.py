"""Features from files for a data set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from fashiongraph.data.checks import LARGEST_FEATURE
from fashiongraph.datasets.io.feature_card import check_feature_card, source_in
from fashiongraph.datasets.io.feature_file import join_features, nonfinite_rows, open_features
from fashiongraph.datasets.outfit_dataset import OutfitDataset
from fashiongraph.errors import DataError

AnyDataset = TypeVar("AnyDataset", bound=OutfitDataset)


def attach_features(dataset: AnyDataset, files: Sequence[str | Path]) -> AnyDataset:
    """Replace the features of a data set by those of ``.npy`` files.

    Args:
        dataset: A data set, which is changed in place. Without files it is unchanged.
        files: Files with one row per item, in the order of ``dataset.items``. A single file stays
            memory-mapped; several are fused as in :class:`OutfitTables`.

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
    paths = [Path(file) for file in files]
    arrays = [open_features(path) for path in paths]
    ids = np.asarray(dataset.items.ids, dtype=object)
    sources = []
    for path, array in zip(paths, arrays, strict=True):
        if len(array) != dataset.num_items:
            raise DataError(f"needs one row per item, {dataset.num_items} (got {len(array)})", path)
        sources.append(source_in(dataset.root, path, check_feature_card(path, array, ids)))
        broken = nonfinite_rows(array, allow_missing=len(arrays) > 1)
        if len(broken):
            item = dataset.items.ids[int(broken[0])]
            raise DataError(
                f"features need to be finite and at most {LARGEST_FEATURE:g} "
                f"(row {int(broken[0])}, counted from 0, of item {item!r} is not)",
                path,
            )
    if arrays:
        items = dataset.items.with_features(join_features(arrays), sources)
        dataset.outfits = dataset.outfits.with_items(items)
    return dataset
