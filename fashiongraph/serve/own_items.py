"""Own items in the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from sqlalchemy import func, select, update

from fashiongraph.data.feature_source import FeatureSource
from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.serve.database import LONGEST_NAME, Database, OwnItem, Revision
from fashiongraph.serve.picture_folder import PictureFolder


@dataclass(frozen=True, eq=False)
class ItemRecord:
    """Item that a person added.

    Args:
        item_id: Identifier; given when the item is stored.
        category: Category of the catalogue.
        title: Title; may be empty.
        columns: Values of further columns of the catalogue.
        picture: Digest of the picture, or :obj:`None`.
        features: Row of features [F].
    """

    item_id: str
    category: str
    title: str
    columns: Mapping[str, Any]
    picture: str | None
    features: NDArray[np.float32]


class OwnItems:
    """Items that a person added, with rows of features of one model.

    Every change counts the revision up in the same transaction, so that all servers of a database
    find it.

    Args:
        database: The database.
        sources: Sources of the model's features. Rows of other encoders are out of date.
        most: Largest number of items.
    """

    def __init__(
        self, database: Database, sources: Sequence[FeatureSource], most: int = 5000
    ) -> None:
        self.database = database
        self.sources = sources_key(sources)
        self.most = most

    def revision(self) -> int:
        """Number of changes so far."""
        with self.database.session() as session:
            return session.execute(select(Revision.number)).scalar_one()

    def all(self) -> list[ItemRecord]:
        """All items with features of the model, in the order in which they were added."""
        with self.database.session() as session:
            found = session.scalars(
                select(OwnItem).where(OwnItem.sources == self.sources).order_by(OwnItem.id)
            )
            return [_record(one) for one in found]

    def out_of_date(self) -> list[ItemRecord]:
        """Items whose features were made by other encoders."""
        with self.database.session() as session:
            found = session.scalars(
                select(OwnItem).where(OwnItem.sources != self.sources).order_by(OwnItem.id)
            )
            return [_record(one) for one in found]

    def get(self, item_id: str) -> ItemRecord | None:
        """An item, or :obj:`None`.

        Args:
            item_id: Its identifier.
        """
        with self.database.session() as session:
            one = session.scalar(select(OwnItem).where(OwnItem.item_id == item_id))
            return None if one is None else _record(one)

    def add(self, item: ItemRecord) -> str:
        """Add an item.

        Args:
            item: The item, whose identifier is not read.

        Returns:
            Its identifier, ``own-1``, ``own-2``, and so on.

        Raises:
            FashionGraphError: If there are as many items as allowed.
        """
        with self.database.session() as session:
            if (session.scalar(select(func.count()).select_from(OwnItem)) or 0) >= self.most:
                raise FashionGraphError(f"'items' needs at most {self.most:,} items of one's own")
            one = OwnItem(item_id=uuid4().hex)
            self._fill(one, item)
            session.add(one)
            session.flush()  # which gives it a number
            one.item_id = f"own-{one.id}"
            session.execute(update(Revision).values(number=Revision.number + 1))
            return one.item_id

    def change(self, item: ItemRecord) -> bool:
        """Change an item.

        Args:
            item: The item as it becomes, with its identifier.

        Returns:
            Whether there is such an item.
        """
        with self.database.session() as session:
            one = session.scalar(
                select(OwnItem).where(OwnItem.item_id == item.item_id).with_for_update()
            )
            if one is None:
                return False
            self._fill(one, item)
            session.execute(update(Revision).values(number=Revision.number + 1))
            return True

    def remove(self, item_id: str) -> bool:
        """Remove an item.

        Args:
            item_id: Its identifier.

        Returns:
            Whether there was such an item.
        """
        with self.database.session() as session:
            one = session.scalar(
                select(OwnItem).where(OwnItem.item_id == item_id).with_for_update()
            )
            if one is None:
                return False
            session.delete(one)
            session.execute(update(Revision).values(number=Revision.number + 1))
            return True

    def pictures(self) -> set[str]:
        """Digests of the pictures of all items."""
        with self.database.session() as session:
            return {one for one in session.scalars(select(OwnItem.picture)) if one is not None}

    def _fill(self, one: OwnItem, item: ItemRecord) -> None:
        one.category = item.category
        one.title = item.title[:LONGEST_NAME]
        one.columns = dict(item.columns)
        one.picture = item.picture
        one.features = np.ascontiguousarray(item.features, dtype="<f4").tobytes()
        one.sources = self.sources


def sources_key(sources: Sequence[FeatureSource]) -> str:
    """Digest of what makes features: encoders and widths in their order.

    Args:
        sources: The sources.
    """
    parts = [[one.encoder, one.fingerprint, one.num_features] for one in sources]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def own_table(
    records: Sequence[ItemRecord], items: ItemTable, pictures: PictureFolder
) -> ItemTable:
    """Table of own items with the categories and columns of a catalogue.

    Args:
        records: The items.
        items: The catalogue.
        pictures: Folder of the pictures.

    Returns:
        The table; a column that an item lacks is missing there.
    """
    names = dict.fromkeys([*map(str, items.columns), "title", "image"])
    rows = [
        {
            **one.columns,
            "title": one.title or None,
            "image": None if one.picture is None else str(pictures.path(one.picture).absolute()),
        }
        for one in records
    ]
    frame = pd.DataFrame(rows, columns=list(names))
    for name in items.columns:
        kind = items.columns[name].dtype
        if pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind):
            frame[name] = pd.to_numeric(frame[name])
    features = np.stack([one.features for one in records]) if records else np.empty((0, 0), "f4")
    table = ItemTable.from_lists(
        [one.item_id for one in records],
        [one.category for one in records],
        features,
        frame,
        vocabulary=items.categories,
    )
    return table.with_features(torch.from_numpy(features), items.feature_sources)


def _record(one: OwnItem) -> ItemRecord:
    features = np.frombuffer(one.features, dtype="<f4")
    return ItemRecord(one.item_id, one.category, one.title, one.columns, one.picture, features)
