"""Beam search over the slots of an outfit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import torch
from torch import Tensor

from fashiongraph.stylist.limits import Limit
from fashiongraph.stylist.scored_catalogue import ScoredCatalogue


def beam_search(
    catalogue: ScoredCatalogue,
    seed: Tensor,
    slots: Sequence[int],
    allowed: Tensor,
    width: int,
    generator: torch.Generator,
    limits: Sequence[Limit] = (),
) -> list[Tensor]:
    """Fill slots one after the other, and keep the best partial outfits.

    For each partial outfit the candidates of the next slot are ranked by
    :meth:`~fashiongraph.stylist.scored_catalogue.ScoredCatalogue.best`; the best of them all are
    then scored as outfits, which makes them comparable. The first item of an empty seed, which has
    no score, is drawn. A candidate with which an outfit cannot stay within a limit is left out,
    whatever is added later.

    Args:
        catalogue: The catalogue.
        seed: Rows of the items that each outfit has [n].
        slots: Categories to fill, in this order.
        allowed: Whether each item may be added [n].
        width: Number of partial outfits that are kept.
        generator: Draws the first item of an empty seed.
        limits: Upper bounds on sums over the items of an outfit, seed included.

    Returns:
        Rows of the items of the outfits that are left; none if a slot has no candidate.
    """
    category = catalogue.items.category_id
    beam = [seed]
    for place, slot in enumerate(slots):
        candidates = torch.nonzero((category == slot) & allowed).flatten()
        pools = [
            (torch.nonzero((category == later) & allowed).flatten(), count)
            for later, count in Counter(slots[place + 1 :]).items()
            if limits
        ]
        grown: dict[frozenset[int], Tensor] = {}
        for outfit in beam:
            free = candidates[~torch.isin(candidates, outfit)]
            left = [(rows[~torch.isin(rows, outfit)], count) for rows, count in pools]
            for limit in limits:
                free = free[limit.admits(outfit, free, limit.least_rest(free, left))]
            for item in _best(catalogue, outfit, free, width, generator):
                rows = torch.cat([outfit, item.view(1)])
                grown.setdefault(frozenset(rows.tolist()), rows)
        outfits = list(grown.values())
        kept = catalogue.log_odds(outfits).argsort(descending=True, stable=True)[:width]
        beam = [outfits[i] for i in kept]
    return beam


def _best(
    catalogue: ScoredCatalogue,
    outfit: Tensor,
    candidates: Tensor,
    width: int,
    generator: torch.Generator,
) -> Tensor:
    if not len(outfit):
        return candidates[torch.randperm(len(candidates), generator=generator)[:width]]
    return catalogue.best(outfit, candidates, width)
