"""Whole outfits from a seed or from nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import torch
from torch import Tensor

from fashiongraph.errors import FashionGraphError
from fashiongraph.stylist.answer import Answer, Panel
from fashiongraph.stylist.beam import beam_search
from fashiongraph.stylist.diversity import check_diversity, diverse
from fashiongraph.stylist.scored_catalogue import ScoredCatalogue, of_100
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
    """
    if n < 1:
        raise FashionGraphError(f"'n' needs to be a positive integer (got {n})")
    check_diversity(diversity)
    rows = catalogue.rows(seed)
    free = allowed.clone()
    free[rows] = False
    generator = torch.Generator().manual_seed(random_seed)
    width = max(_WIDTH, 2 * n)
    distinct: dict[frozenset[int], Tensor] = {}
    for plan in templates(catalogue.items, catalogue.outfits, rows, slots):
        for outfit in beam_search(catalogue, rows, plan, free, width, generator):
            distinct.setdefault(frozenset(outfit.tolist()), outfit)
    found = list(distinct.values())
    odds = catalogue.log_odds(found)
    best = odds.argsort(descending=True, stable=True)[: _POOL * n].tolist()
    vectors = [catalogue.vectors(found[i]).mean(dim=0) for i in best]
    if len({len(one) for one in vectors}) > 1:  # one-hot: the model has no item vectors
        vectors = [torch.zeros(1) for _ in best]
    groups = [found[i][len(rows) :].tolist() for i in best] if once else None
    pool = odds[best].sigmoid()
    chosen = diverse(pool, torch.stack(vectors), n, diversity, groups) if best else odds.long()
    order = pool[chosen].argsort(descending=True, stable=True)
    kept = [found[best[int(i)]] for i in chosen[order]]
    return _answer(catalogue, kept, (100 * pool[chosen[order]]).tolist(), n)


def _answer(
    catalogue: ScoredCatalogue, found: Sequence[Tensor], scores: Sequence[float], n: int
) -> Answer:
    outfits = [catalogue.frame(rows)["item_id"].tolist() for rows in found]
    categories = [catalogue.categories(rows) for rows in found]
    frame = pd.DataFrame(
        {
            "score": scores,
            "categories": [", ".join(one) for one in categories],
            "items": [", ".join(one) for one in outfits],
        }
    )
    if not outfits:
        return Answer(catalogue, "No outfit qualifies.", frame)
    few = "" if len(outfits) == n else f" No more than {len(outfits)} were found."
    sentence = f"The best of {len(outfits)} outfits scores {scores[0]:.0f} of 100.{few}"
    panels = [
        Panel(f"Outfit {place}", outfit, names, of_100(score))
        for place, (outfit, names, score) in enumerate(
            zip(outfits, categories, scores, strict=True), start=1
        )
    ]
    return Answer(catalogue, sentence, frame, panels, outfits)
