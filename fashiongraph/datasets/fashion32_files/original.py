"""Fashion32 as it was released: a folder an outfit, Chinese labels by the numbers of tags."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fashiongraph.datasets.fashion32_files.labels import Labels, labelled_block
from fashiongraph.datasets.json_rows import list_of, needed
from fashiongraph.datasets.streaming.gathered import OutfitBlock
from fashiongraph.datasets.streaming.json_files import files_below, json_files
from fashiongraph.datasets.streaming.numbered import Numbered

_TEXT = pa.string()
_TAGS = {
    "pattern": ["93"],
    "material": ["94"],
    "shape": ["95"],
    "group": ["97"],
    "label": ["98", "99"],  # of women's and of men's things
}
_NAMES = list_of(pa.struct([needed("label_name", _TEXT)]))
_ITEM = pa.struct(
    [
        needed("SKU_ID", _TEXT),
        pa.field("Name_Short", _TEXT),
        pa.field("Cate3_ID", _TEXT),
        pa.field("Image", _TEXT),
        pa.field("Tags", pa.struct({tag: _NAMES for tags in _TAGS.values() for tag in tags})),
    ]
)
_THEMES = {name: f"Outfit_{name.capitalize()}" for name in ("fit", "gender", "occasion", "style")}
_OUTFIT = pa.struct(
    [
        needed("Outfit_ID", _TEXT),
        needed("Items", list_of(_ITEM)),
        *(pa.field(name, _TEXT) for name in _THEMES.values()),
    ]
)


def read_original(folder: Path) -> Iterator[OutfitBlock]:
    """Read ``<outfit>/<outfit>.json`` below a folder, in blocks.

    Raises:
        DataError: If a file is broken.
    """
    for paths, records in json_files(files_below(folder), _OUTFIT):
        names = np.array([path.relative_to(folder).as_posix() for path in paths])
        place = Numbered(folder, "file", names)
        outfit_id, lists = records.field("Outfit_ID"), records.field("Items")
        place.check_text(outfit_id, "Outfit_ID")
        sizes = lists.value_lengths().to_numpy()
        items = lists.flatten()
        item_id, title, cate3, image, tags = (items.field(field.name) for field in _ITEM)
        place.repeat(sizes).check_text(item_id, "SKU_ID")
        folders = pa.array([path.parent.relative_to(folder).as_posix() for path in paths])
        of_item = folders.take(pa.array(np.repeat(np.arange(len(paths)), sizes)))
        rows = {
            "item_id": item_id,
            "title": title,
            "cate3": cate3,
            "image": pc.binary_join_element_wise(of_item, image, "/"),
        }
        themes = {name: _texts(records.field(field)) for name, field in _THEMES.items()}
        labels = {name: _labels(tags, numbers) for name, numbers in _TAGS.items()}
        yield labelled_block(outfit_id, themes, sizes, rows, labels)


def _texts(values: pa.Array) -> Labels:
    known = np.flatnonzero(values.is_valid().to_numpy(zero_copy_only=False))
    return Labels(known, values.drop_null())


def _labels(tags: pa.StructArray, numbers: list[str]) -> Labels:
    owners, words = [], []
    for number in numbers:
        lists = tags.field(number)
        sizes = lists.value_lengths().fill_null(0).to_numpy()
        owners.append(np.repeat(np.arange(len(lists)), sizes))
        words.append(lists.flatten().field("label_name"))
    return Labels(np.concatenate(owners), pa.concat_arrays(words))
