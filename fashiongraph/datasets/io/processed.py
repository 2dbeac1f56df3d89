"""Processed files of a data set: outfits, items, columns and features."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from safetensors import safe_open

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import DataError
from fashiongraph.files import save_array, save_tensors
from fashiongraph.manifest import DAMAGED, check_regular

PROCESSED_FILES = ("items.parquet", "outfits.parquet", "arrays.safetensors")
FEATURES_FILE = "features.npy"

_DAMAGED = (*DAMAGED, pa.ArrowException)


def write_processed(
    folder: Path, outfits: Outfits, outfit_columns: pd.DataFrame | None = None
) -> None:
    """Write outfits, their items and their further columns to a folder.

    Feature rows go to ``features.npy``. A data set whose rows do not fit in memory passes an
    item table without features and writes that file itself, in the order of the items.

    Args:
        folder: An existing folder.
        outfits: All outfits of the data set.
        outfit_columns: Further columns, one row per outfit.
    """
    items = outfits.items
    columns = pd.DataFrame(index=range(len(outfits))) if outfit_columns is None else outfit_columns
    _write_table(folder / PROCESSED_FILES[0], "item_id", items.ids, items.columns)
    _write_table(folder / PROCESSED_FILES[1], "outfit_id", outfits.ids, columns)
    arrays = {"ptr": outfits.ptr, "item_id": outfits.item_id, "category_id": items.category_id}
    categories = {"categories": json.dumps(items.categories)}
    save_tensors(arrays, folder / PROCESSED_FILES[2], categories)
    if items.features is not None:
        save_array(folder / FEATURES_FILE, items.features.numpy())


def read_processed(folder: Path) -> tuple[Outfits, pd.DataFrame]:
    """Read the files of :func:`write_processed`; feature rows stay on disk.

    Raises:
        DataError: If a file is damaged or missing, or they do not fit each other.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> folder = getfixture("tmp_path")
        >>> write_processed(folder, SyntheticOutfits.attributes_only(60))
        >>> read_processed(folder)[0]
        Outfits(60 outfits, 248 rows)
    """
    with _readable(folder / PROCESSED_FILES[2]) as path, safe_open(path, framework="pt") as file:
        arrays = {name: file.get_tensor(name) for name in ("ptr", "item_id", "category_id")}
        categories = json.loads(file.metadata()["categories"])
    features = None
    if (folder / FEATURES_FILE).exists():
        with _readable(folder / FEATURES_FILE) as path:
            # Copy-on-write: pages are read when touched, and the file is never changed.
            array = np.load(path, mmap_mode="c", allow_pickle=False)
            features = torch.from_numpy(array)
    ids, columns = _read_table(folder / PROCESSED_FILES[0], "item_id")
    outfit_ids, outfit_columns = _read_table(folder / PROCESSED_FILES[1], "outfit_id")
    with _readable(folder):
        items = ItemTable(ids, arrays["category_id"], categories, features, columns)
        return Outfits(items, arrays["ptr"], arrays["item_id"], outfit_ids), outfit_columns


def _write_table(path: Path, key: str, ids: pd.Index[str], columns: pd.DataFrame) -> None:
    table = columns.reset_index(drop=True)
    table.insert(0, key, ids)  # a NumPy array would hold Python objects
    table.to_parquet(path, index=False)


def _read_table(path: Path, key: str) -> tuple[pd.Index[str], pd.DataFrame]:
    with _readable(path):
        table = pq.read_table(path).to_pandas()
        return pd.Index(table.pop(key)).astype(str).rename(None), table


@contextmanager
def _readable(path: Path) -> Iterator[Path]:
    if path.suffix:
        check_regular(path)
    try:
        yield path
    except _DAMAGED as error:
        raise DataError(
            f"cannot be read ({error}); force_reload=True writes it again from the raw files",
            file=path,
        ) from error
