"""IQON3000 (Song et al., ACM Multimedia 2019)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fashiongraph.datasets.io.gathered import OutfitBlock
from fashiongraph.datasets.io.json_files import files_below, json_files
from fashiongraph.datasets.io.json_rows import list_of, needed
from fashiongraph.datasets.io.numbered import Numbered
from fashiongraph.datasets.io.streamed_dataset import StreamedDataset

_TEXT = pa.string()
_ITEM = pa.struct(
    [
        needed("itemId", _TEXT),
        pa.field("itemName", _TEXT),
        pa.field("category x color", _TEXT),
        pa.field("imgUrl", _TEXT),
    ]
)
_OUTFIT = pa.struct(
    [
        needed("setId", _TEXT),
        pa.field("user", _TEXT),
        pa.field("likeCount", _TEXT),
        needed("items", list_of(_ITEM)),
    ]
)


class IQON3000(StreamedDataset):
    """IQON3000: outfits of the most active users of the Japanese fashion site IQON.

    ======= ======= ========== =====
    outfits items   categories users
    ======= ======= ========== =====
    308,747 672,335 62         3,568
    ======= ======= ========== =====

    The release lies unpacked in ``root/raw``, or in ``root`` itself, as
    ``IQON3000/<user>/<setId>/<setId>.json``, one outfit a file, with its pictures,
    ``<itemId>_m.jpg``, beside it; the folders may be nested deeper. Numbers may be strings.

    The category of an item is the part of its ``category x color`` before the ``×``; an item
    without one has no category (``-1``). ``colour``, ``title``, ``image`` (path of the picture,
    which need not exist) and ``image_url`` are columns of the items, ``user_id`` and
    ``likes`` of the outfits. An item in several outfits takes its columns from the first.

    Args:
        root: Folder of the data set.
        max_outfits: Read only this many outfits, the first ones, by the names of their folders.
        lenient: Skip broken files with a warning. The release is reported to hold files that are
            cut off or empty.
        force_reload: Read the release again.
        processed_dir: Folder for processed files; ``root/processed`` by default.

    Raises:
        FashionGraphError: If ``max_outfits`` is not positive.
        DataError: If a file is missing or broken.

    Source: Song, Han, Li, Chen, Xu, Nie, "GP-BPR: personalized compatibility modeling for clothing
    matching", ACM Multimedia 2019.

    Example:
        >>> import json, tempfile
        >>> root = Path(tempfile.mkdtemp())
        >>> items = [{"itemId": "7", "category x color": "top × red"}, {"itemId": "8"}]
        >>> (root / "IQON3000" / "5" / "1").mkdir(parents=True)
        >>> _ = (root / "IQON3000" / "5" / "1" / "1.json").write_text(
        ...     json.dumps({"setId": "1", "user": "5", "likeCount": "2", "items": items})
        ... )
        >>> IQON3000(root)
        IQON3000(1 outfits, 2 items, 1 categories, 0 features)
    """

    url = "https://github.com/hanxjing/GP-BPR"
    raw_file_names = ("IQON3000",)

    def __init__(
        self,
        root: str | Path,
        max_outfits: int | None = None,
        lenient: bool = False,
        force_reload: bool = False,
        processed_dir: str | Path | None = None,
    ) -> None:
        self.lenient = lenient
        further = ["lenient"] if lenient else []
        super().__init__(root, max_outfits, further, force_reload, processed_dir)

    def blocks(self) -> Iterator[OutfitBlock]:
        """Yield the outfits of all files in blocks."""
        folder = self.raw_paths[0]
        for paths, records in json_files(files_below(folder), _OUTFIT, self.lenient):
            names = np.array([path.relative_to(folder).as_posix() for path in paths])
            place = Numbered(folder, "file", names)
            set_id, user, likes, lists = (records.field(field.name) for field in _OUTFIT)
            place.check_text(set_id, "setId")
            sizes = lists.value_lengths().to_numpy()
            items, of_item = lists.flatten(), place.repeat(sizes)
            item_id, title, kind, url = (items.field(field.name) for field in _ITEM)
            of_item.check_text(item_id, "itemId")
            folders = pa.array([self._prefix(path.parent) for path in paths])
            of_file = pa.array(np.repeat(np.arange(len(paths)), sizes))
            cut = pc.extract_regex(kind, r"(?s)^(?P<category>[^×]*)(?:×(?P<colour>.*))?$")
            outfits = {
                "outfit_id": set_id,
                "user_id": user,
                "likes": place.whole_numbers(likes, "likeCount"),
            }
            rows = {
                "item_id": item_id,
                "category": pc.utf8_trim_whitespace(cut.field("category")),
                "colour": pc.utf8_trim_whitespace(cut.field("colour")),
                "title": title,
                "image": pc.binary_join_element_wise(folders.take(of_file), item_id, "_m.jpg", ""),
                "image_url": url,
            }
            yield OutfitBlock(pa.table(outfits), sizes, pa.table(rows))
