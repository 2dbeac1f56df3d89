"""Completions by an exact search over stored states, ranked by the full model."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from fashiongraph.data.item_table import ItemTable
from fashiongraph.models import ADDGNN
from fashiongraph.retrieval.item_states import ItemStates
from fashiongraph.retrieval.linear_score import linear_score

_GROWTH = 4
_FLOAT_ERROR = 1e-5  # of a sum of some thousand products in float32, relative to the sum


def best_by_shortlist(
    model: ADDGNN,
    items: ItemTable,
    own: Tensor,
    categories: list[int],
    k: int,
    shortlist: int,
    states: ItemStates,
    full: Callable[[Tensor], Tensor],
) -> tuple[Tensor, Tensor]:
    """Full scores of the best candidates of each category by the no-graph score.

    The score of an unseen candidate of a model without graph lies below that of the last one on
    the shortlist by the stored states, plus what rounding may have taken from it: by Cauchy and
    Schwarz no more than the longest rounding error times the length of the query. A category
    whose ``k``-th score does not reach that bound gets a longer shortlist.

    Args:
        model: The model.
        items: The catalogue.
        own: Rows of the outfit's items.
        categories: The categories.
        k: Number of items of each category that have to be right.
        shortlist: Number of candidates of each category to begin with, at least ``k``.
        states: States of the catalogue.
        full: Maps rows of the catalogue to the scores of the outfit with each.

    Returns:
        Rows of the catalogue, and their scores.
    """
    assert items.features is not None  # states are made of them
    h = model.encode(items.features[own].float().to(model.lin.weight.device))
    query, constant = (part.cpu() for part in linear_score(model.scorer, h))
    query = query.flatten()
    rounding = states.rounding * float(query.norm())
    item, score = [own[:0]], [torch.empty(0)]
    while categories:
        best = [states.best(query, category, shortlist, own) for category in categories]
        scores = full(torch.cat([found for found, _ in best])).split([len(f) for f, _ in best])
        doubtful = []
        for category, (found, product), exact in zip(categories, best, scores, strict=True):
            if model.conv is None and len(found) == shortlist:  # then there may be more
                slack = rounding + _FLOAT_ERROR * float(product.abs().max() + constant.abs())
                if exact.topk(k).values[-1] < constant + product[-1] + slack:
                    doubtful.append(category)
                    continue
            item.append(found)
            score.append(exact)
        categories, shortlist = doubtful, shortlist * _GROWTH
    return torch.cat(item), torch.cat(score)
