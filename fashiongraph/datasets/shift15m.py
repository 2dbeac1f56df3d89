"""SHIFT15M (Kimura et al., CVPR Workshops 2023)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from fashiongraph.datasets.io.gathered import OutfitBlock
from fashiongraph.datasets.io.json_records import json_records
from fashiongraph.datasets.io.json_vectors import write_json_vectors
from fashiongraph.datasets.io.processed import FEATURES_FILE, read_processed
from fashiongraph.datasets.io.streamed_dataset import StreamedDataset

_TEXT = pa.string()
_ITEM = {name: _TEXT for name in ("item_id", "category_id1", "category_id2", "price")}
_SCHEMA = pa.schema(
    {
        "set_id": _TEXT,
        "user": pa.struct({"user_id": _TEXT}),
        "like_num": _TEXT,
        "publish_date": _TEXT,
        "items": pa.list_(pa.struct(_ITEM)),
    }
)


class Shift15M(StreamedDataset):
    """SHIFT15M: outfits composed by users of the Japanese fashion site IQON.

    ========= =============== =========== ==================== ========= ============
    outfits   items in them   items       categories           years     features
    ========= =============== =========== ==================== ========= ============
    2,555,147 15,218,721      2.3 million 43 in 7 main ones    2010-2020 4,096 (VGG)
    ========= =============== =========== ==================== ========= ============

    The release lies in ``root/raw``, or in ``root`` itself:

    - ``iqon_outfits.json``, the outfits: a JSON array or JSON lines, with all values
      as strings;
    - ``features/<item_id>.json.gz``, for ``features``: a list of numbers for each item, as the
      archives of features unpack.

    The category of an item is its ``category_id2``; ``main_category`` and ``price`` are columns of
    the items. ``user_id``, ``likes`` and ``publish_date`` are columns of the outfits, the last one
    for splits in time, which the set was made for. An item in several outfits takes its columns
    from the first.

    Args:
        root: Folder of the data set.
        max_outfits: Read only this many outfits, the first ones.
        features: Gather the features in one float16 file, 19 GB for all items.
        force_reload: Read the release again.
        processed_dir: Folder for processed files; ``root/processed`` by default.

    Raises:
        FashionGraphError: If ``max_outfits`` is not positive.
        DataError: If a file is missing or broken.

    Source: Kimura, Nakamura, Saito, "SHIFT15M: fashion-specific dataset for set-to-set matching
    with several distribution shifts", CVPR Workshops 2023, https://arxiv.org/abs/2108.12992.
    Licence: CC BY-NC-SA 4.0.

    Example:
        >>> import json, tempfile
        >>> root = Path(tempfile.mkdtemp())
        >>> items = [{"item_id": "7", "category_id2": "11"}, {"item_id": "8", "category_id2": "12"}]
        >>> outfit = {"set_id": "1", "like_num": "3", "publish_date": "2015-03-31", "items": items}
        >>> _ = (root / "iqon_outfits.json").write_text(json.dumps([outfit]))
        >>> Shift15M(root)
        Shift15M(1 outfits, 2 items, 2 categories, 0 features)
    """

    url = "https://github.com/st-tech/zozo-shift15m"
    raw_file_names = ("iqon_outfits.json",)

    def __init__(
        self,
        root: str | Path,
        max_outfits: int | None = None,
        features: bool = False,
        force_reload: bool = False,
        processed_dir: str | Path | None = None,
    ) -> None:
        self.with_features = features
        further = ["features"] if features else []
        super().__init__(root, max_outfits, further, force_reload, processed_dir)

    def blocks(self) -> Iterator[OutfitBlock]:
        """Yield the outfits of ``iqon_outfits.json`` in blocks."""
        for place, records in json_records(self.raw_paths[0], _SCHEMA):
            set_id, user, likes, date, lists = (column.combine_chunks() for column in records)
            place.check_text(set_id, "set_id")
            place.refuse(lists.is_null().to_numpy(zero_copy_only=False), lambda _: "'items'")
            sizes = lists.value_lengths().to_numpy()
            items, of_item = lists.flatten(), place.repeat(sizes)
            item_id, main, category, price = (items.field(name) for name in _ITEM)
            of_item.check_text(item_id, "item_id")
            outfits = {
                "outfit_id": set_id,
                "user_id": user.field("user_id"),
                "likes": place.whole_numbers(likes, "like_num"),
                "publish_date": place.dates(date, "publish_date"),
            }
            rows = {
                "item_id": item_id,
                "category": category,
                "main_category": main,
                "price": of_item.whole_numbers(price, "price"),
            }
            yield OutfitBlock(pa.table(outfits), sizes, pa.table(rows))

    def process(self, folder: Path) -> None:
        """Read the outfits and, if required, the features of their items."""
        super().process(folder)
        if self.with_features:
            ids = read_processed(folder)[0].items.ids
            files = (self.raw_dir / "features" / f"{item}.json.gz" for item in ids)
            write_json_vectors(files, len(ids), folder / FEATURES_FILE)
