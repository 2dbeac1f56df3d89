"""Completion of an outfit from a catalogue."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from fashiongraph.data.conditions import Condition
from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.models.wrapped_model import Scorer, as_outfit_model
from fashiongraph.retrieval.catalogue import Catalogue
from fashiongraph.retrieval.completion_scorer import CompletionScorer
from fashiongraph.retrieval.local_catalogue import LocalCatalogue

_GROWTH = 4
_FLOAT_ERROR = 1e-5  # relative error of sums of some thousand products in float32


@torch.no_grad()
def complete(
    model: Scorer,
    outfit: Sequence[str],
    items: ItemTable,
    slots: Sequence[str] | None = None,
    k: int = 10,
    shortlist: int | None = 100,
    states: Catalogue | None = None,
    unknown: str = "error",
    allowed: Tensor | None = None,
    conditions: Sequence[Condition] = (),
) -> pd.DataFrame:
    """Complete an outfit with the best items of each category.

    Each slot is a category to fill, and has its own ranking. The model scores the ``shortlist``
    best candidates of a slot by inner product with
    :meth:`~fashiongraph.models.OutfitModel.completion_query`, and all items that co-occur with the
    outfit in the graph of the model. A model without item vectors scores every item.

    The result is exact for ``shortlist=None``, and for models with an exact query
    (:attr:`~fashiongraph.models.OutfitModel.has_exact_query`): the shortlist is extended until
    rounding cannot hide one of the best ``k`` items outside it.

    Args:
        model: The model.
        outfit: Identifiers of the items of the outfit, at least one.
        items: The catalogue, including the items of the outfit, which are no candidates.
        slots: Names of the categories to fill; by default every category of the catalogue.
        k: Largest number of items of each category.
        shortlist: Number of candidates per slot that the model scores, at least ``k``; :obj:`None`
            for all.
        states: Stored vectors of the catalogue, for many calls; by default they are computed.
        unknown: As for :func:`fashiongraph.evaluation.score_outfits`.
        allowed: Whether each item of the catalogue is a candidate [n]; by default all are.
        conditions: Conditions that all allowed items fulfil. ``states`` in a database search under
            them; they do not replace ``allowed``.

    Returns:
        A table, best first, with the columns ``item_id``, ``category``, ``rank`` in its category
        from 1, and ``score`` (:meth:`~fashiongraph.models.OutfitModel.score_candidates`).

    Raises:
        FashionGraphError: If the outfit is empty, not a list, or has an unknown item, a slot is
            not a category of the catalogue, ``k`` or ``shortlist`` is out of range, or ``states``
            belongs to another catalogue or model.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.models import Siamese
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> model = Siamese(outfits.items.num_features)
        >>> result = complete(model, ["synthetic0000"], outfits.items, ["shoes", "skirt"], k=2)
        >>> result.groupby("category").size().to_dict()
        {'shoes': 2, 'skirt': 2}
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
    rows = items.rows(outfit)
    if not rows.numel():
        raise FashionGraphError("'outfit' needs at least one item")
    categories = _category_ids(items, slots)
    if states is not None and len(states) != len(items):
        raise FashionGraphError(
            f"'states' needs one row per item, {len(items)} (got {len(states)})"
        )
    if states is not None and states.scorer.model is not model:
        raise FashionGraphError("'states' needs to be those of this model")
    if allowed is not None and allowed.shape != (len(items),):
        raise FashionGraphError(
            f"'allowed' needs one entry per item, {len(items)} (got {list(allowed.shape)})"
        )
    free = torch.ones(len(items), dtype=torch.bool) if allowed is None else allowed.clone()
    free[rows] = False
    scorer = CompletionScorer(model, items) if states is None else states.scorer
    embedding = None if shortlist is None else scorer.embed(rows)
    if shortlist is None or embedding is None:
        found = [((items.category_id == c) & free).nonzero().flatten() for c in categories]
        scores = [scorer(rows, candidates, unknown) for candidates in found]
    else:
        if states is None:
            states = LocalCatalogue.build(model, items)
        found, scores = _shortlisted(
            states, rows, embedding, categories, k, shortlist, unknown, free, conditions
        )
    candidates, score = torch.cat([rows[:0], *found]), torch.cat([torch.empty(0), *scores])
    return _frame(items, candidates, score, k)


def _shortlisted(
    states: Catalogue,
    outfit: Tensor,
    embedding: Tensor,
    categories: list[int],
    k: int,
    shortlist: int,
    unknown: str,
    allowed: Tensor,
    conditions: Sequence[Condition],
) -> tuple[list[Tensor], list[Tensor]]:
    """Candidates of each category by shortlist, and their scores by the model.

    An exact query bounds the scores of all items outside the shortlist: by the inner product of the
    first of them plus its rounding error, which by the Cauchy-Schwarz inequality is at most the
    largest rounding error times the length of the query. A category whose k-th score is below this
    bound gets a longer shortlist.
    """
    scorer, model = states.scorer, states.scorer.model
    device_query = model.completion_query(embedding)
    query, offset = device_query[0].cpu(), float(device_query[1])
    rounding = states.rounding * float(query.norm())
    co_occurring = scorer.co_occurring(outfit)
    co_occurring = co_occurring[allowed[co_occurring]]
    found: list[Tensor] = []
    scores: list[Tensor] = []
    while categories:
        # One more than the model scores: it bounds the scores of all further items.
        best = [
            states.best(query, category, shortlist + 1, allowed, conditions)
            for category in categories
        ]
        of_category = scorer.items.category_id[co_occurring]
        ranked = [
            torch.cat([item[:shortlist], co_occurring[of_category == category]]).unique()
            for category, (item, _) in zip(categories, best, strict=True)
        ]
        exact = _scores(scorer, outfit, ranked, unknown, device_query)
        uncertain = []
        for category, rows, score, (item, product) in zip(
            categories, ranked, exact, best, strict=True
        ):
            if model.has_exact_query and len(item) > shortlist:
                slack = rounding + _FLOAT_ERROR * (float(product.abs().max()) + abs(offset))
                if score.topk(k).values[-1] < offset + float(product[-1]) + slack:
                    uncertain.append(category)
                    continue
            found.append(rows)
            scores.append(score)
        categories, shortlist = uncertain, shortlist * _GROWTH
    return found, scores


def _scores(
    scorer: CompletionScorer,
    outfit: Tensor,
    ranked: list[Tensor],
    unknown: str,
    query: tuple[Tensor, Tensor],
) -> list[Tensor]:
    """Scores of the candidates of each slot, in one call unless candidates interact."""
    if scorer.model.candidates_interact or not ranked:
        return [scorer(outfit, rows, unknown) for rows in ranked]
    sizes = [len(rows) for rows in ranked]
    return list(scorer(outfit, torch.cat(ranked), unknown, query=query).split(sizes))


def _category_ids(items: ItemTable, slots: Sequence[str] | None) -> list[int]:
    """Distinct categories of the slots; by default all."""
    if slots is None:
        return list(range(items.num_categories))
    index = {name: i for i, name in enumerate(items.categories)}
    for name in slots:
        if name not in index:
            names = ", ".join(items.categories[:8]) + (", …" if len(index) > 8 else "")
            raise FashionGraphError(
                f"'slots' needs categories of the catalogue, such as {names} (got {name!r})"
            )
    return [index[name] for name in dict.fromkeys(slots)]


def _frame(items: ItemTable, item: Tensor, score: Tensor, k: int) -> pd.DataFrame:
    """Table of the k best items of each category, best first, ties by row of the catalogue."""
    row, value, category = item.numpy(), score.numpy(), items.category_id[item].numpy()
    order = np.lexsort((row, -value, category))
    first = np.searchsorted(category[order], category[order])  # start of the category of each item
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
