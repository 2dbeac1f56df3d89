"""Fashion32 as a third party re-keyed a part of it: one file, labels as ``{number: name}``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fashiongraph.datasets.fashion32_files.labels import Labels, labelled_block
from fashiongraph.datasets.json_rows import arrow_rows, list_of, needed, read_json
from fashiongraph.datasets.streaming.gathered import OutfitBlock

_TEXT = pa.string()
_NAME = pa.map_(_TEXT, _TEXT)
_LABELS = {
    "pattern": "pattern",
    "material": "material",
    "shape": "sleeve_type",
    "group": "category",
    "label": "label",
}
_ITEM = pa.struct(
    [
        needed("sku_id", pa.int64()),
        pa.field("item_name", _TEXT),
        pa.field("cate3_id", pa.int64()),
        pa.field("image_name", _TEXT),
        *(needed(name, list_of(_NAME)) for name in _LABELS.values()),
    ]
)
_THEMES = {name: f"outfit_{name}" for name in ("fit", "gender", "occasion", "style")}
_OUTFIT = pa.struct(
    [
        needed("outfit_id", pa.int64()),
        needed("items", list_of(_ITEM)),
        *(pa.field(name, _NAME) for name in _THEMES.values()),
    ]
)


def read_rekeyed(path: Path) -> OutfitBlock:
    """Read a file such as ``val_data.json``.

    Raises:
        DataError: If the file is missing or broken.
    """
    records = arrow_rows(path, read_json(path, dict).values(), _OUTFIT)
    outfit_id, lists = records.field("outfit_id").cast(_TEXT), records.field("items")
    sizes = lists.value_lengths().to_numpy()
    items = lists.flatten()
    of_item = outfit_id.take(pa.array(np.repeat(np.arange(len(sizes)), sizes)))
    rows = {
        "item_id": items.field("sku_id").cast(_TEXT),
        "title": items.field("item_name"),
        "cate3": items.field("cate3_id").cast(_TEXT),
        "image": pc.binary_join_element_wise(of_item, items.field("image_name"), "/"),
    }
    themes = {
        name: _labels(records.field(field), np.arange(len(sizes)))
        for name, field in _THEMES.items()
    }
    labels = {}
    for name, field in _LABELS.items():
        nested = items.field(field)
        owner = np.repeat(np.arange(len(items)), nested.value_lengths().to_numpy())
        labels[name] = _labels(nested.flatten(), owner)
    return labelled_block(outfit_id, themes, sizes, rows, labels)


def _labels(names: pa.MapArray, owner: np.ndarray) -> Labels:
    """The names in maps from numbers to names; ``owner`` has an entry a map."""
    pairs = names.cast(pa.list_(pa.struct({"key": _TEXT, "value": _TEXT})))
    sizes = pairs.value_lengths().fill_null(0).to_numpy()
    return Labels(np.repeat(owner, sizes), pairs.flatten().field("value"))
