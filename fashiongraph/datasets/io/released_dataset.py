"""The base class of data sets that lie unpacked in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fashiongraph.datasets.outfit_dataset import OutfitDataset


class ReleasedDataset(OutfitDataset):
    """A published data set whose files are fetched by hand.

    Args:
        root: Folder of the data set. The release lies in ``root/raw``, or in ``root`` itself.
        edition: Settings that processed files depend on; they name a folder below
            :attr:`OutfitDataset.processed_dir`.
        force_reload: As :class:`OutfitDataset`.
        processed_dir: As :class:`OutfitDataset`.
    """

    def __init__(
        self,
        root: str | Path,
        edition: Sequence[str] = (),
        force_reload: bool = False,
        processed_dir: str | Path | None = None,
    ) -> None:
        self._edition = "-".join(edition) or "all"
        super().__init__(root, False, force_reload, processed_dir)

    @property
    def raw_dir(self) -> Path:
        """Folder of the release."""
        in_root = any((self.root / name).exists() for name in self.raw_file_names)
        return self.root if in_root else self.root / "raw"

    @property
    def processed_dir(self) -> Path:
        """Folder of the processed files of this edition."""
        return super().processed_dir / self._edition

    def _prefix(self, folder: Path) -> str:
        """How the column ``image`` begins for pictures in a folder: relative to the root in it."""
        inside = folder.is_relative_to(self.root)
        place = folder.relative_to(self.root) if inside else folder.absolute()
        return "" if place == Path() else place.as_posix() + "/"
