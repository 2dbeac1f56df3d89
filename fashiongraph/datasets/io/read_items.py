"""Table of items with files of features."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fashiongraph.data.feature_source import FeatureSource
from fashiongraph.datasets.io.feature_card import source_in
from fashiongraph.datasets.io.feature_file import open_features
from fashiongraph.datasets.io.item_rows import ItemRows
from fashiongraph.datasets.io.problems import Problems
from fashiongraph.datasets.io.table import Table


def read_items(
    root: Path, path: Path, files: Sequence[Path], problems: Problems
) -> tuple[ItemRows, list[np.ndarray], list[FeatureSource]]:
    r"""Read and check a table of items and files of features.

    Args:
        root: Folder of the data set.
        path: The table.
        files: Files of features.
        problems: Collects broken rules.

    Returns:
        The rows of the table, and the rows and the encoder of each file of features, for
        :meth:`ItemRows.item_table`.

    Raises:
        DataError: If a file cannot be read, or the features were made for other items.

    Example:
        >>> file = getfixture("tmp_path") / "items.csv"
        >>> _ = file.write_text("item_id,category\n1,shoes\n2,bags\n")
        >>> rows, features, sources = read_items(file.parent, file, [], Problems())
        >>> rows.item_table(features, sources).categories
        ['bags', 'shoes']
    """
    key = ["item_id", "category"]
    table = Table.read(path, problems, needed=key, text=[*key, "image", "title"])
    items = ItemRows(table, problems)
    features = [open_features(file) for file in files]
    sources = [
        source_in(root, file, items.check_features(file, array, len(features) > 1))
        for file, array in zip(files, features, strict=True)
    ]
    return items, features, sources
