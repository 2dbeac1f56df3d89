"""Fashion32, the data set of ADD-GNN: outfits of designers, with themes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from fashiongraph.datasets.io.gathered import OutfitBlock, gather, item_table
from fashiongraph.datasets.io.json_files import files_below, json_files
from fashiongraph.datasets.io.json_rows import arrow_rows, list_of, needed, read_json
from fashiongraph.datasets.io.numbered import Numbered
from fashiongraph.datasets.io.processed import write_processed
from fashiongraph.datasets.io.released_dataset import ReleasedDataset

_REKEYED = "val_data.json"
_TEXT = pa.string()


class Fashion32(ReleasedDataset):
    """Fashion32: outfits composed by designers from articles sold online, with Chinese labels.

    ================= ======= ============= ======= ========== =====
    layout            outfits items in them items   categories sizes
    ================= ======= ============= ======= ========== =====
    original          13,981  about 40,700  27,929  96         2-3
    re-keyed subset   930     2,682         2,503   77         1-3
    ================= ======= ============= ======= ========== =====

    The release lies in ``root/raw``, or in ``root`` itself, in one of two layouts:

    - original: ``images/<outfit>/<outfit>.json`` for each outfit, its pictures beside it;
    - re-keyed: ``val_data.json``, a subset; its pictures, if any, lie as in the original layout.

    An item is an article for sale (SKU). One in several outfits is one item, so that an audit of
    splits finds it, and takes its columns from its first record. Its category is its first women's
    or men's label, or none (``-1``); the authors count 90 categories.

    Columns of the items: ``title``; ``label``, ``group``, ``pattern``, ``material`` and ``shape``
    (or sleeve), the names of labels joined by ``;``; ``cate3``, the seller's category; ``tags``,
    the title and all labels, as text for features; and ``image`` where there is a folder
    ``images``. Columns of the outfits are the theme labels ``fit``, ``gender``, ``occasion`` and
    ``style``. Empty values are missing.

    Args:
        root: Folder of the data set.
        force_reload: Read the release again.
        processed_dir: Folder for processed files; ``root/processed`` by default.

    Raises:
        DataError: If a file is missing or broken.

    Source: Chen, Wu, Shen, Jia, "Learning from designers: fashion compatibility analysis via
    dataset distillation".

    Example:
        >>> import tempfile
        >>> root = Path(tempfile.mkdtemp())
        >>> (root / "images" / "5").mkdir(parents=True)
        >>> items = '[{"SKU_ID": "7", "Tags": {"98": [{"label_name": "dress"}]}}]'
        >>> _ = (root / "images" / "5" / "5.json").write_text(
        ...     f'{{"Outfit_ID": "5", "Outfit_Style": "casual", "Items": {items}}}'
        ... )
        >>> Fashion32(root)
        Fashion32(1 outfits, 1 items, 1 categories, 0 features)
    """

    def __init__(
        self,
        root: str | Path,
        force_reload: bool = False,
        processed_dir: str | Path | None = None,
    ) -> None:
        folder = Path(root).expanduser()
        rekeyed = any((place / _REKEYED).exists() for place in (folder, folder / "raw"))
        self.raw_file_names = [_REKEYED if rekeyed else "images"]
        super().__init__(root, ["rekeyed" if rekeyed else "original"], force_reload, processed_dir)

    def process(self, folder: Path) -> None:
        """Read the outfits and write the processed files."""
        path = self.raw_paths[0]
        blocks = [read_rekeyed(path)] if path.name == _REKEYED else read_original(path)
        found = gather(path, blocks)
        items = item_table(found.items)
        columns = items.columns
        if (self.raw_dir / "images").is_dir():
            image = self._prefix(self.raw_dir / "images") + columns["image"]
            columns = columns.assign(image=image)
        else:
            columns = columns.drop(columns="image")
        write_processed(folder, *found.over(replace(items, columns=columns)))


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
    valid = np.flatnonzero(values.is_valid().to_numpy(zero_copy_only=False))
    return Labels(valid, values.drop_null())


def _labels(tags: pa.StructArray, numbers: list[str]) -> Labels:
    owners, words = [], []
    for number in numbers:
        lists = tags.field(number)
        sizes = lists.value_lengths().fill_null(0).to_numpy()
        owners.append(np.repeat(np.arange(len(lists)), sizes))
        words.append(lists.flatten().field("label_name"))
    return Labels(np.concatenate(owners), pa.concat_arrays(words))


_NAME = pa.map_(_TEXT, _TEXT)
_LABELS = {
    "pattern": "pattern",
    "material": "material",
    "shape": "sleeve_type",
    "group": "category",
    "label": "label",
}
_REKEYED_ITEM = pa.struct(
    [
        needed("sku_id", pa.int64()),
        pa.field("item_name", _TEXT),
        pa.field("cate3_id", pa.int64()),
        pa.field("image_name", _TEXT),
        *(needed(name, list_of(_NAME)) for name in _LABELS.values()),
    ]
)
_REKEYED_THEMES = {name: f"outfit_{name}" for name in ("fit", "gender", "occasion", "style")}
_REKEYED_OUTFIT = pa.struct(
    [
        needed("outfit_id", pa.int64()),
        needed("items", list_of(_REKEYED_ITEM)),
        *(pa.field(name, _NAME) for name in _REKEYED_THEMES.values()),
    ]
)


def read_rekeyed(path: Path) -> OutfitBlock:
    """Read a file such as ``val_data.json``.

    Raises:
        DataError: If the file is missing or broken.
    """
    records = arrow_rows(path, read_json(path, dict).values(), _REKEYED_OUTFIT)
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
        name: _rekeyed_labels(records.field(field), np.arange(len(sizes)))
        for name, field in _REKEYED_THEMES.items()
    }
    labels = {}
    for name, field in _LABELS.items():
        nested = items.field(field)
        owner = np.repeat(np.arange(len(items)), nested.value_lengths().to_numpy())
        labels[name] = _rekeyed_labels(nested.flatten(), owner)
    return labelled_block(outfit_id, themes, sizes, rows, labels)


def _rekeyed_labels(names: pa.MapArray, owner: np.ndarray) -> Labels:
    """The names in maps from numbers to names; ``owner`` has an entry a map."""
    pairs = names.cast(pa.list_(pa.struct({"key": _TEXT, "value": _TEXT})))
    sizes = pairs.value_lengths().fill_null(0).to_numpy()
    return Labels(np.repeat(owner, sizes), pairs.flatten().field("value"))


class Labels(NamedTuple):
    """Words, each with the item or outfit that it labels.

    Args:
        owner: Position of the item or outfit [W].
        word: The words [W].
    """

    owner: np.ndarray
    word: pa.Array

    def first(self, count: int) -> pa.Array:
        """The first word of each of ``count`` owners, if any [count]."""
        position = np.full(count, -1)
        owners, first = np.unique(self.owner, return_index=True)
        position[owners] = first
        return self.word.take(pa.array(position, mask=position < 0))

    def joined(self, count: int) -> pa.Array:
        """The distinct words of each of ``count`` owners, sorted and joined by ``;``."""
        frame = pd.DataFrame({"owner": self.owner, "word": self.word.to_pandas()})
        frame = frame[frame["word"] != ""].drop_duplicates().sort_values(["owner", "word"])
        sizes = np.bincount(frame["owner"], minlength=count)
        offsets = np.append(0, sizes.cumsum()).astype(np.int32)
        words = pa.array(frame["word"].to_numpy(object), pa.string(), from_pandas=True)
        text = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), words), ";")
        return pc.if_else(pa.array(sizes > 0), text, None)


def labelled_block(
    outfit_id: pa.Array,
    themes: Mapping[str, Labels],
    sizes: np.ndarray,
    rows: Mapping[str, pa.Array],
    labels: Mapping[str, Labels],
) -> OutfitBlock:
    """Outfits with the columns of :class:`~fashiongraph.datasets.fashion32.Fashion32`.

    Args:
        outfit_id: Identifier of each outfit [B].
        themes: Theme labels of the outfits, by column.
        sizes: Number of items of each outfit [B].
        rows: ``item_id``, ``title``, ``cate3`` and ``image`` of each item of an outfit [N].
        labels: Labels of those items, by column; the first ``label`` is the category.
    """
    texts = {name: values.joined(len(rows["item_id"])) for name, values in labels.items()}
    title = rows["title"].fill_null("")  # Arrow drops a row without any text
    tags = pc.binary_join_element_wise(title, *texts.values(), " ", null_handling="skip")
    category = labels["label"].first(len(rows["item_id"]))
    outfits = {name: values.joined(len(outfit_id)) for name, values in themes.items()}
    return OutfitBlock(
        pa.table({"outfit_id": outfit_id, **outfits}),
        sizes,
        pa.table({**rows, "category": category, **texts, "tags": pc.utf8_trim_whitespace(tags)}),
    )
