"""The parts of a data set, and the files that say which outfit is in which."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fashiongraph.console import print_message
from fashiongraph.errors import DataError
from fashiongraph.files import atomic_write

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from fashiongraph.data.outfits import Outfits
    from fashiongraph.datasets.outfit_dataset import OutfitDataset

SPLITS = ("train", "valid", "test")


def splits_of(dataset: OutfitDataset, split: Path | None, seed: int) -> dict[str, Outfits]:
    """Parts by name: those of a split file, the official ones, or train, valid and test by seed.

    Raises:
        DataError: If the file cannot be read, lacks a column, or names an unknown outfit or part.
        FashionGraphError: If the official split is asked for and there is none.
    """
    if split is None:
        return dict(zip(SPLITS, dataset.split(seed=seed), strict=True))
    if split == Path("official"):
        return dataset.official_split()
    return _parts(dataset, _read_parts(split), split)


def training_splits(checkpoint: Path, dataset: OutfitDataset, seed: int) -> dict[str, Outfits]:
    """Parts by the split file beside a checkpoint, as far as its outfits are in the data set.

    Another split would test a model on outfits that it was trained on. Where there is no such
    file, or it is about another data set, parts are drawn by seed. Standard error says so.

    Raises:
        DataError: As :func:`splits_of`.
    """
    file = checkpoint.resolve().parent / "split.csv"
    if not file.is_file():
        print_message(
            f"no split of training was found beside {checkpoint}: outfits may have been trained "
            "on; --split names one"
        )
        return splits_of(dataset, None, seed)
    frame = _read_parts(file)
    there = _rows(dataset, frame) >= 0
    if not there.any():
        print_message(
            f"{file} names no outfit of {dataset.root}: none is taken to have been trained on"
        )
        return splits_of(dataset, None, seed)
    if not there.all():
        lacking, total = int((~there).sum()), len(there)
        print_message(
            f"{lacking:,} of the {total:,} outfits of {file} are not in {dataset.root}; the "
            "others keep their parts"
        )
    return _parts(dataset, frame[there], file)


def write_splits(parts: Mapping[str, Outfits], path: Path) -> None:
    """Write a split file: which outfit is in which part.

    Other parts than train, valid and test, which an official split may have, are left out: outfits
    in no part are not trained on.
    """
    import pandas as pd

    known = {name: part for name, part in parts.items() if name in SPLITS}
    frames = [pd.DataFrame({"outfit_id": part.ids, "part": name}) for name, part in known.items()]
    with atomic_write(path) as draft:
        pd.concat(frames).to_csv(draft, index=False)


def _parts(dataset: OutfitDataset, frame: pd.DataFrame, file: Path) -> dict[str, Outfits]:
    """Parts by rows of a split file."""
    place = _rows(dataset, frame)
    known = ", ".join(SPLITS)
    for broken, rule in (
        (place < 0, f"the outfit {{outfit_id!r}} is not in {dataset.root}"),
        (frame["outfit_id"].duplicated().to_numpy(), "the outfit {outfit_id!r} needs one part"),
        (~frame["part"].isin(SPLITS).to_numpy(), f"'part' needs to be {known} (got {{part!r}})"),
    ):
        if broken.any():
            row = frame.index[int(broken.argmax())]
            raise DataError(rule.format(**frame.loc[row].to_dict()), file, int(row) + 2)
    _say_left_out(dataset.outfits, place, file)
    return {name: dataset.outfits.select(place[frame["part"] == name]) for name in SPLITS}


def _say_left_out(outfits: Outfits, place: np.ndarray, file: Path) -> None:
    """Say how many outfits a split file does not name, those aside that repeat another."""
    import numpy as np

    from fashiongraph.data.duplicates import first_equal

    others = np.setdiff1d(np.arange(len(outfits)), place)
    if not len(others):
        return
    first = first_equal(outfits.select(np.append(place, others)))
    left_out = int((first == np.arange(len(first)))[len(place) :].sum())
    if left_out:
        print_message(f"{left_out:,} outfits are in no part of {file}")


def _rows(dataset: OutfitDataset, frame: pd.DataFrame) -> np.ndarray:
    """Place of each row's outfit in the dataset, -1 where it has none."""
    import pandas as pd

    return dataset.outfits.ids.get_indexer(pd.Index(frame["outfit_id"]))


def _read_parts(file: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise DataError(f"cannot be read: {error}", file) from error
    for column in ("outfit_id", "part"):
        if column not in frame:
            raise DataError(
                f"the column {column!r} is needed (got {', '.join(frame.columns)})", file
            )
    return frame
