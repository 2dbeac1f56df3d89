"""Base class of data sets of outfits, and their statistics."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import torch

from fashiongraph.console import print_message
from fashiongraph.data.audit import audit
from fashiongraph.data.duplicates import without_duplicates
from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.data.splits import split
from fashiongraph.datasets.io.processed import FEATURES_FILE, PROCESSED_FILES, read_processed
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.files import atomic_write
from fashiongraph.locks import locked
from fashiongraph.manifest import check_replaceable, read_version

PROCESSED = "processed data set"
"""Kind of the folder that the processing of a data set writes."""

_RAW_SIZES = "raw.json"


class OutfitDataset:
    """Base class of data sets of items and outfits that are read from files.

    The names are those of :class:`torch_geometric.data.Dataset`, which is not the base class: it
    pickles its settings beside the processed files and downloads by default. A subclass sets
    :attr:`raw_file_names` and implements :meth:`process`; one that is quick to read implements
    :meth:`load` instead and sets ``processed_file_names = ()``. It assigns its settings before
    ``super().__init__``, which reads the files.

    Args:
        root: Folder of the data set. Raw files lie in ``root/raw``.
        download: Fetch raw files that are missing. Nothing else uses the network.
        force_reload: Process the raw files again.
        processed_dir: Folder of the processed files; ``root/processed`` by default. Needed if
            ``root`` is read-only.

    Attributes:
        outfits: All outfits. Their item table has each item's frequency in the data set.
        outfit_columns: Further columns by name, one row per outfit; ``split`` is the official
            split, if the data set has one.

    Raises:
        DataError: If a raw file is missing or breaks a rule.

    Example:
        >>> from fashiongraph.data.item_table import ItemTable
        >>> class Pairs(OutfitDataset):
        ...     processed_file_names = ()
        ...     def load(self):
        ...         items = ItemTable.from_lists(["a", "b", "c"], ["top", "shoes", "shoes"])
        ...         ptr, item_id = torch.tensor([0, 2, 4]), torch.tensor([0, 1, 0, 2])
        ...         return Outfits(items, ptr, item_id), pd.DataFrame({"split": ["train", "test"]})
        >>> dataset = Pairs("anywhere")
        >>> dataset
        Pairs(2 outfits, 3 items, 2 categories, 0 features)
        >>> dataset.official_split()["test"]
        Outfits(1 outfits, 2 rows)
    """

    url: str | None = None
    """Address at which the data set is published."""

    raw_file_names: Sequence[str] = ()
    """Files to read, relative to :attr:`raw_dir`."""

    processed_file_names: Sequence[str] = PROCESSED_FILES
    """Files that :meth:`process` writes; if empty, :meth:`load` reads the raw files."""

    weight_column: str | None = None
    """Column that weighs the outfits in training, or :obj:`None`."""

    def __init__(
        self,
        root: str | Path,
        download: bool = False,
        force_reload: bool = False,
        processed_dir: str | Path | None = None,
    ) -> None:
        self.root = Path(root).expanduser()
        self._processed_dir = None if processed_dir is None else Path(processed_dir).expanduser()
        if not force_reload:
            self._report_stale()
        if force_reload or not self.processed_paths or not _exist(self.processed_paths):
            if download and not _exist(self.raw_paths):
                self.raw_dir.mkdir(parents=True, exist_ok=True)
                self.download()
            self._check_raw_files()
            if self.processed_paths:
                self._process_locked(force_reload)
        outfits, self.outfit_columns = self._load_verified()
        # Arrow keeps freed memory, which is as much as the arrays themselves.
        pa.default_memory_pool().release_unused()
        self.outfits = outfits.with_frequency()

    @property
    def raw_dir(self) -> Path:
        """Folder of the raw files."""
        return self.root / "raw"

    @property
    def raw_paths(self) -> list[Path]:
        """The raw files."""
        return [self.raw_dir / name for name in self.raw_file_names]

    @property
    def processed_dir(self) -> Path:
        """Folder of the processed files; a data set with versions has one for each."""
        return self.root / "processed" if self._processed_dir is None else self._processed_dir

    @property
    def processed_paths(self) -> list[Path]:
        """The processed files."""
        return [self.processed_dir / name for name in self.processed_file_names]

    def download(self) -> None:
        """Download the raw files to :attr:`raw_dir`."""
        raise FashionGraphError(f"'download' needs to be False: {self._name} cannot be fetched")

    def process(self, folder: Path) -> None:
        """Read the raw files and write the processed ones.

        Args:
            folder: Folder to write to. It becomes :attr:`processed_dir` once all files are written,
                so an interrupted call leaves no incomplete file.
        """
        raise NotImplementedError

    def load(self) -> tuple[Outfits, pd.DataFrame]:
        """Read the outfits and their further columns from the processed files."""
        return read_processed(self.processed_dir)

    @property
    def items(self) -> ItemTable:
        """The item table."""
        return self.outfits.items

    @property
    def categories(self) -> list[str]:
        """The category vocabulary, by index."""
        return self.items.categories

    @property
    def num_items(self) -> int:
        """Number of items, including those in no outfit."""
        return len(self.items)

    @property
    def num_outfits(self) -> int:
        """Number of outfits."""
        return len(self.outfits)

    @property
    def num_categories(self) -> int:
        """Size of the category vocabulary."""
        return self.items.num_categories

    @property
    def num_features(self) -> int:
        """Width of a feature row; 0 without features."""
        return self.items.num_features

    def split(
        self, ratios: tuple[float, float, float] = (7, 1, 2), seed: int = 0, disjoint: bool = False
    ) -> tuple[Outfits, Outfits, Outfits]:
        """Training, validation and test outfits, drawn by seed.

        See :func:`fashiongraph.data.split`.

        Raises:
            FashionGraphError: If there are not three ratios, and as there.
        """
        if len(ratios) != 3:
            raise FashionGraphError(f"'ratios' needs three numbers (got {ratios})")
        train, valid, test = split(self.outfits, ratios, seed=seed, disjoint=disjoint)
        return train, valid, test

    def official_split(self) -> dict[str, Outfits]:
        """Outfits of each official split, by name.

        Raises:
            FashionGraphError: If the data set has no official split.
        """
        if "split" not in self.outfit_columns:
            raise FashionGraphError(f"{self._name} at {self.root} brings no official split")
        code, names = pd.factorize(self.outfit_columns["split"])
        return {
            str(name): self.outfits.select(np.flatnonzero(code == index))
            for index, name in enumerate(names)
        }

    def official_questions(self, split: str = "test") -> list[Compatibility | FillInBlank]:
        """Questions that come with the data set: compatibility first, then FITB.

        Args:
            split: An official split.

        Raises:
            FashionGraphError: If the data set has none, or none for the split.
            DataError: If a file is missing or broken.
        """
        raise FashionGraphError(f"{self._name} at {self.root} brings no official questions")

    def statistics(self) -> dict[str, Any]:
        """Counts that describe the data set, as JSON values.

        See ``fashiongraph.datasets.outfit_dataset.statistics``; ``users`` is the number of
        different users, if the outfits have a column ``user``.
        """
        found = statistics(
            self.outfits, self.official_split() if "split" in self.outfit_columns else {}
        )
        if "user" in self.outfit_columns:
            found["users"] = int(self.outfit_columns["user"].nunique())
        return found

    def __len__(self) -> int:
        return len(self.outfits)

    def __repr__(self) -> str:
        return (
            f"{self._name}({self.num_outfits} outfits, {self.num_items} items, "
            f"{self.num_categories} categories, {self.num_features} features)"
        )

    @property
    def _name(self) -> str:
        return type(self).__name__

    def _process_locked(self, force_reload: bool) -> None:
        """Write the processed files, unless another process has written them meanwhile."""
        with ExitStack() as held:
            try:
                held.enter_context(locked(self.processed_dir))
            except OSError as error:
                hint = "" if self._processed_dir else "; processed_dir= names another folder"
                raise DataError(
                    f"processed files cannot be written here ({error.strerror}){hint}",
                    file=self.processed_dir,
                ) from error
            if force_reload or not _exist(self.processed_paths):
                argument = "processed_dir" if self._processed_dir else "root"
                check_replaceable(self.processed_dir, PROCESSED, argument)
                with atomic_write(self.processed_dir, kind=PROCESSED) as folder:
                    folder.mkdir()
                    self.process(folder)
                    sizes = self._raw_sizes()
                    if sizes:
                        text = json.dumps(sizes)
                        (folder / _RAW_SIZES).write_text(text, encoding="utf-8")

    def _raw_sizes(self) -> dict[str, int]:
        """Bytes of each raw file; a folder, which may hold millions of files, is left out."""
        return {path.name: path.stat().st_size for path in self.raw_paths if path.is_file()}

    def _report_stale(self) -> None:
        """Report raw files of another size than when they were processed."""
        try:
            before = json.loads((self.processed_dir / _RAW_SIZES).read_text(encoding="utf-8"))
            changed = [name for name, size in self._raw_sizes().items() if before[name] != size]
        except (OSError, ValueError, LookupError, TypeError):  # of an earlier version, or damaged
            return
        if changed:
            print_message(
                f"{', '.join(changed)} changed after {self.processed_dir} was written, which is "
                "read; force_reload=True (--set 'NAME force_reload=True') reads the files again"
            )

    def _load_verified(self) -> tuple[Outfits, pd.DataFrame]:
        if not self.processed_paths:
            return self.load()
        return read_version(
            self.processed_dir,
            PROCESSED,
            lambda folder: self.load(),
            names=[*self.processed_file_names, FEATURES_FILE],
            mapped=True,
            hint="; force_reload=True writes it again from the raw files",
        )

    def _check_raw_files(self) -> None:
        for path in self.raw_paths:
            if not path.exists():
                source = "" if self.url is None else f" (published at {self.url})"
                raise DataError(f"{self._name} needs this file, it is missing{source}", file=path)


def _exist(paths: Sequence[Path]) -> bool:
    return all(path.exists() for path in paths)


def statistics(
    outfits: Outfits, official_split: Mapping[str, Outfits] | None = None
) -> dict[str, Any]:
    """Counts that describe outfits and their items, as JSON values.

    Args:
        outfits: All outfits of a data set.
        official_split: Outfits of the official splits, by name.

    Returns:
        ``outfits``, ``items``, ``items_in_outfits``, ``items_worn`` (each item once for each of
        its outfits), ``categories``, ``outfit_sizes`` (``min``, ``mean``, ``max`` and
        ``histogram``, the number of outfits by size), ``duplicate_outfits`` (with the items of an
        earlier outfit), ``features`` (``width`` and ``dtype``, or None), and for an
        official split ``splits`` (the number of outfits by name) and ``overlaps``
        (:func:`fashiongraph.data.audit` as a list of records).

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> found = statistics(SyntheticOutfits.attributes_only(60))
        >>> found["outfits"], found["categories"], found["features"]
        (60, 10, {'width': 98, 'dtype': 'float32'})
    """
    items, sizes = outfits.items, outfits.sizes
    histogram = torch.bincount(sizes)
    found: dict[str, Any] = {
        "outfits": len(outfits),
        "items": len(items),
        "items_in_outfits": int((torch.bincount(outfits.item_id) > 0).sum()),
        "items_worn": outfits.item_id.numel(),
        "categories": items.num_categories,
        "outfit_sizes": {
            "min": int(sizes.min()) if len(sizes) else 0,
            "mean": outfits.item_id.numel() / max(len(outfits), 1),
            "max": int(sizes.max()) if len(sizes) else 0,
            "histogram": {int(s): int(histogram[s]) for s in histogram.nonzero().flatten()},
        },
        "duplicate_outfits": without_duplicates(outfits)[1],
        "features": None,
    }
    if items.features is not None:
        dtype = str(items.features.dtype).removeprefix("torch.")
        found["features"] = {"width": items.num_features, "dtype": dtype}
    if official_split:
        found["splits"] = {name: len(chosen) for name, chosen in official_split.items()}
        found["overlaps"] = audit(official_split).to_dict("records")
    return found
