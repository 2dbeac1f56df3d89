"""A stylist over a catalogue that changes, with own items and saved outfits."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

import pandas as pd
from fastapi import Request

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.features.pictures import picture_path
from fashiongraph.serve.database import Database
from fashiongraph.serve.file_watch import FileWatch
from fashiongraph.serve.item_editor import ItemEditor
from fashiongraph.serve.item_search import ItemSearch
from fashiongraph.serve.metrics import Metrics
from fashiongraph.serve.model_queue import ModelQueue
from fashiongraph.serve.own_items import OwnItems, own_table
from fashiongraph.serve.picture_folder import PictureFolder
from fashiongraph.serve.saved_outfits import SavedOutfits
from fashiongraph.serve.settings import ServeSettings
from fashiongraph.stylist import Stylist

LOG = logging.getLogger("fashiongraph.serve")
T = TypeVar("T")


def service_of(request: Request) -> OutfitService:
    """The service of the application that a request is for.

    Args:
        request: The request.
    """
    service: OutfitService = request.app.state.service
    return service


class OutfitService:
    """A stylist over a catalogue and a person's own items, with saved outfits.

    The catalogue is loaded again when one of its files changes, and own items join it at once, also
    those that another server on the same database adds.

    Args:
        load: Loads the stylist.
        settings: Settings of the server.
        watched: Files whose change calls for loading again.

    Attributes:
        base: The stylist over the catalogue alone.
        saved: Saved outfits.
        own: Own items.
        editor: Adds and changes own items.
        metrics: Counters.

    Raises:
        FashionGraphError: If the stylist or the database cannot be loaded.
    """

    def __init__(
        self,
        load: Callable[[], Stylist],
        settings: ServeSettings,
        watched: Sequence[Path] = (),
    ) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self._load = load
        self._joining = threading.Lock()
        self._revision = -1
        self._watch = FileWatch(watched, self._reload)
        self.base = self._stylist = self._loaded()
        self._search = ItemSearch(self.base.catalogue.items)
        sources = self.base.catalogue.model.feature_sources
        self.database = Database(settings.database_url)
        self.own = OwnItems(self.database, sources, settings.most_items)
        self.saved = SavedOutfits(self.database)
        self.pictures = PictureFolder(settings.store / "pictures")
        self.pictures.sweep(self.own.pictures())
        self.editor = ItemEditor(
            self.own, self.pictures, sources, lambda: self.base.catalogue.items
        )
        self.editor.bring_up_to_date()
        model = self.base.catalogue.model
        self.queue = ModelQueue(
            self.current,
            settings.queue,
            model.candidates_interact,
            self.metrics.batch_size.observe,
        )
        self._watch.start()

    def warm_up(self) -> None:
        """Encode the catalogue and score once, so that the first request is as fast as others."""
        stylist = self.current()
        ids = list(stylist.catalogue.items.ids[:2])
        if ids:
            stylist.score([ids])
            stylist.complete(ids[:1], k=1)

    def close(self) -> None:
        """End the threads and close the database."""
        self._watch.close()
        self.queue.close()
        self.database.close()

    def current(self) -> Stylist:
        """The stylist over the catalogue and the own items as they are now."""
        number = self.own.revision()
        with self._joining:
            if number != self._revision:
                self._join(number)
            return self._stylist

    @property
    def items(self) -> ItemTable:
        """The items of the catalogue and the own items."""
        return self.current().catalogue.items

    @property
    def search(self) -> ItemSearch:
        """Search among them."""
        self.current()
        return self._search

    async def ask(self, job: Callable[[Stylist], T], slow: bool = False) -> T:
        """Run a function of the stylist in a thread of the model.

        Args:
            job: The function.
            slow: Whether it takes as long as many others.

        Raises:
            QueueFullError: If the queue is full.
            TimeoutError: If it takes longer than the time limit.
        """
        return await self._wait(self.queue.submit(job, slow))

    async def score(self, outfits: Sequence[Sequence[str]]) -> pd.DataFrame:
        """Score outfits, in one batch with those of other requests.

        Args:
            outfits: Identifiers of the items of each outfit.

        Returns:
            The table of :meth:`Stylist.score`.

        Raises:
            QueueFullError: If the queue is full.
            TimeoutError: If it takes longer than the time limit.
        """
        return await self._wait(self.queue.score(outfits))

    def picture_file(self, item_id: str) -> Path | None:
        """File of the picture of an item; :obj:`None` without one that may be shown.

        Args:
            item_id: An identifier.
        """
        catalogue = self.base.catalogue
        row = int(catalogue.items.find([item_id]))
        if row < 0:
            own = self.own.get(item_id)
            return None if own is None or own.picture is None else self.pictures.path(own.picture)
        if "image" not in catalogue.items.columns:
            return None
        value = catalogue.items.columns["image"].iloc[row]
        if not isinstance(value, str) or not value:
            return None
        try:
            return picture_path(catalogue.folder, value, self.settings.picture_folders)
        except DataError:
            return None

    async def _wait(self, future: Future[T]) -> T:
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self.settings.timeout)
        except asyncio.TimeoutError as error:  # another class than TimeoutError before Python 3.11
            raise TimeoutError from error

    def _join(self, number: int) -> None:
        """Join the own items to the catalogue."""
        items = self.base.catalogue.items
        records = self.own.all()
        usable = [
            one
            for one in records
            if one.category in items.categories and one.item_id not in items.ids
        ]
        if len(usable) < len(records):
            LOG.warning(
                "%d own items are left out: the catalogue has their identifier, or not their "
                "category",
                len(records) - len(usable),
            )
        self._stylist = self.base
        if usable:
            self._stylist = self.base.with_items(own_table(usable, items, self.pictures))
        self._search = ItemSearch(self._stylist.catalogue.items)
        self._revision = number

    def _loaded(self) -> Stylist:
        """The stylist, whose model two threads may evaluate at once."""
        stylist = self._load()
        stylist.catalogue.model.eval()
        return stylist

    def _reload(self) -> None:
        """Load the changed catalogue; if it cannot be loaded, the earlier one stays."""
        try:
            fresh = self._loaded()
        except FashionGraphError as error:
            LOG.error("the changed catalogue cannot be loaded, the earlier one stays: %s", error)
            return
        with self._joining:
            self.base, self._revision = fresh, -1
        LOG.info("the catalogue has changed: %d items", len(fresh.catalogue.items))
