"""The base class of data sets that are read in blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from fashiongraph.datasets.io.gathered import Gathered, OutfitBlock, gather, item_table
from fashiongraph.datasets.io.processed import write_processed
from fashiongraph.datasets.io.released_dataset import ReleasedDataset
from fashiongraph.errors import FashionGraphError


class StreamedDataset(ReleasedDataset):
    """A data set of millions of outfits, of which no more than a block is held as it is read.

    Args:
        root: As :class:`ReleasedDataset`.
        max_outfits: Read the first outfits only.
        edition: Further settings that processed files depend on.
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
        edition: Sequence[str] = (),
        force_reload: bool = False,
        processed_dir: str | Path | None = None,
    ) -> None:
        if max_outfits is not None and max_outfits < 1:
            raise FashionGraphError(
                f"'max_outfits' needs to be a positive integer (got {max_outfits})"
            )
        self.max_outfits = max_outfits
        first = [] if max_outfits is None else [f"first_{max_outfits}"]
        super().__init__(root, [*first, *edition], force_reload, processed_dir)

    def process(self, folder: Path) -> None:
        """Read the outfits block after block, and write the processed files."""
        found = self.complete(gather(self.raw_paths[0], self.blocks(), self.max_outfits))
        write_processed(folder, *found.over(item_table(found.items)))

    def blocks(self) -> Iterator[OutfitBlock]:
        """The outfits as the first raw file has them, in blocks."""
        raise NotImplementedError

    def complete(self, found: Gathered) -> Gathered:
        """The same outfits with what further raw files say of them and of their items."""
        return found
