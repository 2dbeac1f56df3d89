"""Where the pictures and texts that a command embeds are listed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from fashiongraph.cli.wardrobes import open_wardrobe
from fashiongraph.errors import DataError


def is_pictures(data: Path, form: str) -> bool:
    """Whether a path is a folder of pictures, without any table."""
    tables = [data / f"items.{end}" for end in ("csv", "parquet")]
    return form == "tables" and data.is_dir() and not any(table.exists() for table in tables)


def item_column(data: Path, form: str, name: str) -> pd.Series[str]:
    """A column of the items as text, in the order of their rows; absent values are empty.

    Args:
        data: Folder of a data set, or a table of items.
        form: Form of the data set, as for :func:`~fashiongraph.cli.wardrobes.open_wardrobe`.
        name: Name of the column.

    Raises:
        DataError: If a table breaks a rule or lacks the column.
    """
    if data.is_file():
        from fashiongraph.datasets.tables.problems import Problems
        from fashiongraph.datasets.tables.table import Table

        problems = Problems()
        table = Table.read(data, problems, needed=[name], text=[name])
        problems.check()
        return pd.Series(table.columns[name].to_pandas(), dtype=str, name=name)
    columns = open_wardrobe(data, None, form=form).items.columns
    if name not in columns:
        raise DataError(f"the item table needs a column {name!r} to embed", data)
    return pd.Series(columns[name].fillna(""), dtype=str)


def item_pictures(data: Path, form: str) -> pd.Series[str]:
    """Paths of pictures, relative to the folder of the table or of the pictures.

    Args:
        data: As for :func:`item_column`, or a folder of pictures. Those are taken by name, with
            those of the folders below, hidden ones aside.
        form: As there.

    Raises:
        DataError: If a table breaks a rule, an item has no picture, or there are none.
    """
    if is_pictures(data, form):
        return _pictures_below(data)
    names = item_column(data, form, "image")
    blank = (names == "").to_numpy()
    if blank.any():
        row = int(blank.argmax()) + 1
        raise DataError(f"every item needs an 'image' (the item {row} has none)", data)
    return names


def _pictures_below(folder: Path) -> pd.Series[str]:
    from PIL import Image

    from fashiongraph.features.pictures import FORMATS

    ends = {end for end, kind in Image.registered_extensions().items() if kind in FORMATS}
    found = [path.relative_to(folder) for path in folder.rglob("*") if path.suffix.lower() in ends]
    shown = [path for path in found if not any(part.startswith(".") for part in path.parts)]
    if not shown:
        raise DataError("needs items.csv and outfits.csv, or pictures", folder)
    return pd.Series([path.as_posix() for path in sorted(shown)], dtype=str, name="image")
