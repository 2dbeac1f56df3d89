"""Completions by an exact search over stored states, ranked by the full model."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from fashiongraph.retrieval.category_parts import category_parts
from fashiongraph.retrieval.category_scores import category_scores
from fashiongraph.retrieval.item_states import ItemStates
from fashiongraph.retrieval.linear_score import linear_score
from fashiongraph.retrieval.memory_parts import companions, memory_parts, unmet_part

_GROWTH = 4
_FLOAT_ERROR = 1e-5  # of sums of some thousand products in float32, relative to the sums


def best_by_shortlist(
    states: ItemStates,
    own: Tensor,
    categories: list[int],
    k: int,
    shortlist: int,
    unknown: str = "error",
) -> tuple[Tensor, Tensor]:
    """Full scores of the best candidates of each category by the no-graph score.

    A model without graph is done with the inner products of freshly encoded states. What it has
    not looked at scores, by the stored states, no more than the first item beyond the shortlist,
    plus what rounding may have taken from it: by Cauchy and Schwarz at most the longest rounding
    error times the length of the query. A category whose ``k``-th score does not reach that bound
    gets a longer shortlist. What an outfit's categories add to its score is the same for all
    candidates of a category, and comes last.

    A model that remembers pairs is also asked about every item that was worn with one of the
    outfit's: it adds no more to any other than to an item it has never seen.

    Args:
        states: States of the catalogue, and the model that they are of.
        own: Rows of the outfit's items.
        categories: The categories.
        k: Number of items of each category that have to be right.
        shortlist: Number of candidates of each category to begin with, at least ``k``.
        unknown: As for :func:`fashiongraph.evaluation.score_outfits`.

    Returns:
        Rows of the catalogue, and their scores.
    """
    encode, model = states.encode, states.encode.model
    full = None if model.conv is None else partial(category_scores, encode, own, unknown=unknown)
    query, constant = linear_score(model.scorer, encode.alone(own))
    stored_query = query.flatten().cpu()
    rounding = states.rounding * float(query.norm())
    item, score = [own[:0]], [torch.empty(0)]
    met, unmet = companions(encode, own), unmet_part(encode, own)
    met = met[~torch.isin(met, own)]
    while categories:
        # One more than is ranked: it bounds what all further ones score.
        best = [states.best(stored_query, category, shortlist + 1, own) for category in categories]
        ranked = [
            torch.cat([found[:shortlist], met[encode.items.category_id[met] == category]]).unique()
            for category, (found, _) in zip(categories, best, strict=True)
        ]
        if full is not None:
            scores = [full(one) for one in ranked]
        else:
            asked = torch.cat(ranked)
            product = encode.alone(asked).flatten(1) @ query.flatten()
            total = (product + constant).float().cpu() + memory_parts(encode, own, asked)
            scores = list(total.split([len(one) for one in ranked]))
        doubtful = []
        for place, (category, (found, product)) in enumerate(zip(categories, best, strict=True)):
            exact = scores[place]
            if full is None and len(found) > shortlist:
                summed = float(product.abs().max() + constant.abs()) + abs(unmet)
                slack = rounding + _FLOAT_ERROR * summed
                if exact.topk(k).values[-1] < float(constant) + product[-1] + slack + unmet:
                    doubtful.append(category)
                    continue
            item.append(ranked[place])
            score.append(exact)
        categories, shortlist = doubtful, shortlist * _GROWTH
    rows, total = torch.cat(item), torch.cat(score)
    if full is None:
        total = total + category_parts(encode, own, rows, unknown)
    return rows, total
