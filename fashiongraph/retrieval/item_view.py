"""An item as a sheet shows it."""

from __future__ import annotations

import base64
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pandas as pd

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import DataError
from fashiongraph.features.pictures import read_picture

_SIDE = 192  # pixels: twice what is shown, for dense screens


@dataclass(frozen=True)
class ItemView:
    """One item.

    Args:
        item_id: Its identifier.
        category: Its category; empty if unknown.
        title: Its title; empty if it has none.
        picture: Its picture as a data URI; :obj:`None` where there is none that can be read.
        score: Its score; :obj:`None` for a query.
        wanted: Whether it is the ground truth.
    """

    item_id: str
    category: str
    title: str
    picture: str | None
    score: float | None = None
    wanted: bool = False


def item_views(
    items: ItemTable,
    ids: Sequence[str],
    folder: Path,
    scores: Sequence[float] | None = None,
    wanted: Collection[str] = (),
) -> list[ItemView]:
    """ItemView of some items.

    Args:
        items: The item table; ``title`` and ``image`` are read where it has them.
        ids: The items.
        folder: Where paths of pictures start. An item whose picture is not there, or broken, goes
            without.
        scores: A score for each.
        wanted: The ground truth.

    Raises:
        FashionGraphError: If an item is unknown.
    """
    rows = items.rows(ids).tolist()
    names = [*items.categories, ""]  # -1 is no category
    titles, images = (_texts(items, name) for name in ("title", "image"))
    return [
        ItemView(
            item_id=str(name),
            category=names[int(items.category_id[row])],
            title=titles.get(row, ""),
            picture=_picture(folder / images[row]) if row in images else None,
            score=None if scores is None else float(scores[place]),
            wanted=str(name) in wanted,
        )
        for place, (name, row) in enumerate(zip(ids, rows, strict=True))
    ]


def _texts(items: ItemTable, name: str) -> pd.Series[str]:
    """The values of a column that are there, by row; none where there is no such column."""
    if name not in items.columns:
        return pd.Series(dtype=str)
    column = items.columns[name].reset_index(drop=True)
    return column[column.notna() & (column != "")].astype(str)


def _picture(file: Path) -> str | None:
    try:
        image = read_picture(file)
    except DataError:  # one picture is not worth the answer
        return None
    image.thumbnail((_SIDE, _SIDE))
    data = BytesIO()
    image.save(data, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode()}"
