"""Adding and changing own items."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from fashiongraph.data.feature_source import FeatureSource
from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.serve.item_encoder import ItemEncoder
from fashiongraph.serve.own_items import ItemRecord, OwnItems
from fashiongraph.serve.picture_folder import PictureFolder

LOG = logging.getLogger("fashiongraph.serve")
_NEIGHBOURS = 9
_LONGEST = 200  # characters of a value


class ItemEditor:
    """Adds and changes own items, whose features are made by the encoders of the model.

    Args:
        own: The own items.
        pictures: Their pictures.
        sources: Sources of the model's features.
        catalogue: Returns the items of the catalogue, whose categories and columns they share.

    Attributes:
        encoder: The encoder, or :obj:`None` if the model's features cannot be made again.
        no_encoder: The reason why there is none.
    """

    def __init__(
        self,
        own: OwnItems,
        pictures: PictureFolder,
        sources: Sequence[FeatureSource],
        catalogue: Callable[[], ItemTable],
    ) -> None:
        self.own = own
        self.pictures = pictures
        self.catalogue = catalogue
        self.encoder: ItemEncoder | None = None
        self.no_encoder = ""
        try:
            self.encoder = ItemEncoder(sources)
        except FashionGraphError as error:
            self.no_encoder = str(error)
        self._encoding = threading.Lock()

    def add(
        self,
        category: str,
        title: str = "",
        columns: Mapping[str, Any] | None = None,
        picture: bytes | None = None,
        features: Sequence[float] | None = None,
    ) -> str:
        """Add an item.

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
        values = self._typed(columns or {})
        given = None if features is None else self._checked(features)
        digest = None if picture is None else self.pictures.add(picture)
        item = ItemRecord("", category, title.strip(), values, digest, np.empty(0, np.float32))
        row = self._encoded(item) if given is None else given
        return self.own.add(
            replace(item, features=row, category=category or self.suggested_category(row))
        )

    def change(
        self,
        item_id: str,
        category: str | None = None,
        title: str | None = None,
        columns: Mapping[str, Any] | None = None,
    ) -> bool:
        """Change an item.

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
        merged = {**item.columns, **self._typed(columns or {})}
        changed = replace(
            item,
            category=item.category if category is None else category,
            title=item.title if title is None else title.strip(),
            columns={name: value for name, value in merged.items() if value is not None},
        )
        if (changed.title, changed.columns) != (item.title, item.columns) and self._made_here(item):
            changed = replace(changed, features=self._encoded(changed))
        return self.own.change(changed)

    def suggested_category(self, features: NDArray[np.float32]) -> str:
        """Category of most of the nine most similar items of the catalogue.

        Args:
            features: A row of features [F].

        Raises:
            FashionGraphError: If no item of the catalogue has a category.
        """
        items = self.catalogue()
        assert items.features is not None  # the row has as many features
        table = torch.nn.functional.normalize(items.features.float(), dim=1)
        similarity = table @ torch.nn.functional.normalize(torch.from_numpy(features), dim=0)
        similarity[items.category_id < 0] = -torch.inf
        near, rows = similarity.topk(min(_NEIGHBOURS, len(items)))
        if not bool(torch.isfinite(near).any()):
            raise FashionGraphError("'category' needs to be given, since the catalogue has none")
        votes = torch.zeros(items.num_categories)
        votes.index_add_(0, items.category_id[rows].clamp(min=0), near.clamp(min=0))
        return items.categories[int(votes.argmax())]

    def bring_up_to_date(self) -> None:
        """Encode items anew whose features were made by the encoders of another model."""
        for item in self.own.out_of_date():
            if self._made_here(item):
                self.own.change(replace(item, features=self._encoded(item)))
            else:
                LOG.warning("%s has features of another model; it is left out", item.item_id)

    def _made_here(self, item: ItemRecord) -> bool:
        """Whether the features of an item can be made again from what is stored of it."""
        if self.encoder is None:
            return False
        return item.picture is not None or not self.encoder.reads_pictures

    def _encoded(self, item: ItemRecord) -> NDArray[np.float32]:
        if self.encoder is None:
            raise FashionGraphError(f"'features' needs a row of features: {self.no_encoder}")
        picture = None if item.picture is None else self.pictures.open(item.picture)
        columns = {**item.columns, "title": item.title or None, "category": item.category}
        with self._encoding:
            return self.encoder(picture, columns)

    def _check_category(self, category: str) -> None:
        names = self.catalogue().categories
        if category not in names:
            shown = ", ".join(names[:8])
            raise FashionGraphError(
                f"'category' needs a category of the catalogue, such as {shown} (got {category!r})"
            )

    def _typed(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        """Values of columns of the catalogue in the types of their columns."""
        known = self.catalogue().columns
        found: dict[str, Any] = {}
        for name, value in columns.items():
            if name not in known or name in ("image", "title"):
                names = ", ".join(str(one) for one in known if one not in ("image", "title"))
                raise FashionGraphError(
                    f"'columns' needs columns of the catalogue, {names or 'which has none'} "
                    f"(got {name!r})"
                )
            number = pd.api.types.is_numeric_dtype(known[name].dtype)
            if value is None or not number:
                found[name] = None if value is None else str(value)[:_LONGEST]
                continue
            try:
                found[name] = float(value)
            except (TypeError, ValueError) as error:
                raise FashionGraphError(f"'{name}' needs a number (got {value!r})") from error
            if not np.isfinite(found[name]):
                raise FashionGraphError(f"'{name}' needs a finite number (got {value!r})")
        return found

    def _checked(self, features: Sequence[float]) -> NDArray[np.float32]:
        """A row of features of the width of the model's, in the type that is computed with."""
        width = self.catalogue().num_features
        with np.errstate(over="ignore"):
            row = np.asarray(features, dtype=np.float64).astype(np.float32)
        if row.shape != (width,):
            raise FashionGraphError(f"'features' needs {width:,} numbers (got {row.size:,})")
        if not np.isfinite(row).all():
            raise FashionGraphError("'features' needs finite numbers of float32")
        return row
