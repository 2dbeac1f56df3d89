"""POG (Chen et al., KDD 2019)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fashiongraph.datasets.io.gathered import Gathered, OutfitBlock
from fashiongraph.datasets.io.line_blocks import fields, line_blocks
from fashiongraph.datasets.io.streamed_dataset import StreamedDataset
from fashiongraph.errors import DataError


class POG(StreamedDataset):
    r"""POG: outfits composed for Alibaba's iFashion, with titles.

    ========= =============== ======= ================ ========== =====
    outfits   items in them   items   with other items categories sizes
    ========= =============== ======= ================ ========== =====
    1,013,136 3,692,882       583,464 4,747,039        75         3-9
    ========= =============== ======= ================ ========== =====

    The release lies in ``root/raw``, or in ``root`` itself, unpacked:

    - ``outfit_data.txt``: ``outfit_id,item_id;item_id;…`` on each line;
    - ``item_data.txt``: ``item_id,cate_id,pic_url,title`` on each line;
    - ``user_data.txt``, for ``clicks``: ``user_id,item_id;item_id;…,outfit_id`` on each line.

    Only items in outfits are kept, not the others of ``item_data.txt``, which users clicked on.
    ``title`` and ``image_url`` are columns of the items. Of several lines with one item the first
    is used.

    Args:
        root: Folder of the data set.
        max_outfits: Read only this many outfits, the first ones.
        clicks: Count the lines of ``user_data.txt`` that name an outfit, 19,191,117 in all, in the
            column ``clicks`` of the outfits.
        force_reload: Read the release again.
        processed_dir: Folder for processed files; ``root/processed`` by default.

    Raises:
        FashionGraphError: If ``max_outfits`` is not positive.
        DataError: If a file is missing or broken, or lacks an item of an outfit.

    Source: Chen, Huang, Xu, Guo, Guo, Sun, Li, Pfadler, Zhao, Zhao, "POG: personalized outfit
    generation for fashion recommendation at Alibaba iFashion", KDD 2019,
    https://arxiv.org/abs/1905.01866.

    Example:
        >>> import tempfile
        >>> root = Path(tempfile.mkdtemp())
        >>> _ = (root / "outfit_data.txt").write_text("1,a;b")
        >>> _ = (root / "item_data.txt").write_text("a,3,x/a.jpg,red dress\nb,4,x/b.jpg,flat shoes")
        >>> POG(root)
        POG(1 outfits, 2 items, 2 categories, 0 features)
    """

    url = "https://github.com/wenyuer/POG"

    def __init__(
        self,
        root: str | Path,
        max_outfits: int | None = None,
        clicks: bool = False,
        force_reload: bool = False,
        processed_dir: str | Path | None = None,
    ) -> None:
        users = ["user_data.txt"] if clicks else []
        self.raw_file_names = ["outfit_data.txt", "item_data.txt", *users]
        further = ["clicks"] if clicks else []
        super().__init__(root, max_outfits, further, force_reload, processed_dir)

    def blocks(self) -> Iterator[OutfitBlock]:
        """Yield the outfits of ``outfit_data.txt`` in blocks."""
        for place, lines in line_blocks(self.raw_paths[0]):
            outfit_id, listed = fields(lines, 2, place)
            place.check_text(outfit_id, "outfit_id")
            lists = pc.split_pattern(listed, ";")
            sizes = lists.value_lengths().to_numpy()
            item_id = lists.flatten()
            place.repeat(sizes).check_text(item_id, "item_id")
            yield OutfitBlock(
                pa.table({"outfit_id": outfit_id}), sizes, pa.table({"item_id": item_id})
            )

    def complete(self, found: Gathered) -> Gathered:
        """Add the columns of the items and, if required, the clicks of the outfits."""
        found = replace(found, items=_described(found.items["item_id"], self.raw_paths[1]))
        if len(self.raw_paths) < 3:
            return found
        ids = found.outfits["outfit_id"]
        clicks = pa.array(_clicks(ids, self.raw_paths[2]))
        return replace(found, outfits=found.outfits.append_column("clicks", clicks))


def _described(ids: pa.ChunkedArray, path: Path) -> pa.Table:
    """Items in the order of ``ids``, with the other fields of ``item_data.txt``."""
    wanted = ids.combine_chunks()
    positions, rows = [], []
    for place, lines in line_blocks(path):
        item_id, *facts = fields(lines, 4, place)
        position = pc.index_in(item_id, value_set=wanted)
        kept = position.is_valid()
        positions.append(position.filter(kept).to_numpy())
        names = ("category", "image_url", "title")
        rows.append(pa.table(dict(zip(names, facts, strict=True))).filter(kept))
    found, first = np.unique(np.concatenate([[], *positions]), return_index=True)
    if len(found) < len(wanted):
        lacking = int(np.setdiff1d(np.arange(len(wanted)), found)[0])
        item = wanted[lacking].as_py()
        raise DataError(f"needs a line for item {item!r}, which is in an outfit", file=path)
    return pa.concat_tables(rows).take(pa.array(first)).append_column("item_id", ids)


def _clicks(ids: pa.ChunkedArray, path: Path) -> np.ndarray:
    """Number of lines of ``user_data.txt`` that end in each of the outfits."""
    wanted = ids.combine_chunks()
    clicks = np.zeros(len(wanted), np.int64)
    for place, lines in line_blocks(path):
        *_, outfit_id = fields(lines, 3, place)
        position = pc.index_in(outfit_id, value_set=wanted).drop_null()
        clicks += np.bincount(position.to_numpy(), minlength=len(wanted))
    return clicks
