"""Fashion32: designers' outfits with themes, the set of ADD-GNN."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fashiongraph.datasets.fashion32_files.original import read_original
from fashiongraph.datasets.fashion32_files.rekeyed import read_rekeyed
from fashiongraph.datasets.processed import write_processed
from fashiongraph.datasets.released_wardrobe import ReleasedWardrobe
from fashiongraph.datasets.streaming.gathered import gather, item_table

_REKEYED = "val_data.json"


class Fashion32(ReleasedWardrobe):
    """Fashion32: outfits that designers composed of things sold online, with Chinese labels.

    ================= ======= ============= ======= ========== =====
    layout            outfits items in them items   categories sizes
    ================= ======= ============= ======= ========== =====
    original          13,981  about 40,700  27,929  96         2-3
    part, re-keyed    930     2,682         2,503   77         1-3
    ================= ======= ============= ======= ========== =====

    The release lies in ``root/raw``, or in ``root`` itself, in one of two layouts:

    - original: ``images/<outfit>/<outfit>.json`` for each outfit, its pictures beside it;
    - re-keyed: ``val_data.json``, a part of the set, whose pictures would lie as in the other.

    An item is a thing that is sold, a SKU: one that stands in several outfits is one item, so that
    an audit of splits sees it, and what its first record says counts. Its category is its first
    women's or men's label; the authors speak of 90 categories. Without one it has none (``-1``).

    Columns of the items: ``title``; ``label``, ``group``, ``pattern``, ``material`` and ``shape``
    (or sleeve), the names of labels with ``;`` between; ``cate3``, the seller's category; ``tags``,
    the title and all labels, to make features of; and ``image`` where there is a folder
    ``images``. Columns of the outfits are the theme labels ``fit``, ``gender``, ``occasion`` and
    ``style``. Whatever is empty is missing.

    Args:
        root: Folder of the data set.
        force_reload: Read the release again.
        processed_dir: Folder for processed files; ``root/processed`` by default.

    Raises:
        DataError: If a file is missing or broken.

    Source: Chen, Wu, Shen, Jia, "Learning from designers: fashion compatibility analysis via
    dataset distillation".
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
        super().__init__(root, ["part" if rekeyed else "original"], force_reload, processed_dir)

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
