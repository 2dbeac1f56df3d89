"""Item views for HTML reports."""

from __future__ import annotations

import base64
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pandas as pd

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import DataError
from fashiongraph.features.pictures import picture_path, read_picture

_DETAILS = ("colour", "brand", "price")
_SIDE = 192  # pixels: twice the displayed size, for high-density screens


@dataclass(frozen=True)
class ItemView:
    """View of an item in an HTML report.

    Args:
        item_id: Identifier.
        category: Category; empty if unknown.
        title: Title; empty if there is none.
        picture: Picture as a data URI; :obj:`None` if there is no readable one.
        score: Score; :obj:`None` for an item of a query.
        wanted: Whether the item is the ground truth.
        url: Address of its page; empty if there is none.
        details: Values of further columns, such as its price.

    Example:
        >>> ItemView("a1", category="top", title="white shirt", picture=None).wanted
        False
    """

    item_id: str
    category: str
    title: str
    picture: str | None
    score: float | None = None
    wanted: bool = False
    url: str = ""
    details: Sequence[str] = ()


def item_views(
    items: ItemTable,
    ids: Sequence[str],
    folder: Path,
    scores: Sequence[float] | None = None,
    wanted: Collection[str] = (),
    pictures: Sequence[Path] = (),
) -> list[ItemView]:
    """Build the views of items for an HTML report.

    Args:
        items: The item table; its columns ``title``, ``image``, ``url``, ``colour``, ``brand`` and
            ``price`` are used if present.
        ids: Identifiers of the items.
        folder: Folder of relative picture paths. A picture that is missing, damaged or, once links
            are followed, outside of it is left out.
        scores: One score per item.
        wanted: Identifiers of the ground truth.
        pictures: Folders outside of it whose pictures are shown, too.

    Raises:
        FashionGraphError: If an item is unknown.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> items = SyntheticOutfits.attributes_only(num_outfits=60, seed=0).items
        >>> item_views(items, ["synthetic0000"], Path("pictures"))[0].title
        'grey backpack'
    """
    rows = items.rows(ids).tolist()
    names = [*items.categories, ""]  # -1 is no category
    titles, images, urls = (_texts(items, name) for name in ("title", "image", "url"))
    details = {name: _texts(items, name) for name in _DETAILS}
    return [
        ItemView(
            item_id=str(name),
            category=names[int(items.category_id[row])],
            title=titles.get(row, ""),
            picture=_picture(folder, images[row], pictures) if row in images else None,
            score=None if scores is None else float(scores[place]),
            wanted=str(name) in wanted,
            # A page is no place for a script in the address of a link.
            url=url if (url := urls.get(row, "")).startswith(("https://", "http://")) else "",
            details=[f"{column} {of[row]}" for column, of in details.items() if row in of],
        )
        for place, (name, row) in enumerate(zip(ids, rows, strict=True))
    ]


def _texts(items: ItemTable, name: str) -> pd.Series[str]:
    """Non-empty values of a column by row; none if there is no such column."""
    if name not in items.columns:
        return pd.Series(dtype=str)
    column = items.columns[name].reset_index(drop=True)
    return column[column.notna() & (column != "")].astype(str)


def _picture(folder: Path, name: str, further: Sequence[Path]) -> str | None:
    try:
        image = read_picture(picture_path(folder, name, further))
    except DataError:  # the report is useful without it
        return None
    image.thumbnail((_SIDE, _SIDE))
    data = BytesIO()
    image.save(data, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode()}"
