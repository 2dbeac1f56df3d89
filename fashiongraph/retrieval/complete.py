"""Completing an outfit from a catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.models import ADDGNN
from fashiongraph.retrieval.best_by_shortlist import best_by_shortlist
from fashiongraph.retrieval.category_scores import category_scores
from fashiongraph.retrieval.completed_scores import completed_scores
from fashiongraph.retrieval.item_encoder import ItemEncoder
from fashiongraph.retrieval.item_states import ItemStates


@torch.no_grad()
def complete(
    model: ADDGNN,
    outfit: Sequence[str],
    items: ItemTable,
    slots: Sequence[str] | None = None,
    k: int = 10,
    shortlist: int | None = 100,
    states: ItemStates | None = None,
    unknown: str = "error",
) -> pd.DataFrame:
    """The items that complete an outfit best, at most ``k`` of each category.

    Each slot is a category, and answered on its own, so that one category does not flood the
    answer. The ``shortlist`` best candidates of a slot by the no-graph score, found by an exact
    maximum-inner-product search (see :func:`~fashiongraph.retrieval.linear_score.linear_score`),
    are ranked by the full model.

    For a model without graph the answer is exact: where rounding leaves doubt whether an item
    outside the shortlist belongs to the best ``k``, more candidates are looked at. With a graph
    it is exact for ``shortlist=None``, which asks the full model about every item of the slots,
    block by block, and needs no states.

    Args:
        model: The model.
        outfit: Identifiers of the outfit's items, at least one.
        items: The catalogue. It holds the outfit's items, which are no candidates.
        slots: Names of the categories to fill; by default every category of the catalogue.
        k: Most items of each category.
        shortlist: Candidates per slot that the full model ranks, at least ``k``; :obj:`None` for
            all.
        states: States of the catalogue, encoded once for many calls; by default they are encoded
            now.
        unknown: As for :func:`fashiongraph.evaluation.score_outfits`.

    Returns:
        Best first: ``item_id``, ``category``, ``rank`` within its category from 1, and ``score``
        of the outfit with the item, by which candidates are compared
        (:meth:`~fashiongraph.models.ADDGNN.mean_score`).

    Raises:
        FashionGraphError: If the outfit is empty, no list, or holds an unknown item, a slot is no
            category of the catalogue, ``k`` or ``shortlist`` is out of range, or ``states`` are
            those of another catalogue or model.
    """
    if k < 1:
        raise FashionGraphError(f"'k' needs to be a positive integer (got {k})")
    if shortlist is not None and shortlist < k:
        raise FashionGraphError(f"'shortlist' needs to be at least k, {k} (got {shortlist})")
    if isinstance(outfit, str):
        raise FashionGraphError(f"'outfit' needs a list of identifiers (got {outfit!r})")
    if isinstance(slots, str):
        raise FashionGraphError(f"'slots' needs a list of categories (got {slots!r})")
    own = items.rows(outfit)
    if not own.numel():
        raise FashionGraphError("'outfit' needs at least one item")
    categories = _category_ids(items, slots)
    if states is not None and len(states) != len(items):
        raise FashionGraphError(
            f"'states' needs one row per item, {len(items)} (got {len(states)})"
        )
    if states is not None and states.encode.model is not model:
        raise FashionGraphError("'states' needs to be those of this model")
    if shortlist is None:
        encode = ItemEncoder(model, items) if states is None else states.encode
        item, score = _every_item(encode, own, categories, unknown)
    else:
        states = ItemStates.build(model, items) if states is None else states
        item, score = best_by_shortlist(states, own, categories, k, shortlist, unknown)
    return _frame(items, item, score, k)


def _every_item(
    encode: ItemEncoder, own: Tensor, categories: list[int], unknown: str
) -> tuple[Tensor, Tensor]:
    """All items of some categories, and the full score of the outfit with each."""
    model, items = encode.model, encode.items
    score_all = partial(completed_scores, model, items)
    if model.conv is not None:
        score_all = partial(category_scores, encode)
    takes_part = torch.ones(len(items), dtype=torch.bool)
    takes_part[own] = False
    found = [((items.category_id == c) & takes_part).nonzero().flatten() for c in categories]
    scores = [score_all(own, item, unknown) for item in found]
    return torch.cat([own[:0], *found]), torch.cat([torch.empty(0), *scores])


def _category_ids(items: ItemTable, slots: Sequence[str] | None) -> list[int]:
    """The categories of the slots, each once; all where none are named."""
    if slots is None:
        return list(range(items.num_categories))
    place = {name: index for index, name in enumerate(items.categories)}
    for name in slots:
        if name not in place:
            known = ", ".join(items.categories[:8]) + (", …" if len(place) > 8 else "")
            raise FashionGraphError(
                f"'slots' needs categories of the catalogue, such as {known} (got {name!r})"
            )
    return [place[name] for name in dict.fromkeys(slots)]


def _frame(items: ItemTable, item: Tensor, score: Tensor, k: int) -> pd.DataFrame:
    """The k best of each category, best first; the earlier row of the catalogue where two tie."""
    row, value, category = item.numpy(), score.numpy(), items.category_id[item].numpy()
    order = np.lexsort((row, -value, category))
    first = np.searchsorted(category[order], category[order])  # where the item's category starts
    rank = np.arange(len(order)) - first + 1
    order, rank = order[rank <= k], rank[rank <= k]
    best_first = np.lexsort((row[order], -value[order]))
    order, rank = order[best_first], rank[best_first]
    return pd.DataFrame(
        {
            "item_id": items.ids[row[order]],
            "category": np.array(items.categories, object)[category[order]],
            "rank": rank,
            "score": value[order],
        }
    )
