"""The files of Polyvore Outfits, as published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from fashiongraph.datasets.json_rows import arrow_rows, list_of, needed, read_json
from fashiongraph.datasets.polyvore.records import Records, nested_rows
from fashiongraph.errors import DataError

_OUTFIT = pa.struct(
    [
        needed("set_id", pa.string()),
        needed(
            "items",
            list_of(pa.struct([needed("item_id", pa.string()), needed("index", pa.int64())])),
        ),
    ]
)
_ITEM = pa.struct(
    [
        needed("semantic_category", pa.string()),
        needed("category_id", pa.string()),
        pa.field("title", pa.string()),
        pa.field("url_name", pa.string()),
        pa.field("description", pa.string()),
    ]
)
_TITLE = pa.struct([pa.field("title", pa.string()), pa.field("url_name", pa.string())])


def read_outfits(path: Path) -> Records:
    """Read ``train.json``, ``valid.json`` or ``test.json`` of an edition.

    Returns:
        Outfits with ``set_id`` alone; rows with ``item``, an identifier.

    Raises:
        DataError: If the file is missing or broken.
    """
    records = arrow_rows(path, read_json(path, list), _OUTFIT)
    set_id, lists = records.field("set_id"), records.field("items")
    items = lists.flatten()
    rows = {
        **nested_rows(set_id, lists, items.field("index")),
        "item": items.field("item_id").to_pandas(),
    }
    found = Records(pd.DataFrame({"set_id": set_id.to_pandas()}), pd.DataFrame(rows))
    found.check_names(path)
    return found


def read_item_metadata(path: Path, ids: pd.Index[str]) -> pd.DataFrame:
    """Read what ``polyvore_item_metadata.json`` says of some items.

    Returns:
        ``semantic_category``, ``category_id``, ``title`` and ``description``, in the order of
        ``ids``. A missing title is what the address of the item calls it.

    Raises:
        DataError: If the file is missing or broken, or an item is not in it.
    """
    entries = read_json(path, dict)
    row = _keys(path, entries).get_indexer(ids)
    if (row < 0).any():
        raise DataError(f"needs an entry for the item {ids[row < 0][0]!r}", file=path)
    table = arrow_rows(path, entries.values(), _ITEM).take(row)
    columns = {name: table.field(name) for name in ("semantic_category", "category_id")}
    return pd.DataFrame(
        {
            **{name: column.to_pandas().str.strip() for name, column in columns.items()},
            "title": _title(table),
            "description": table.field("description").fill_null("").to_pandas(),
        }
    )


def read_outfit_titles(path: Path, set_ids: pd.Series[str]) -> np.ndarray:
    """Read the titles of some outfits from ``polyvore_outfit_titles.json``; "" where it has none.

    Raises:
        DataError: If the file is missing or broken.
    """
    entries = read_json(path, dict)
    row = _keys(path, entries).get_indexer(pd.Index(set_ids))
    titles = _title(arrow_rows(path, entries.values(), _TITLE)).to_numpy(dtype=object)
    return np.append(titles, "")[row]  # -1 picks the last entry


def read_fine_categories(path: Path) -> dict[str, str]:
    """Read the fine categories of ``categories.csv``: their names, by ``category_id``.

    The file gives most of them one name and some of them several, which are joined.

    Raises:
        DataError: If the file is missing, or a row is not made of three fields.
    """
    names = ["category_id", "fine", "semantic"]
    try:
        table = pd.read_csv(path, header=None, dtype=str, keep_default_na=False, encoding="utf-8")
        table = table.set_axis(names, axis=1).drop_duplicates(names[:2])
    except (OSError, ValueError) as error:
        raise DataError(f"needs to hold rows of three fields ({error})", file=path) from error
    joined = table.groupby("category_id")["fine"].agg(", ".join)
    return {str(key): f"{name} ({key})" for key, name in joined.items()}


def _keys(path: Path, entries: dict[str, Any]) -> pd.Index[str]:
    keys: pd.Series[str] = arrow_rows(path, entries, pa.string()).to_pandas()
    return pd.Index(keys)


def _title(table: pa.StructArray) -> pd.Series[str]:
    title: pd.Series[str] = table.field("title").fill_null("").to_pandas()
    return title.where(title.str.strip() != "", table.field("url_name").fill_null("").to_pandas())
