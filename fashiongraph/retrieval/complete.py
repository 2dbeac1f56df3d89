"""Completion of an outfit from a catalogue."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.models.wrapped_model import Scorer, as_outfit_model
from fashiongraph.retrieval.catalogue_states import CatalogueStates
from fashiongraph.retrieval.completion_scorer import CompletionScorer

_GROWTH = 4
_FLOAT_ERROR = 1e-5  # of sums of some thousand products in float32, relative to the sums


@torch.no_grad()
def complete(
    model: Scorer,
    outfit: Sequence[str],
    items: ItemTable,
    slots: Sequence[str] | None = None,
    k: int = 10,
    shortlist: int | None = 100,
    states: CatalogueStates | None = None,
    unknown: str = "error",
) -> pd.DataFrame:
    """The items that complete an outfit best, at most ``k`` of each category.

    Each slot is a category and is answered on its own, so that no category floods the answer. The
    ``shortlist`` best candidates of a slot by inner product with
    :meth:`~fashiongraph.models.OutfitModel.completion_query`, and all items that co-occur with the
    outfit in the model's graph, are ranked by the model itself. A model without item vectors ranks
    every item.

    The answer is exact for ``shortlist=None``, and for any model whose query is its score
    (:attr:`~fashiongraph.models.OutfitModel.has_exact_query`): where rounding leaves doubt whether
    an item outside the shortlist is among the best ``k``, the shortlist grows.

    Args:
        model: The model.
        outfit: Identifiers of the outfit's items, at least one.
        items: The catalogue, with the outfit's items, which are no candidates.
        slots: Names of the categories to fill; by default every category of the catalogue.
        k: Most items of each category.
        shortlist: Candidates per slot that the model ranks, at least ``k``; :obj:`None` for all.
        states: Stored vectors of the catalogue, for many calls; by default they are encoded now.
        unknown: As for :func:`fashiongraph.evaluation.score_outfits`.

    Returns:
        Best first: ``item_id``, ``category``, ``rank`` within its category from 1, and ``score``,
        by which the model compares candidates
        (:meth:`~fashiongraph.models.OutfitModel.score_candidates`).

    Raises:
        FashionGraphError: If the outfit is empty, no list, or holds an unknown item, a slot is no
            category of the catalogue, ``k`` or ``shortlist`` is out of range, or ``states`` are
            those of another catalogue or model.
    """
    model = as_outfit_model(model)
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
    if states is not None and states.scorer.model is not model:
        raise FashionGraphError("'states' needs to be those of this model")
    scorer = CompletionScorer(model, items) if states is None else states.scorer
    embedding = None if shortlist is None else scorer.embed(own)
    if shortlist is None or embedding is None:
        found = _all_items(items, own, categories)
        scores = [scorer(own, rows, unknown) for rows in found]
    else:
        if states is None:
            states = CatalogueStates.build(model, items)
        found, scores = _shortlisted(states, own, embedding, categories, k, shortlist, unknown)
    rows, score = torch.cat([own[:0], *found]), torch.cat([torch.empty(0), *scores])
    return _frame(items, rows, score, k)


def _all_items(items: ItemTable, own: Tensor, categories: list[int]) -> list[Tensor]:
    """All items of each category but the outfit's own."""
    free = torch.ones(len(items), dtype=torch.bool)
    free[own] = False
    return [((items.category_id == c) & free).nonzero().flatten() for c in categories]


def _shortlisted(
    states: CatalogueStates,
    own: Tensor,
    embedding: Tensor,
    categories: list[int],
    k: int,
    shortlist: int,
    unknown: str,
) -> tuple[list[Tensor], list[Tensor]]:
    """Candidates of each category that the query ranks high, and their scores by the model.

    An exact query bounds what all items outside the shortlist score: at most the product of the
    first of them, plus what rounding may have taken from it, which by Cauchy and Schwarz is at most
    the largest rounding error times the length of the query. A category whose k-th score does not
    reach that bound gets a longer shortlist.
    """
    scorer, model = states.scorer, states.scorer.model
    query, constant = model.completion_query(embedding)
    query, offset = query.cpu(), float(constant)
    rounding = states.rounding * float(query.norm())
    near = _co_occurring(scorer, own)
    found: list[Tensor] = []
    scores: list[Tensor] = []
    while categories:
        # One more than is ranked: it bounds what all further ones score.
        best = [states.best(query, category, shortlist + 1, own) for category in categories]
        ranked = [
            torch.cat([item[:shortlist], near[scorer.items.category_id[near] == category]]).unique()
            for category, (item, _) in zip(categories, best, strict=True)
        ]
        exact = _scores(scorer, own, ranked, unknown)
        doubtful = []
        for category, rows, score, (item, product) in zip(
            categories, ranked, exact, best, strict=True
        ):
            if model.has_exact_query and len(item) > shortlist:
                slack = rounding + _FLOAT_ERROR * (float(product.abs().max()) + abs(offset))
                if score.topk(k).values[-1] < offset + float(product[-1]) + slack:
                    doubtful.append(category)
                    continue
            found.append(rows)
            scores.append(score)
        categories, shortlist = doubtful, shortlist * _GROWTH
    return found, scores


def _scores(
    scorer: CompletionScorer, own: Tensor, ranked: list[Tensor], unknown: str
) -> list[Tensor]:
    """Scores of the candidates of each slot; of all slots in one call unless they interact."""
    if scorer.model.candidates_interact or not ranked:
        return [scorer(own, rows, unknown) for rows in ranked]
    return list(scorer(own, torch.cat(ranked), unknown).split([len(rows) for rows in ranked]))


def _co_occurring(scorer: CompletionScorer, own: Tensor) -> Tensor:
    """Items that co-occur with the outfit in training, for a model that reads co-occurrence."""
    cooccurrence = scorer.batcher.cooccurrence
    if cooccurrence is None or "edge_cooccurrence" not in scorer.model.batch_inputs:
        return own[:0]
    rows = cooccurrence.co_occurring(own.unique())
    return rows[~torch.isin(rows, own)]


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
