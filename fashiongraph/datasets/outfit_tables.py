"""Data set of a table of items, a table of outfits, and features."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets.io.outfit_rows import WEIGHTS, OutfitRows
from fashiongraph.datasets.io.pending_change import read_settled
from fashiongraph.datasets.io.problems import Problems
from fashiongraph.datasets.io.read_items import read_items
from fashiongraph.datasets.io.table import Table
from fashiongraph.datasets.outfit_dataset import OutfitDataset
from fashiongraph.errors import DataError


class OutfitTables(OutfitDataset):
    r"""Data set of the user's tables: items, outfits, and features.

    ============= ========================== ======================================================
    file          columns                    remarks
    ============= ========================== ======================================================
    ``items``     ``item_id``, ``category``  one row an item; ``image``, ``title`` and any further
                                             columns are kept
    ``outfits``   ``outfit_id``, ``item_id`` one row for each item of an outfit; ``position`` orders
                                             the items of an outfit, else the rows do; ``split``
                                             names the official split of an outfit; ``weight``,
                                             ``likes`` or ``clicks`` weighs it in training
    ``*.npy``                                float16, float32 or float64 [items, width], one row for
                                             each row of ``items``
    ============= ========================== ======================================================

    The tables are CSV (UTF-8, commas, a header) or Parquet. Identifiers, categories, images,
    titles and splits are text, so leading zeros stay; types of other columns are inferred, and an
    empty field is missing. Counts of likes or clicks n weigh an outfit by :math:`1 + \ln(1 + n)`:
    a thousand likes are worth eight visits of an outfit without any. A column ``user`` is kept in
    :attr:`outfit_columns`, and is not used. Further columns of ``outfits`` are not read.

    All rows are checked: identifiers and categories are not empty and items are unique; outfits
    have at least two items of the item table, none twice, one split, and one weight of at least 0;
    positions and features are finite numbers. An item twice in one outfit is far more often a
    repeated row than a pair of equal rings, so it is refused.

    Args:
        root: Folder of ``items.csv`` or ``items.parquet`` and ``outfits.csv`` or
            ``outfits.parquet``.
        features: Files of features in ``root`` or elsewhere. A single file is memory-mapped;
            several are fused (:func:`fashiongraph.features.fuse`), with an indicator for items
            that one of them lacks: a row of NaN or zeros.
        lenient: Drop the rows that break a rule. A dropped item is removed from features and
            outfits, and an outfit left with one item is dropped. Errors remain for a file or
            column that is missing, unreadable or of the wrong type, and for features whose
            number of rows differs from the items.

    Attributes:
        weight_column: Column that weighs the outfits (:attr:`Outfits.weight`), or :obj:`None`.
        report: Rows dropped by ``lenient``: ``file``, ``row`` (the header of a table is row 1, the
            first row of features is row 0) and the broken ``rule``.

    Raises:
        DataError: If a rule is broken, with the file, the row, and the number of other broken rows.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> _ = (folder / "items.csv").write_text("item_id,category\n1,top\n2,shoes\n3,bag\n")
        >>> _ = (folder / "outfits.csv").write_text("outfit_id,item_id\na,1\na,2\nb,1\nb,3\n")
        >>> OutfitTables(folder)
        OutfitTables(2 outfits, 3 items, 3 categories, 0 features)
    """

    processed_file_names = ()
    report: pd.DataFrame

    def __init__(
        self,
        root: str | Path,
        features: str | Path | Sequence[str | Path] | None = None,
        lenient: bool = False,
    ) -> None:
        files = [features] if isinstance(features, str | Path) else features or ()
        folder = Path(root).expanduser()
        tables = [find_table(folder, "items"), find_table(folder, "outfits")]
        self.raw_file_names = [*tables, *(str(Path(file).expanduser()) for file in files)]
        self.lenient = lenient
        super().__init__(root)

    @property
    def raw_dir(self) -> Path:
        """Folder of the tables: the root."""
        return self.root

    def load(self) -> tuple[Outfits, pd.DataFrame]:
        """Read and check the files."""
        return read_settled(self.root, self._load, self.raw_paths)

    def _load(self) -> tuple[Outfits, pd.DataFrame]:
        items_path, outfits_path, *feature_paths = self.raw_paths
        problems = Problems()
        items, features, sources = read_items(self.root, items_path, feature_paths, problems)
        key = ["outfit_id", "item_id"]
        table = Table.read(
            outfits_path,
            problems,
            needed=key,
            text=[*key, "split", "user"],
            wanted=[*key, "position", "split", "user", *WEIGHTS],
            repeated=[*key, "split", "user"],
        )
        outfits = OutfitRows(table, items, problems)
        self.weight_column = outfits.weight_column
        if self.lenient:
            outfits.drop_consequences()
        else:
            problems.check()
        self.report = problems.frame()
        return outfits.outfits(items.item_table(features, sources))


def find_table(root: Path, name: str) -> str:
    """Name of the CSV or Parquet file of a table in a folder.

    Raises:
        DataError: If both exist.
    """
    found = [file for file in (f"{name}.csv", f"{name}.parquet") if (root / file).exists()]
    if len(found) > 1:
        raise DataError(f"one table of {name} is needed (got {' and '.join(found)})", file=root)
    return found[0] if found else f"{name}.csv"
