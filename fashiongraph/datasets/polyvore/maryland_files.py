"""The files of Maryland Polyvore, as published and as NGNN filtered them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from fashiongraph.datasets.json_rows import arrow_rows, list_of, needed, read_json
from fashiongraph.datasets.polyvore.records import Records, nested_rows
from fashiongraph.errors import DataError

_OUTFIT = pa.struct(
    [
        needed("set_id", pa.string()),
        pa.field("name", pa.string()),
        needed(
            "items",
            list_of(
                pa.struct(
                    [
                        needed("index", pa.int64()),
                        needed("categoryid", pa.int64()),
                        pa.field("name", pa.string()),
                        pa.field("image", pa.string()),
                    ]
                )
            ),
        ),
    ]
)
_NGNN_OUTFIT = pa.struct(
    [
        needed("set_id", pa.string()),
        needed("items_index", list_of(pa.int64())),
        needed("items_category", list_of(pa.int64())),
    ]
)


def read_original(path: Path) -> Records:
    """Read a ``*_no_dup.json`` of the release.

    Returns:
        Outfits with ``title``; rows with ``category`` (a number), ``title`` and ``image_url``.

    Raises:
        DataError: If the file is missing or broken.
    """
    records = arrow_rows(path, read_json(path, list), _OUTFIT)
    set_id, lists = records.field("set_id"), records.field("items")
    items = lists.flatten()
    outfits = {"set_id": set_id.to_pandas(), "title": _text(records.field("name"))}
    rows = {
        **nested_rows(set_id, lists, items.field("index")),
        "category": items.field("categoryid").to_numpy(),
        "title": _text(items.field("name")),
        "image_url": _text(items.field("image")),
    }
    return _checked(path, Records(pd.DataFrame(outfits), pd.DataFrame(rows)))


def read_ngnn(path: Path) -> Records:
    """Read an ``ngnn_*.json``: outfits that :func:`ngnn_filter` left, without titles.

    Raises:
        DataError: If the file is missing or broken.
    """
    records = arrow_rows(path, read_json(path, list), _NGNN_OUTFIT)
    set_id, index, category = (records.field(field.name) for field in _NGNN_OUTFIT)
    differ = index.value_lengths().to_numpy() != category.value_lengths().to_numpy()
    if differ.any():
        number = int(differ.argmax()) + 1
        raise DataError(
            f"record {number} needs as many 'items_index' as 'items_category'", file=path
        )
    rows = {
        **nested_rows(set_id, index, index.flatten()),
        "category": category.flatten().to_numpy(),
    }
    outfits = pd.DataFrame({"set_id": set_id.to_pandas()})
    return _checked(path, Records(outfits, pd.DataFrame(rows)))


def ngnn_filter(records: Records, min_count: int = 100) -> Records:
    """Leave what NGNN trains on: frequent categories, one item of each, outfits of 3 to 8 items.

    Args:
        records: Outfits of all splits, with the columns ``split`` and ``category``.
        min_count: How many items of a category the training outfits must hold.

    Source: Cui, Li, Wu, Zhang, Wang, "Dressing as a whole: outfit compatibility learning based
    on node-wise graph neural networks", and the files that its authors published.
    """
    split = records.outfits["split"].to_numpy()[records.rows["outfit"]]
    counts = records.rows["category"][split == "train"].value_counts()
    return keep_categories(records, counts.index[counts >= min_count])


def keep_categories(records: Records, categories: Collection[int]) -> Records:
    """The first item of each of some categories, at most 8, in outfits that have 3 of them."""
    rows = records.rows[records.rows["category"].isin(categories)]
    rows = rows.drop_duplicates(["outfit", "category"])
    rows = rows[rows.groupby("outfit").cumcount() < 8]
    kept = np.bincount(rows["outfit"], minlength=len(records.outfits)) >= 3
    rows = rows[kept[rows["outfit"]]]
    position = np.cumsum(kept) - 1
    return Records(
        records.outfits[kept].reset_index(drop=True),
        rows.assign(outfit=position[rows["outfit"]]).reset_index(drop=True),
    )


def read_category_names(path: Path) -> pd.Series[str]:
    """Read ``category_id.txt``: the name of each category, by its number.

    Raises:
        DataError: If a line is not a number and a name, or one of them repeats.
    """
    try:
        lines = pd.Series(path.read_text(encoding="utf-8").splitlines(), dtype=str).str.strip()
    except (OSError, ValueError) as error:
        raise DataError(f"needs to be readable as text ({error})", file=path) from error
    lines = lines[lines != ""]
    table = lines.str.extract(r"^(?P<number>[0-9]{1,9}) +(?P<name>.*\D.*)$")
    wrong = table.isna().any(axis=1) | table["number"].duplicated() | table["name"].duplicated()
    if wrong.any():
        row, line = wrong[wrong].index[0], lines[wrong].iloc[0]
        raise DataError(
            f"a line needs a number and a name of its own (got {line!r})", path, row + 1
        )
    return table.set_index(table["number"].astype(np.int64))["name"]


def _text(values: pa.Array) -> pd.Series[str]:
    text: pd.Series[str] = values.fill_null("").to_pandas()
    return text


def _checked(path: Path, records: Records) -> Records:
    records.check_names(path)
    return records
