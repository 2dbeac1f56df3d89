"""Base class of the two Polyvore data sets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pandas as pd

from fashiongraph.data.item_table import ItemTable
from fashiongraph.datasets.outfit_dataset import OutfitDataset
from fashiongraph.errors import DataError


class PolyvoreSet(OutfitDataset):
    """Base class of the Polyvore data sets, which locates their files and pictures.

    Args:
        root: Folder of the data set. The release lies in ``root/raw``, or in ``root`` itself.
        version: Folder of the processed files, in ``root/processed``.
        images: Folder of the pictures; by default ``images`` in the release, if there is one.
        download: As :class:`OutfitDataset`.
        force_reload: As :class:`OutfitDataset`.
        processed_dir: As :class:`OutfitDataset`.
    """

    release_names: ClassVar[tuple[str, ...]]
    """Names in the release; if one of them lies in the root, the root is the raw folder."""

    def __init__(
        self,
        root: str | Path,
        version: str,
        images: str | Path | None = None,
        download: bool = False,
        force_reload: bool = False,
        processed_dir: str | Path | None = None,
    ) -> None:
        self._version = version
        self.images = None if images is None else Path(images).expanduser()
        super().__init__(root, download, force_reload, processed_dir)

    @property
    def raw_dir(self) -> Path:
        """Folder of the release."""
        in_root = any((self.root / name).exists() for name in self.release_names)
        return self.root if in_root else self.root / "raw"

    @property
    def processed_dir(self) -> Path:
        """Folder of the processed files of this version."""
        return super().processed_dir / self._version

    def needed_file(self, name: str, purpose: str) -> Path:
        """Path of a file of the release that only some methods need.

        Raises:
            DataError: If it is missing, with the purpose.
        """
        path = self.raw_dir / name
        if not path.exists():
            raise DataError(
                f"{self._name} needs this file for {purpose}, it is missing "
                f"(published at {self.url})",
                file=path,
            )
        return path

    def with_pictures(self, items: ItemTable, names: pd.Series[str]) -> ItemTable:
        """The items with a column ``image``: paths, relative to the root if they lie in it.

        If no folder was given and the release has none, the items have no such column. Pictures
        are not opened here.

        Args:
            items: The item table.
            names: Name of each item's picture in the folder.

        Raises:
            DataError: If a given folder is missing.
        """
        folder = self.raw_dir / (self.images or "images")
        if not folder.is_dir():
            if self.images is None:
                return items
            raise DataError("'images' needs to be a folder of pictures", file=folder)
        inside = folder.is_relative_to(self.root)
        prefix = (folder.relative_to(self.root) if inside else folder.absolute()).as_posix()
        return replace(items, columns=items.columns.assign(image=prefix + "/" + names))
