"""Whole outfits from a seed or from nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import torch
from torch import Tensor
from torch_geometric.utils import scatter

from fashiongraph.errors import FashionGraphError
from fashiongraph.stylist.answer import Answer, Panel
from fashiongraph.stylist.beam import beam_search
from fashiongraph.stylist.diversity import check_diversity, diverse
from fashiongraph.stylist.limits import Limit, captions, with_values
from fashiongraph.stylist.scored_catalogue import ScoredCatalogue, verdict
from fashiongraph.stylist.templates import templates

_WIDTH = 8
_POOL = 20  # outfits per outfit that is asked for, of which diverse ones are chosen


def compose(
    catalogue: ScoredCatalogue,
    seed: Sequence[str],
    n: int,
    slots: Sequence[str] | None,
    allowed: Tensor,
    diversity: float,
    once: bool,
    random_seed: int,
    limits: Sequence[Limit] = (),
) -> Answer:
    """Compose outfits; see :meth:`fashiongraph.stylist.Stylist.compose`.

    Args:
        catalogue: The catalogue.
        seed: Identifiers of items that each outfit has.
        n: Number of outfits.
        slots: Categories to add; :obj:`None` for those of the catalogue's outfits.
        allowed: Whether each item of the catalogue may be added [n].
        diversity: Weight of the difference between outfits.
        once: Whether an added item is in one outfit only.
        random_seed: Seed of the first items of an empty seed.
        limits: Upper bounds on sums over the items of an outfit.
    """
    if n < 1:
        raise FashionGraphError(f"'n' needs to be a positive integer (got {n})")
    check_diversity(diversity)
    rows = catalogue.rows(seed)
    free = allowed.clone()
    free[rows] = False
    free, without = with_values(limits, catalogue.items, rows, free)
    plans = templates(catalogue.items, catalogue.outfits, rows, slots)
    generator = torch.Generator().manual_seed(random_seed)
    width = max(_WIDTH, 2 * n)
    if not once:
        found, odds = search(catalogue, rows, plans, free, width, generator, limits)
        chosen = _diverse(catalogue, found[: _POOL * n], odds[: _POOL * n], n, diversity)
        return _answer(catalogue, [found[i] for i in chosen], odds[chosen], n, limits, without)
    kept: list[Tensor] = []
    while len(kept) < n:  # each outfit without the items of those before
        found, _ = search(catalogue, rows, plans, free, width, generator, limits)
        if not found:
            break
        kept.append(found[0])
        free[found[0]] = False
    odds = catalogue.log_odds(kept)
    order = odds.argsort(descending=True, stable=True)
    return _answer(catalogue, [kept[i] for i in order], odds[order], n, limits, without)


def search(
    catalogue: ScoredCatalogue,
    seed: Tensor,
    plans: Sequence[Sequence[int]],
    allowed: Tensor,
    width: int,
    generator: torch.Generator,
    limits: Sequence[Limit] = (),
) -> tuple[list[Tensor], Tensor]:
    """Outfits of all sets of categories, best first.

    Args:
        catalogue: The catalogue.
        seed: Rows of the items that each outfit has [n].
        plans: Sets of categories to add.
        allowed: Whether each item may be added [n].
        width: Width of the beam.
        generator: As for :func:`~fashiongraph.stylist.beam.beam_search`.
        limits: Upper bounds on sums over the items of an outfit.

    Returns:
        Rows of the items of each outfit, and the log-odds of their scores.
    """
    distinct: dict[frozenset[int], Tensor] = {}
    for plan in plans:
        for outfit in beam_search(catalogue, seed, plan, allowed, width, generator, limits):
            distinct.setdefault(frozenset(outfit.tolist()), outfit)
    found = list(distinct.values())
    odds = catalogue.log_odds(found)
    order = odds.argsort(descending=True, stable=True)
    return [found[i] for i in order], odds[order]


def _diverse(
    catalogue: ScoredCatalogue, found: Sequence[Tensor], odds: Tensor, n: int, diversity: float
) -> Tensor:
    """Positions of the outfits that are chosen, best first."""
    if not found:
        return torch.empty(0, dtype=torch.int64)
    sizes = torch.tensor([len(one) for one in found])
    every = torch.repeat_interleave(torch.arange(len(found)), sizes)
    vectors = catalogue.vectors(torch.cat(list(found)))
    mean = scatter(vectors, every, dim_size=len(found), reduce="mean")
    chosen = diverse(odds.sigmoid(), mean, n, diversity)
    return chosen[odds[chosen].argsort(descending=True, stable=True)]


def _answer(
    catalogue: ScoredCatalogue,
    found: Sequence[Tensor],
    odds: Tensor,
    n: int,
    limits: Sequence[Limit],
    without: str,
) -> Answer:
    scores = (100 * odds.sigmoid()).tolist()
    outfits = [catalogue.frame(rows)["item_id"].tolist() for rows in found]
    known = catalogue.in_training(found)
    categories = [catalogue.categories(rows) for rows in found]
    frame = pd.DataFrame(
        {
            "score": scores,
            "categories": [", ".join(one) for one in categories],
            "items": [", ".join(one) for one in outfits],
            "in_training": known,
        }
    )
    for limit in limits:
        frame[f"total_{limit.name}"] = [float(limit.values[rows].sum()) for rows in found]
    if not outfits:
        return Answer(catalogue, f"No outfit qualifies.{without}", frame)
    few = "" if len(outfits) == n else f" No more than {len(outfits)} were found."
    sentence = f"The best of {len(outfits)} outfits scores {scores[0]:.0f} of 100.{few}{without}"
    panels = [
        Panel(f"Outfit {place}", outfit, captions(limits, rows), verdict(score, seen))
        for place, (outfit, rows, score, seen) in enumerate(
            zip(outfits, found, scores, known, strict=True), start=1
        )
    ]
    return Answer(catalogue, sentence, frame, panels, outfits)
