"""Base class of data sets that lie unpacked in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fashiongraph.datasets.outfit_dataset import OutfitDataset


class ReleasedDataset(OutfitDataset):
    """Base class of published data sets whose files the user fetches.

    Args:
        root: Folder of the data set. The release lies in ``root/raw``, or in ``root`` itself.
        settings: Settings that processed files depend on; they name a folder in
            :attr:`OutfitDataset.processed_dir`.
        force_reload: As :class:`OutfitDataset`.
        processed_dir: As :class:`OutfitDataset`.
    """

    def __init__(
        self,
        root: str | Path,
        settings: Sequence[str] = (),
        force_reload: bool = False,
        processed_dir: str | Path | None = None,
    ) -> None:
        self._settings = "-".join(settings) or "all"
        super().__init__(root, False, force_reload, processed_dir)

    @property
    def raw_dir(self) -> Path:
        """Folder of the release."""
        in_root = any((self.root / name).exists() for name in self.raw_file_names)
        return self.root if in_root else self.root / "raw"

    @property
    def processed_dir(self) -> Path:
        """Folder of the processed files of these settings."""
        return super().processed_dir / self._settings

    def _prefix(self, folder: Path) -> str:
        """Prefix of the column ``image`` for a folder, relative to the root if it lies in it."""
        inside = folder.is_relative_to(self.root)
        place = folder.relative_to(self.root) if inside else folder.absolute()
        return "" if place == Path() else place.as_posix() + "/"
