"""Catalogue with further items that are not stored."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from fashiongraph.data.conditions import Condition
from fashiongraph.data.item_table import ItemTable
from fashiongraph.retrieval.catalogue import Catalogue
from fashiongraph.retrieval.completion_scorer import CompletionScorer


class ExtendedCatalogue(Catalogue):
    """Catalogue with further items, whose vectors are in memory beside the store.

    Items of a visitor join a search, and neither files nor a database change.

    Args:
        base: The stored catalogue.
        items: Its items and further ones, as :func:`~fashiongraph.data.append_items` joins them.

    Raises:
        FashionGraphError: As :class:`CompletionScorer`.

    Example:
        >>> from fashiongraph.data import append_items
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.models import Siamese
        >>> from fashiongraph.retrieval import LocalCatalogue
        >>> items = SyntheticOutfits.attributes_only(num_outfits=60, seed=0).items
        >>> guest = ItemTable.from_lists(["mine"], ["bag"], items.features[:1])
        >>> base = LocalCatalogue.build(Siamese(items.num_features), items)
        >>> len(base), len(ExtendedCatalogue(base, append_items(items, guest)))
        (100, 101)
    """

    def __init__(self, base: Catalogue, items: ItemTable) -> None:
        super().__init__(CompletionScorer(base.scorer.model, items), base.rounding)
        self.base = base
        further = self.scorer.embed(torch.arange(len(base), len(items)))
        assert further is not None  # as the base
        further = further.cpu()
        self.further = further.to(torch.promote_types(further.dtype, torch.float32))

    def best(
        self,
        query: Tensor,
        category: int,
        count: int,
        allowed: Tensor,
        conditions: Sequence[Condition] = (),
    ) -> tuple[Tensor, Tensor]:
        """See :meth:`Catalogue.best`."""
        start, items = len(self.base), self.scorer.items
        fits = (items.category_id[start:] == category) & allowed[start:]
        stored = fits.new_empty(0, dtype=torch.int64), self.further.new_empty(0)
        if category < self.base.scorer.items.num_categories:
            stored = self.base.best(query, category, count, allowed[:start], conditions)
        return self._merged(stored, query, fits.nonzero().flatten() + start, count)

    def nearest(self, query: Tensor, candidates: Tensor, count: int) -> tuple[Tensor, Tensor]:
        """See :meth:`Catalogue.nearest`."""
        start = len(self.base)
        stored = self.base.nearest(query, candidates[candidates < start], count)
        return self._merged(stored, query, candidates[candidates >= start], count)

    def vectors(self, rows: Tensor) -> Tensor:
        """See :meth:`Catalogue.vectors`."""
        start = len(self.base)
        found = self.further.new_empty((len(rows), self.further.size(1)))
        is_stored = rows < start
        found[is_stored] = self.base.vectors(rows[is_stored]).to(found)
        found[~is_stored] = self.further[rows[~is_stored] - start]
        return found

    def changed(self, items: ItemTable, source: Tensor) -> Catalogue:
        """See :meth:`Catalogue.changed`; further items are encoded again."""
        return self.base.changed(items, source.masked_fill(source >= len(self.base), -1))

    def _merged(
        self, stored: tuple[Tensor, Tensor], query: Tensor, further: Tensor, count: int
    ) -> tuple[Tensor, Tensor]:
        """The best of what the base found and of further items by their rows."""
        product = self.further[further - len(self.base)] @ query.to(self.further)
        row, product = torch.cat([stored[0], further]), torch.cat([stored[1], product])
        product, place = product.topk(min(count, len(product)))
        return row[place], product
