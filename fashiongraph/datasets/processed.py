"""Outfits on disk as a data set keeps them once its raw files are read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits

PROCESSED_FILES = ("items.parquet", "outfits.parquet", "arrays.safetensors")
FEATURES_FILE = "features.npy"


def write_processed(
    folder: Path, outfits: Outfits, outfit_columns: pd.DataFrame | None = None
) -> None:
    """Write outfits, their items and their further columns to a folder.

    Feature rows go to ``features.npy``. A set whose rows do not fit in memory passes an item
    table without features and writes that file itself, in the order of the items.

    Args:
        folder: An existing folder.
        outfits: The outfits of the whole set.
        outfit_columns: Further columns, one row per outfit.
    """
    items = outfits.items
    columns = pd.DataFrame(index=range(len(outfits))) if outfit_columns is None else outfit_columns
    _write_table(folder / PROCESSED_FILES[0], "item_id", items.ids, items.columns)
    _write_table(folder / PROCESSED_FILES[1], "outfit_id", outfits.ids, columns)
    save_file(
        {"ptr": outfits.ptr, "item_id": outfits.item_id, "category_id": items.category_id},
        folder / PROCESSED_FILES[2],
        metadata={"categories": json.dumps(items.categories)},
    )
    if items.features is not None:
        np.save(folder / FEATURES_FILE, items.features.numpy())


def read_processed(folder: Path) -> tuple[Outfits, pd.DataFrame]:
    """Read what :func:`write_processed` wrote; feature rows stay on disk."""
    with safe_open(folder / PROCESSED_FILES[2], framework="pt") as file:
        arrays = {name: file.get_tensor(name) for name in ("ptr", "item_id", "category_id")}
        categories = json.loads(file.metadata()["categories"])
    features = None
    if (folder / FEATURES_FILE).exists():
        # Copy-on-write: pages are read when touched, and the file is never changed.
        array = np.load(folder / FEATURES_FILE, mmap_mode="c", allow_pickle=False)
        features = torch.from_numpy(array)
    ids, columns = _read_table(folder / PROCESSED_FILES[0], "item_id")
    items = ItemTable(ids, arrays["category_id"], categories, features, columns)
    ids, columns = _read_table(folder / PROCESSED_FILES[1], "outfit_id")
    return Outfits(items, arrays["ptr"], arrays["item_id"], ids), columns


def _write_table(path: Path, key: str, ids: pd.Index[str], columns: pd.DataFrame) -> None:
    table = columns.reset_index(drop=True)
    table.insert(0, key, ids)  # as an array of NumPy it would be Python objects
    table.to_parquet(path, index=False)


def _read_table(path: Path, key: str) -> tuple[pd.Index[str], pd.DataFrame]:
    table = pq.read_table(path).to_pandas()
    return pd.Index(table.pop(key)).astype(str).rename(None), table
