"""Splits of a data set, and files that store them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fashiongraph.cli.output import check_files
from fashiongraph.console import print_message
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.manifest import DAMAGED, check_regular

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from fashiongraph.data.outfits import Outfits
    from fashiongraph.datasets.outfit_dataset import OutfitDataset

SPLITS = ("train", "valid", "test")


def splits_of(dataset: OutfitDataset, file: Path | None, seed: int) -> dict[str, Outfits]:
    """Splits by name: of a split file, the official ones, or 7:1:2 by seed.

    Args:
        dataset: The data set.
        file: A split file; ``official`` for the splits that come with the data; :obj:`None` to
            draw them.
        seed: Seed by which they are drawn.

    Raises:
        DataError: If the file cannot be read, lacks a column, or names an unknown outfit or split.
        FashionGraphError: If the data set has no official split.
    """
    if file is None:
        return dict(zip(SPLITS, dataset.split(seed=seed), strict=True))
    if file == Path("official"):
        splits = dataset.official_split()
        others = {name: len(found) for name, found in splits.items() if name not in SPLITS}
        if others:
            counts = ", ".join(f"{count:,} of {name!r}" for name, count in others.items())
            print_message(
                f"{sum(others.values()):,} of {len(dataset.outfits):,} outfits are in none of the "
                f"splits {', '.join(SPLITS)}: {counts}"
            )
        return splits
    return _splits(dataset, _read_splits(file), file)


def training_splits(checkpoint: Path, dataset: OutfitDataset, seed: int) -> dict[str, Outfits]:
    """Splits of the file beside a checkpoint, as far as its outfits are in the data set.

    Another split would test a model on outfits that it was trained on. Without such a file, or
    with one of another data set, splits are drawn by seed, with a message on standard error.

    Args:
        checkpoint: Folder of the model.
        dataset: The data set.
        seed: Seed by which splits are drawn.

    Raises:
        DataError: As :func:`splits_of`.
    """
    file = checkpoint.resolve().parent / "split.csv"
    if not file.is_file():
        print_message(
            f"no split of training was found beside {checkpoint}: the model may have been trained "
            "on some of these outfits; --split-file names a split"
        )
        return splits_of(dataset, None, seed)
    frame = _read_splits(file)
    found = _rows(dataset, frame) >= 0
    if not found.any():
        print_message(f"{file} names no outfit of {dataset.root}: new splits are drawn")
        return splits_of(dataset, None, seed)
    if not found.all():
        lacking, total = int((~found).sum()), len(found)
        print_message(
            f"{lacking:,} of the {total:,} outfits of {file} are not in {dataset.root}; the "
            "others keep their split"
        )
    return _splits(dataset, frame[found], file)


def splits_with(
    dataset: OutfitDataset, checkpoint: Path, file: Path | None, seed: int, split: str
) -> dict[str, Outfits]:
    """Splits with one that is named: of a split file, else those of a model's training.

    Args:
        dataset: The data set.
        checkpoint: Folder of the model.
        file: As for :func:`splits_of`; by default those of :func:`training_splits`.
        seed: Seed by which splits are drawn.
        split: Value of ``--split``.

    Raises:
        FashionGraphError: If there is no such split.
        DataError: As :func:`splits_of`.
    """
    if file is None:
        splits = training_splits(checkpoint, dataset, seed)
    else:
        splits = splits_of(dataset, file, seed)
    if split not in splits:
        raise FashionGraphError(f"'--split' needs to be {', '.join(splits)} or all (got {split!r})")
    return splits


def write_splits(splits: Mapping[str, Outfits], path: Path) -> None:
    """Write a split file with the columns ``outfit_id`` and ``split``.

    Other splits than train, valid and test, which a data set may come with, are left out: outfits
    without a split are not trained on.

    Args:
        splits: Outfits by the name of their split.
        path: CSV file to write.
    """
    import pandas as pd

    from fashiongraph.files import atomic_write

    frames = [
        pd.DataFrame({"outfit_id": outfits.ids, "split": name})
        for name, outfits in splits.items()
        if name in SPLITS
    ]
    with atomic_write(path) as draft:
        pd.concat(frames).to_csv(draft, index=False)


def _splits(dataset: OutfitDataset, frame: pd.DataFrame, file: Path) -> dict[str, Outfits]:
    """Splits by rows of a split file."""
    place = _rows(dataset, frame)
    names = ", ".join(SPLITS)
    for broken, rule in (
        (place < 0, f"the outfit {{outfit_id!r}} is not in {dataset.root}"),
        (frame["outfit_id"].duplicated().to_numpy(), "the outfit {outfit_id!r} needs one split"),
        (~frame["split"].isin(SPLITS).to_numpy(), f"'split' needs to be {names} (got {{split!r}})"),
    ):
        if broken.any():
            row = frame.index[int(broken.argmax())]
            raise DataError(rule.format(**frame.loc[row].to_dict()), file, int(row) + 2)
    _report_left_out(dataset.outfits, place, file)
    return {name: dataset.outfits.select(place[frame["split"] == name]) for name in SPLITS}


def _report_left_out(outfits: Outfits, place: np.ndarray, file: Path) -> None:
    """Report the number of outfits that a split file does not name, without duplicates."""
    import numpy as np

    from fashiongraph.data.duplicates import first_equal

    others = np.setdiff1d(np.arange(len(outfits)), place)
    if not len(others):
        return
    first = first_equal(outfits.select(np.append(place, others)))
    left_out = int((first == np.arange(len(first)))[len(place) :].sum())
    if left_out:
        print_message(f"{left_out:,} outfits are in no split of {file}")


def _rows(dataset: OutfitDataset, frame: pd.DataFrame) -> np.ndarray:
    """Row of each outfit in the data set, -1 where it is in none."""
    import pandas as pd

    return dataset.outfits.ids.get_indexer(pd.Index(frame["outfit_id"]))


def _read_splits(file: Path) -> pd.DataFrame:
    import pandas as pd

    check_files(file)
    check_regular(file)
    try:
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    except DAMAGED as error:
        raise DataError(f"cannot be read: {error}", file) from error
    for column in ("outfit_id", "split"):
        if column not in frame:
            raise DataError(
                f"the column {column!r} is needed (got {', '.join(frame.columns)})", file
            )
    return frame
