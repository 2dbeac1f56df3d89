"""Item vectors of a catalogue in Milvus."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from fashiongraph.data.conditions import Condition
from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import DataError
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.retrieval.catalogue import BLOCK, Catalogue, encoded, vector_size
from fashiongraph.retrieval.completion_scorer import CompletionScorer
from fashiongraph.retrieval.embedding_key import embedding_key
from fashiongraph.retrieval.milvus_collection import MOST_RESULTS, MilvusCollection
from fashiongraph.retrieval.milvus_columns import MilvusColumns, named

_MARGIN = 16  # further results, in place of those that conditions allow and the caller does not
_GROWTH = 4
_MOST_NAMED = 4096  # items of one filter by identifier


class MilvusCatalogue(Catalogue):
    """Item vectors of a catalogue in a collection of Milvus, with the columns of the items.

    Searches are exact: a flat index with inner products in float32. Category and conditions are
    filters of the search, but for columns whose values have changed since they were stored.
    Candidates that no filter describes, such as those within a budget, are found among further
    results, or by their identifiers where these do not suffice. The result is that of the table of
    items in each case.

    A file ``….db`` is served by Milvus Lite inside this process, on a port of this machine; a
    second process cannot open it meanwhile.

    Args:
        scorer: Scorer of a model over the items.
        collection: The collection.
        columns: Fields of the columns of the items.

    Attributes:
        size: Size of a vector.

    Example:
        >>> import tempfile
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.models import Siamese
        >>> items = SyntheticOutfits.attributes_only(num_outfits=60, seed=0).items
        >>> model = Siamese(items.num_features)
        >>> folder = tempfile.TemporaryDirectory()
        >>> catalogue = MilvusCatalogue.build(model, items, f"{folder.name}/shop.db")
        >>> everything = torch.ones(len(items), dtype=torch.bool)
        >>> rows, products = catalogue.best(torch.ones(64), 0, 3, everything)
        >>> len(rows)
        3
    """

    def __init__(
        self, scorer: CompletionScorer, collection: MilvusCollection, columns: MilvusColumns
    ) -> None:
        super().__init__(scorer)
        self.collection = collection
        self.columns = columns
        self.size = vector_size(scorer)

    @classmethod
    def build(
        cls,
        model: OutfitModel,
        items: ItemTable,
        uri: str,
        overwrite: bool = False,
        batch_size: int = BLOCK,
    ) -> MilvusCatalogue:
        """Encode all items of a catalogue and store them.

        An existing catalogue is replaced once the new one is complete.

        Args:
            model: A model with item vectors.
            items: Items with features.
            uri: A file ``….db``, or the URL of a server.
            overwrite: Whether to replace a catalogue that is there.
            batch_size: Number of items encoded at once.

        Raises:
            DataError: If there is a catalogue and ``overwrite`` is false, or a collection of that
                name that is no catalogue.
            FashionGraphError: If the model has no item vectors, or Milvus cannot be reached.
        """
        scorer = CompletionScorer(model, items)
        size = vector_size(scorer)
        collection = MilvusCollection.connect(uri, create=True)
        collection.check_replaceable(overwrite)
        blocks = encoded(scorer, torch.arange(len(items)), batch_size)
        return cls._filled(scorer, collection, size, blocks)

    @classmethod
    def load(cls, uri: str, model: OutfitModel, items: ItemTable) -> MilvusCatalogue:
        """Open a stored catalogue.

        Args:
            uri: The place that :meth:`build` wrote.
            model: The model that encoded the items.
            items: The items that were encoded.

        Raises:
            DataError: If there is none, or it has the vectors of another model or of other items.
            FashionGraphError: If Milvus cannot be reached.
        """
        collection = MilvusCollection.connect(uri)
        card = collection.card()
        if card["key"] != embedding_key(model, items):
            raise DataError("holds the states of another model or of other items", uri)
        columns = MilvusColumns.stored(card["columns"], card["values"], items)
        return cls(CompletionScorer(model, items), collection, columns)

    def best(
        self,
        query: Tensor,
        category: int,
        count: int,
        allowed: Tensor,
        conditions: Sequence[Condition] = (),
    ) -> tuple[Tensor, Tensor]:
        """See :meth:`Catalogue.best`."""
        items = self.scorer.items
        rows = ((items.category_id == category) & allowed).nonzero().flatten()
        of_category = Condition("category", "=", (items.categories[category],))
        filters = [self.columns.filter(one, items) for one in (of_category, *conditions)]
        return self._search(query, rows, " and ".join(filter(None, filters)), count)

    def nearest(self, query: Tensor, candidates: Tensor, count: int) -> tuple[Tensor, Tensor]:
        """See :meth:`Catalogue.nearest`."""
        items = self.scorer.items
        categories = items.category_id[candidates].unique().tolist()
        if -1 in categories:  # a missing category is in no list
            return self._named(query, candidates, count)
        names = tuple(items.categories[one] for one in categories)
        of_categories = self.columns.filter(Condition("category", "in", names), items)
        return self._search(query, candidates, of_categories, count)

    def vectors(self, rows: Tensor) -> Tensor:
        """See :meth:`Catalogue.vectors`."""
        distinct, place = rows.unique(return_inverse=True)
        found = torch.empty((len(distinct), self.size))
        for block in distinct.split(_MOST_NAMED) if len(rows) else ():
            ids, vectors = self.collection.vectors(self._names(block))
            found[torch.searchsorted(distinct, self._rows(ids, len(block)))] = vectors
        return found[place]

    @torch.no_grad()
    def changed(self, items: ItemTable, source: Tensor) -> MilvusCatalogue:
        """See :meth:`Catalogue.changed`.

        Until all is written, the collection is no catalogue and :meth:`load` refuses it. With other
        columns, columns of other types, or other identifiers of kept items, all items are copied to
        a new collection, which replaces this one.
        """
        scorer, columns = CompletionScorer(self.scorer.model, items), MilvusColumns.of(items)
        size, collection, before = self.size, self.collection, self.scorer.items
        rows = torch.arange(len(items))
        kept = rows[source >= 0]
        renamed = items.ids[kept.numpy()] != before.ids[source[kept].numpy()]
        if columns != self.columns or renamed.any():
            blocks = ((one, self._with_kept(scorer, one, source)) for one in rows.split(BLOCK))
            return self._filled(scorer, collection, size, blocks)
        fresh = source < 0
        for one in kept.split(BLOCK):  # a kept item may have another category or other values
            old, new = columns.records(before, source[one]), columns.records(items, one)
            fresh[one] = torch.tensor(
                [a != b for a, b in zip(old, new, strict=True)], dtype=torch.bool
            )
        collection.write_card({**_card(scorer, columns), "key": ""}, size)
        for one in rows[fresh].split(BLOCK):
            vectors = self._with_kept(scorer, one, source)
            collection.write(_records(items, columns, one, vectors))
        collection.remove(before.ids[(items.find(before.ids) < 0).numpy()].tolist())
        collection.write_card(_card(scorer, columns), size)
        collection.flush()
        return MilvusCatalogue(scorer, collection, columns)

    @classmethod
    def _filled(
        cls,
        scorer: CompletionScorer,
        collection: MilvusCollection,
        size: int,
        blocks: Iterable[tuple[Tensor, Tensor]],
    ) -> MilvusCatalogue:
        """A new collection of all items in place of the one that is there."""
        columns = MilvusColumns.of(scorer.items)
        with collection.replaced(columns.fields, size) as draft:
            draft.write_card(_card(scorer, columns), size)
            for rows, vectors in blocks:
                draft.write(_records(scorer.items, columns, rows, vectors))
        return cls(scorer, draft, columns)

    def _with_kept(self, scorer: CompletionScorer, rows: Tensor, source: Tensor) -> Tensor:
        """Vectors of items of another table: those that are stored, and others encoded."""
        found = torch.empty((len(rows), self.size))
        fresh = source[rows] < 0
        found[~fresh] = self.vectors(source[rows][~fresh])
        for block, vectors in encoded(scorer, rows[fresh]):
            found[torch.searchsorted(rows, block)] = vectors.to(found)
        return found

    def _search(
        self, query: Tensor, rows: Tensor, filters: str, count: int
    ) -> tuple[Tensor, Tensor]:
        """The best of some rows, all of which fulfil the filters."""
        count = min(count, len(rows))
        limit = count + _MARGIN
        wanted = torch.zeros(len(self), dtype=torch.bool)
        wanted[rows] = True
        while count > 0 and limit <= MOST_RESULTS:
            ids, product = self.collection.search(query, filters, limit)
            item = self._rows(ids)
            kept = wanted[item]
            if int(kept.sum()) >= count:
                return item[kept][:count], product[kept][:count]
            if len(ids) < limit or len(rows) <= limit * _GROWTH:
                break
            limit *= _GROWTH
        return self._named(query, rows, count)

    def _named(self, query: Tensor, rows: Tensor, count: int) -> tuple[Tensor, Tensor]:
        """The best of some rows, which the filter names."""
        item, product = [rows[:0]], [torch.empty(0)]
        for block in rows.split(_MOST_NAMED) if count else ():
            most = min(count, len(block))
            ids, products = self.collection.search(query, named(self._names(block)), most)
            item.append(self._rows(ids, most))
            product.append(products)
        value, place = torch.cat(product).topk(min(count, len(rows)))
        return torch.cat(item)[place], value

    def _names(self, rows: Tensor) -> list[str]:
        names: list[str] = self.scorer.items.ids[rows.numpy()].tolist()
        return names

    def _rows(self, ids: Sequence[str], least: int = 0) -> Tensor:
        """Rows of items that Milvus has found, at least so many."""
        rows = self.scorer.items.find(ids)
        if len(ids) < least or bool((rows < 0).any()):
            raise DataError(
                "has other items than when it was opened; open it again", self.collection.uri
            )
        return rows


def _card(scorer: CompletionScorer, columns: MilvusColumns) -> dict[str, Any]:
    """What the vectors belong to, and the fields of the columns."""
    return {
        "key": embedding_key(scorer.model, scorer.items),
        "columns": dict(columns.kinds),
        "values": columns.digests(scorer.items),
    }


def _records(
    items: ItemTable, columns: MilvusColumns, rows: Tensor, vectors: Tensor
) -> list[dict[str, Any]]:
    """Fields of items with their identifiers and vectors."""
    ids, values = items.ids[rows.numpy()].tolist(), vectors.float().numpy()
    fields = columns.records(items, rows)
    return [
        {"item_id": name, "vector": vector, **one}
        for name, vector, one in zip(ids, values, fields, strict=True)
    ]
