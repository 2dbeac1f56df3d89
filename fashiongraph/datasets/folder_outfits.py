"""Outfits as folders of pictures, such as collections of street or shop outfits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets.io.problems import Problems
from fashiongraph.datasets.io.processed import write_processed
from fashiongraph.datasets.io.released_dataset import ReleasedDataset
from fashiongraph.datasets.io.table import Table
from fashiongraph.errors import DataError

_NAME = r"^(?P<outfit>[^/]+)/(?P<category>.+?)(?:_[0-9]+)?\.(?i:jpe?g|png|webp)$"


class FolderOutfits(ReleasedDataset):
    """Folders of outfits with one picture per item, for Chictopia, Wearnet and the like.

    **This layout is defined by this library**, for outfits from Chictopia, Wearnet, Fashionbeans
    and similar sites whose item pictures the user collected or cropped. It lies in ``root/raw``, or
    in ``root`` itself:

    - ``outfits/<outfit>/<category>.jpg``, or ``<category>_<number>.jpg`` for several items of a
      category; also ``.jpeg``, ``.png`` and ``.webp``. Other files are ignored;
    - ``outfits.csv``, optional: ``outfit_id``, the name of a folder, and further columns of
      outfits, such as ``split``.

    Items are sorted by name within an outfit. The identifier of an item is its path in
    ``outfits``, and its column ``image`` the path of its picture, which is not opened here.

    Args:
        root: Folder of the data set.
        force_reload: Read the folders again.
        processed_dir: Folder for processed files; ``root/processed`` by default.

    Raises:
        DataError: If there is no picture, or ``outfits.csv`` repeats an outfit or has an unknown
            one.

    Example:
        >>> import tempfile
        >>> root = Path(tempfile.mkdtemp())
        >>> for name in ("monday/top.jpg", "monday/shoes.jpg", "tuesday/ring_1.jpg"):
        ...     (root / "outfits" / name).parent.mkdir(parents=True, exist_ok=True)
        ...     (root / "outfits" / name).touch()
        >>> FolderOutfits(root)
        FolderOutfits(2 outfits, 3 items, 3 categories, 0 features)
    """

    raw_file_names = ("outfits",)

    def __init__(
        self,
        root: str | Path,
        force_reload: bool = False,
        processed_dir: str | Path | None = None,
    ) -> None:
        super().__init__(root, (), force_reload, processed_dir)

    def process(self, folder: Path) -> None:
        """List the pictures, read ``outfits.csv``, and write the processed files."""
        base = self.raw_paths[0]
        files = pd.Series(sorted(f"{p.parent.name}/{p.name}" for p in base.glob("*/*")), dtype=str)
        names = files.str.extract(_NAME).dropna()
        if names.empty:
            raise DataError("needs a folder per outfit with a picture per item", file=base)
        files = files[names.index].reset_index(drop=True)
        outfit, ids = pd.factorize(names["outfit"])
        image = pd.DataFrame({"image": self._prefix(base) + files})
        items = ItemTable.from_lists(files.tolist(), names["category"].tolist(), None, image)
        ptr = torch.from_numpy(np.append(0, np.bincount(outfit).cumsum()))
        outfits = Outfits(items, ptr, torch.arange(len(items)), pd.Index(ids, dtype=str))
        table = base.parent / "outfits.csv"
        columns = _read_columns(table, outfits.ids) if table.exists() else None
        write_processed(folder, outfits, columns)


def _read_columns(path: Path, ids: pd.Index[str]) -> pd.DataFrame:
    """Columns of outfits in the order of ``ids``; missing for outfits without a row."""
    problems, key = Problems(), ["outfit_id"]
    table = Table.read(path, problems, needed=key, text=[*key, "split"])
    columns = table.columns.to_pandas().replace("", None)
    names = columns.pop("outfit_id")
    problems.add(
        path,
        table.row[broken := np.flatnonzero(names.duplicated() | ~names.isin(ids))],
        lambda i: f"'outfit_id' needs an outfit's folder, once (got {names[broken[i]]!r})",
    )
    problems.check()
    found: pd.DataFrame = columns.set_index(pd.Index(names)).reindex(ids).reset_index(drop=True)
    return found
