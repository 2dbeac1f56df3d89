"""Opening the data set that a command names, and its parts."""

from __future__ import annotations

import ast
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from fashiongraph.cli.options import rows_table
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.files import whole

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from fashiongraph.data.outfits import Outfits
    from fashiongraph.datasets.wardrobe import Wardrobe

PARTS = ("train", "valid", "test")


def open_wardrobe(
    data: Path, features: list[str] | None, lenient: bool = False, form: str = "tables"
) -> Wardrobe:
    """Open a data set in the form that ``--set`` names.

    Args:
        data: Folder of the set.
        features: Files of features, beside those that the set brings.
        lenient: Drop rows of one's own tables that break a rule, and report them on standard
            error.
        form: ``"tables"``, or the name of a public set and its settings as ``name=value``.

    Raises:
        FashionGraphError: If the form is unknown, or does not take a setting.
        DataError: If the data break a rule.
    """
    from fashiongraph.datasets import PUBLIC_SETS, OutfitTables, attach_features

    name, *words = shlex.split(form)
    if name == "tables" and not words:
        tables = OutfitTables(data, features=features or None, lenient=lenient)
        if lenient and len(tables.report):
            title = f"Dropped {len(tables.report)} rows of {data}; the first of them"
            rows = tables.report.head(20).to_dict(orient="records")
            Console(stderr=True).print(rows_table(title, rows))
        return tables
    if name not in PUBLIC_SETS:
        known = ", ".join(["tables", *PUBLIC_SETS])
        raise FashionGraphError(f"'--set' needs to be one of {known} (got {form!r})")
    try:
        wardrobe = PUBLIC_SETS[name](data, **dict(_setting(word) for word in words))
    except TypeError as error:
        raise FashionGraphError(f"'--set' {form!r}: {error}") from error
    return attach_features(wardrobe, [data / file for file in features or ()])


def _setting(word: str) -> tuple[str, Any]:
    """A setting and its value: a number, :obj:`True` or :obj:`False` where it reads as one."""
    name, equals, text = word.partition("=")
    if not equals:
        raise FashionGraphError(f"'--set' needs settings as name=value (got {word!r})")
    try:
        return name, ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return name, text


def parts_of(wardrobe: Wardrobe, split: Path | None, seed: int) -> dict[str, Outfits]:
    """Parts by name: those of a split file, the official ones, or train, valid and test by seed.

    Raises:
        DataError: If the file cannot be read, lacks a column, or names an unknown outfit or part.
        FashionGraphError: If the official split is asked for and there is none.
    """
    if split is None:
        return dict(zip(PARTS, wardrobe.split(seed=seed), strict=True))
    if split == Path("official"):
        return wardrobe.official_split()
    frame = _read_parts(split)
    place = _rows(wardrobe, frame)
    known = ", ".join(PARTS)
    for broken, rule in (
        (place < 0, f"the outfit {{outfit_id!r}} is not in {wardrobe.root}"),
        (frame["outfit_id"].duplicated().to_numpy(), "the outfit {outfit_id!r} needs one part"),
        (~frame["part"].isin(PARTS).to_numpy(), f"'part' needs to be {known} (got {{part!r}})"),
    ):
        if broken.any():
            row = int(broken.argmax())
            values = {"outfit_id": frame["outfit_id"][row], "part": frame["part"][row]}
            raise DataError(rule.format(**values), split, row + 2)
    return {name: wardrobe.outfits.select(place[frame["part"] == name]) for name in PARTS}


def write_parts(parts: Mapping[str, Outfits], path: Path) -> None:
    """Write a split file: which outfit is in which part."""
    import pandas as pd

    frames = [pd.DataFrame({"outfit_id": part.ids, "part": name}) for name, part in parts.items()]
    with whole(path) as draft:
        pd.concat(frames).to_csv(draft, index=False)


def split_of_training(checkpoint: Path, wardrobe: Wardrobe) -> Path | None:
    """The split file beside a checkpoint, if it is about this very data set.

    Another split would test a model on outfits that it was trained on.
    """
    file = checkpoint.parent / "split.csv"
    if not file.is_file():
        return None
    return file if (_rows(wardrobe, _read_parts(file)) >= 0).all() else None


def _rows(wardrobe: Wardrobe, frame: pd.DataFrame) -> np.ndarray:
    """Place of each row's outfit in the wardrobe, -1 where it has none."""
    import pandas as pd

    return wardrobe.outfits.ids.get_indexer(pd.Index(frame["outfit_id"]))


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
