"""Saved outfits in the database."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fashiongraph.console import inert_cell
from fashiongraph.errors import FashionGraphError
from fashiongraph.serve import database as tables
from fashiongraph.serve.database import Database


@dataclass(frozen=True)
class OutfitRecord:
    """Saved outfit.

    Args:
        id: Its number.
        name: Its name.
        items: Identifiers of its items.
        created: When it was saved.
    """

    id: int
    name: str
    items: Sequence[str]
    created: datetime


class SavedOutfits:
    """Outfits that were saved by name.

    Args:
        database: The database.
        most: Largest number of outfits.

    Example:
        >>> saved = SavedOutfits(Database(f"sqlite:///{getfixture('tmp_path')}/a.sqlite"))
        >>> number = saved.add("Monday", ["0001", "0005"])
        >>> saved.all()[0].items
        ['0001', '0005']
        >>> print(saved.as_csv(), end="")
        outfit_id,item_id,position,name
        1,0001,0,Monday
        1,0005,1,Monday
    """

    def __init__(self, database: Database, most: int = 10_000) -> None:
        self.database = database
        self.most = most

    def all(self) -> list[OutfitRecord]:
        """All outfits, the last one first."""
        with self.database.session() as session:
            found = session.scalars(
                select(tables.SavedOutfit).order_by(tables.SavedOutfit.id.desc())
            )
            return [_record(one) for one in found]

    def get(self, number: int) -> OutfitRecord | None:
        """An outfit, or :obj:`None`.

        Args:
            number: Its number.
        """
        with self.database.session() as session:
            one = session.get(tables.SavedOutfit, number)
            return None if one is None else _record(one)

    def add(self, name: str, items: Sequence[str]) -> int:
        """Save an outfit.

        Args:
            name: Its name.
            items: Identifiers of its items, at least one.

        Returns:
            Its number.

        Raises:
            FashionGraphError: If the name is empty or too long, or there are as many outfits as
                allowed.
        """
        name = _checked(name)
        with self.database.session() as session:
            if (session.scalar(select(func.count()).select_from(tables.SavedOutfit)) or 0) >= (
                self.most
            ):
                raise FashionGraphError(f"'outfits' needs at most {self.most:,} saved outfits")
            one = tables.SavedOutfit(name=name, items=_items(items))
            session.add(one)
            session.flush()
            return one.id

    def change(self, number: int, name: str, items: Sequence[str]) -> bool:
        """Change the name and the items of an outfit.

        Args:
            number: Its number.
            name: The new name.
            items: The new items.

        Returns:
            Whether there is such an outfit.

        Raises:
            FashionGraphError: If the name is empty or too long.
        """
        name = _checked(name)
        with self.database.session() as session:
            one = session.get(tables.SavedOutfit, number, with_for_update=True)
            if one is None:
                return False
            one.name = name
            _clear(session, one)
            one.items = _items(items)
            return True

    def remove(self, number: int) -> bool:
        """Remove an outfit.

        Args:
            number: Its number.

        Returns:
            Whether there was such an outfit.
        """
        with self.database.session() as session:
            one = session.get(tables.SavedOutfit, number, with_for_update=True)
            if one is not None:
                session.delete(one)
            return one is not None

    def as_csv(self) -> str:
        """All outfits as ``outfits.csv``, which ``fashiongraph score`` and ``train`` read."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["outfit_id", "item_id", "position", "name"])
        for outfit in reversed(self.all()):
            for position, item in enumerate(outfit.items):
                writer.writerow([outfit.id, item, position, inert_cell(outfit.name)])
        return out.getvalue()


def _checked(name: str) -> str:
    """A name without white space around it."""
    name = name.strip()
    if not 0 < len(name) <= tables.LONGEST_NAME:
        raise FashionGraphError(
            f"'name' needs 1 to {tables.LONGEST_NAME} characters (got {len(name)})"
        )
    return name


def _items(items: Sequence[str]) -> list[tables.SavedItem]:
    return [tables.SavedItem(position=i, item_id=item) for i, item in enumerate(items)]


def _clear(session: Session, one: tables.SavedOutfit) -> None:
    """Remove the items first: those that follow have the same positions."""
    one.items = []
    session.flush()


def _record(one: tables.SavedOutfit) -> OutfitRecord:
    return OutfitRecord(one.id, one.name, [item.item_id for item in one.items], one.created)
