"""What a server works with: a stylist, own items and saved outfits."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.serve.database import Database
from fashiongraph.serve.item_encoder import ItemEncoder
from fashiongraph.serve.item_search import ItemSearch
from fashiongraph.serve.metrics import Metrics
from fashiongraph.serve.model_queue import ModelQueue
from fashiongraph.serve.own_items import ItemRecord, OwnItems, own_table
from fashiongraph.serve.picture_folder import PictureFolder
from fashiongraph.serve.saved_outfits import SavedOutfits
from fashiongraph.serve.settings import ServeSettings
from fashiongraph.stylist import Stylist

LOG = logging.getLogger("fashiongraph.serve")
T = TypeVar("T")

_NEIGHBOURS = 9
_WATCH_SECONDS = 2.0


class OutfitService:
    """A stylist over a catalogue and a person's own items, with saved outfits.

    The catalogue is loaded again when one of its files changes, and own items join it at once, also
    those that another server on the same database adds.

    Args:
        load: Loads the stylist.
        settings: Settings of the server.
        watched: Files whose change calls for loading again.

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
        self._watched = watched
        self._signature = self._files()
        self.catalogue = load()
        model = self.catalogue.catalogue.model
        self.database = Database(settings.database_url)
        self.own = OwnItems(self.database, model.feature_sources, settings.most_items)
        self.saved = SavedOutfits(self.database)
        self.pictures = PictureFolder(settings.store / "pictures")
        self.pictures.sweep(self.own.pictures())
        try:
            self.encoder: ItemEncoder | None = ItemEncoder(model.feature_sources)
            self.no_encoder = ""
        except FashionGraphError as error:
            self.encoder, self.no_encoder = None, str(error)
        self._encoding = threading.Lock()
        self._joining = threading.Lock()
        self._bring_up_to_date()
        self._revision = -1
        self._stylist = self.catalogue
        self._search = ItemSearch(self.catalogue.catalogue.items)
        self.queue = ModelQueue(self.current, settings.queue, self.metrics.batch_size.observe)
        self._closed = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="watch", daemon=True)
        if watched:
            self._watcher.start()

    def warm_up(self) -> None:
        """Encode the catalogue and score once, so that the first request is as fast as others."""
        stylist = self.current()
        count = min(2, len(stylist.catalogue.items))
        if count:
            stylist.score([list(stylist.catalogue.items.ids[:count])])
            stylist.complete(list(stylist.catalogue.items.ids[:1]), k=1)

    def close(self) -> None:
        """End the threads and close the database."""
        self._closed.set()
        self.queue.close()
        self.database.close()

    # --- the stylist ----------------------------------------------------------------------------

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

    async def ask(self, job: Callable[[Stylist], T]) -> T:
        """Run a function of the stylist in the thread of the model.

        Args:
            job: The function.

        Raises:
            QueueFullError: If the queue is full.
            TimeoutError: If it takes longer than the time limit.
        """
        return await self._wait(self.queue.submit(job))

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

    async def _wait(self, future: Future[T]) -> T:
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self.settings.timeout)
        except asyncio.TimeoutError as error:  # another class than TimeoutError before Python 3.11
            raise TimeoutError from error

    # --- own items ------------------------------------------------------------------------------

    def add_item(
        self,
        category: str,
        title: str = "",
        columns: Mapping[str, Any] | None = None,
        picture: bytes | None = None,
        features: Sequence[float] | None = None,
    ) -> str:
        """Add an own item.

        Args:
            category: Its category; empty for that of the most similar items.
            title: Its title.
            columns: Values of columns of the catalogue.
            picture: Bytes of a picture file.
            features: Its row of features [F], in place of encoding.

        Returns:
            Its identifier.

        Raises:
            FashionGraphError: If an argument breaks a rule.
        """
        if category:
            self._check_category(category)
        values = self._checked_columns(columns or {})
        digest = None if picture is None else self.pictures.add(picture)
        item = ItemRecord("", category, title.strip(), values, digest, np.empty(0, np.float32))
        row = self._encoded(item) if features is None else self._checked_features(features)
        item = replace(item, features=row, category=category or self.suggest(row))
        return self.own.add(item)

    def change_item(
        self,
        item_id: str,
        category: str | None = None,
        title: str | None = None,
        columns: Mapping[str, Any] | None = None,
    ) -> bool:
        """Change an own item.

        Args:
            item_id: Its identifier.
            category: The new category; :obj:`None` to keep it.
            title: The new title; :obj:`None` to keep it.
            columns: New values of columns; others are kept, and :obj:`None` as a value removes one.

        Returns:
            Whether there is such an item.

        Raises:
            FashionGraphError: If an argument breaks a rule.
        """
        item = self.own.get(item_id)
        if item is None:
            return False
        if category is not None:
            self._check_category(category)
        merged = {**item.columns, **self._checked_columns(columns or {})}
        changed = replace(
            item,
            category=item.category if category is None else category,
            title=item.title if title is None else title.strip(),
            columns={name: value for name, value in merged.items() if value is not None},
        )
        encoded_anew = (changed.title, changed.columns) != (item.title, item.columns)
        if encoded_anew and self.encoder is not None and self._is_encoded(item):
            changed = replace(changed, features=self._encoded(changed))
        return self.own.change(changed)

    def remove_item(self, item_id: str) -> bool:
        """Remove an own item.

        Args:
            item_id: Its identifier.

        Returns:
            Whether there was such an item.
        """
        return self.own.remove(item_id) is not None

    def suggest(self, features: NDArray[np.float32]) -> str:
        """Category of most of the nine most similar items of the catalogue.

        Args:
            features: A row of features [F].

        Raises:
            FashionGraphError: If no item of the catalogue has a category.
        """
        items = self.catalogue.catalogue.items
        assert items.features is not None  # the encoder has features of the model
        row = torch.from_numpy(features).to(items.features.dtype)
        table = torch.nn.functional.normalize(items.features.float(), dim=1)
        similarity = table @ torch.nn.functional.normalize(row.float(), dim=0)
        similarity[items.category_id < 0] = -torch.inf
        near, rows = similarity.topk(min(_NEIGHBOURS, len(items)))
        if not bool(torch.isfinite(near).any()):
            raise FashionGraphError("'category' needs to be given: the catalogue has none")
        votes = torch.zeros(items.num_categories)
        votes.index_add_(0, items.category_id[rows].clamp(min=0), near.clamp(min=0))
        return items.categories[int(votes.argmax())]

    def picture_file(self, item_id: str) -> Path | None:
        """File of the picture of an item; :obj:`None` without one that may be shown.

        Args:
            item_id: An identifier.
        """
        catalogue = self.catalogue.catalogue
        row = int(catalogue.items.ids.get_indexer([item_id])[0])
        if row < 0:
            own = self.own.get(item_id)
            return None if own is None or own.picture is None else self.pictures.path(own.picture)
        if "image" not in catalogue.items.columns:
            return None
        value = catalogue.items.columns["image"].iloc[row]
        if not isinstance(value, str) or not value or "\0" in value:
            return None
        path = (catalogue.folder / value).resolve()
        folders = [catalogue.folder, *self.settings.picture_folders]
        inside = any(path.is_relative_to(folder.resolve()) for folder in folders)
        return path if inside else None

    # --- inside ---------------------------------------------------------------------------------

    def _join(self, number: int) -> None:
        """Join the own items to the catalogue."""
        records = self.own.all()
        base = self.catalogue
        taken = base.catalogue.items.ids
        free = [one for one in records if one.item_id not in taken]
        known = set(base.catalogue.items.categories)
        usable = [one for one in free if one.category in known]
        if len(usable) < len(records):
            LOG.warning(
                "%d own items have a category or an identifier that the catalogue has not or has "
                "otherwise; they are left out",
                len(records) - len(usable),
            )
        paths = {
            one.picture: str(self.pictures.path(one.picture).absolute())
            for one in usable
            if one.picture is not None
        }
        table = own_table(usable, base.catalogue.items, paths)
        self._stylist = base.with_items(table) if usable else base
        self._search = ItemSearch(self._stylist.catalogue.items)
        self._revision = number

    def _bring_up_to_date(self) -> None:
        """Encode own items anew whose features were made by the encoders of another model."""
        for item in self.own.out_of_date():
            if self.encoder is None or not self._is_encoded(item):
                LOG.warning("own item %s has features of another model; it is left out", item.item_id)
                continue
            self.own.change(replace(item, features=self._encoded(item)))

    def _is_encoded(self, item: ItemRecord) -> bool:
        """Whether the features of an item are made from what is stored of it."""
        needs = self.encoder is not None and self.encoder.reads_pictures
        return item.picture is not None or not needs

    def _encoded(self, item: ItemRecord) -> NDArray[np.float32]:
        if self.encoder is None:
            raise FashionGraphError(f"'features' needs a row of features: {self.no_encoder}")
        picture = None if item.picture is None else self.pictures.open(item.picture)
        columns = {**item.columns, "title": item.title or None, "category": item.category}
        with self._encoding:
            return self.encoder(picture, columns)

    def _check_category(self, category: str) -> None:
        names = self.catalogue.catalogue.items.categories
        if category not in names:
            shown = ", ".join(names[:8])
            raise FashionGraphError(
                f"'category' needs a category of the catalogue, such as {shown} (got {category!r})"
            )

    def _checked_columns(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        """Values of columns of the catalogue in the types of their columns."""
        known = self.catalogue.catalogue.items.columns
        found: dict[str, Any] = {}
        for name, value in columns.items():
            if name not in known or name in ("image", "title"):
                names = ", ".join(str(one) for one in known if one not in ("image", "title"))
                raise FashionGraphError(
                    f"'columns' needs columns of the catalogue, {names or 'which has none'} "
                    f"(got {name!r})"
                )
            kind = known[name].dtype
            if value is None or not pd.api.types.is_numeric_dtype(kind):
                found[name] = None if value is None else str(value)[:200]
                continue
            try:
                found[name] = float(value)
            except (TypeError, ValueError) as error:
                raise FashionGraphError(f"'{name}' needs a number (got {value!r})") from error
            if not np.isfinite(found[name]):
                raise FashionGraphError(f"'{name}' needs a finite number (got {value!r})")
        return found

    def _checked_features(self, features: Sequence[float]) -> NDArray[np.float32]:
        width = self.catalogue.catalogue.items.num_features
        with np.errstate(over="ignore"):
            row = np.asarray(features, dtype=np.float64).astype(np.float32)
        if row.shape != (width,):
            raise FashionGraphError(f"'features' needs {width:,} numbers (got {row.size:,})")
        if not np.isfinite(row).all():
            raise FashionGraphError("'features' needs finite numbers of float32")
        return row

    def _files(self) -> list[tuple[int, int, int] | None]:
        """What changes with the watched files."""
        found: list[tuple[int, int, int] | None] = []
        for path in self._watched:
            try:
                status = path.stat()
                found.append((status.st_mtime_ns, status.st_ino, status.st_size))
            except OSError:
                found.append(None)
        return found

    def _watch(self) -> None:
        """Load the catalogue again once its files have changed and stay as they are."""
        failed: list[tuple[int, int, int] | None] | None = None
        before = self._signature
        while not self._closed.wait(_WATCH_SECONDS):
            now = self._files()
            settled, before = now == before, now
            if now == self._signature or now == failed or not settled:
                continue
            try:
                fresh = self._load()
            except FashionGraphError as error:
                failed = now
                LOG.error("the changed catalogue cannot be loaded, the earlier one stays: %s", error)
                continue
            with self._joining:
                self.catalogue, self._signature, self._revision = fresh, now, -1
            LOG.info("the catalogue has changed: %d items", len(fresh.catalogue.items))
