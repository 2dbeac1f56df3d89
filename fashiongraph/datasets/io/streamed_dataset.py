"""Base class of data sets that are read in blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from fashiongraph.datasets.io.gathered import Gathered, OutfitBlock, gather, item_table
from fashiongraph.datasets.io.processed import write_processed
from fashiongraph.datasets.io.released_dataset import ReleasedDataset
from fashiongraph.errors import FashionGraphError


class StreamedDataset(ReleasedDataset):
    """Base class of data sets of millions of outfits, read a block at a time.

    Args:
        root: As :class:`ReleasedDataset`.
        max_outfits: Read only this many outfits, the first ones.
        settings: Further settings that processed files depend on.
        force_reload: As :class:`OutfitDataset`.
        processed_dir: As :class:`OutfitDataset`.

    Raises:
        FashionGraphError: If ``max_outfits`` is not positive.
        DataError: If a file is missing or broken.
    """

    def __init__(
        self,
        root: str | Path,
        max_outfits: int | None = None,
        settings: Sequence[str] = (),
        force_reload: bool = False,
        processed_dir: str | Path | None = None,
    ) -> None:
        if max_outfits is not None and max_outfits < 1:
            raise FashionGraphError(
                f"'max_outfits' needs to be a positive integer (got {max_outfits})"
            )
        self.max_outfits = max_outfits
        first = [] if max_outfits is None else [f"first_{max_outfits}"]
        super().__init__(root, [*first, *settings], force_reload, processed_dir)

    def process(self, folder: Path) -> None:
        """Read the outfits block by block and write the processed files."""
        found = self.complete(gather(self.raw_paths[0], self.blocks(), self.max_outfits))
        write_processed(folder, *found.over(item_table(found.items)))

    def blocks(self) -> Iterator[OutfitBlock]:
        """Yield the outfits of the first raw file in blocks."""
        raise NotImplementedError

    def complete(self, found: Gathered) -> Gathered:
        """Add columns of outfits and items from further raw files."""
        return found
