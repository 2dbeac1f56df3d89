"""Few items that make many outfits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product

import pandas as pd
import torch
from torch import Tensor

from fashiongraph.errors import FashionGraphError
from fashiongraph.stylist.answer import Answer, Panel
from fashiongraph.stylist.compose import search
from fashiongraph.stylist.scored_catalogue import ScoredCatalogue, verdict
from fashiongraph.stylist.templates import templates

_SHORTLIST = 16  # candidates of a category and step
_SHOWN = 12  # outfits on the page

Outfit = frozenset[int]


def capsule(
    catalogue: ScoredCatalogue, size: int, allowed: Tensor, threshold: float, random_seed: int
) -> Answer:
    """Choose items for a capsule wardrobe; see :meth:`fashiongraph.stylist.Stylist.capsule`.

    Args:
        catalogue: The catalogue.
        size: Number of items.
        allowed: Whether each item may be chosen [n].
        threshold: Score from which an outfit counts.
        random_seed: Seed of the first outfit.
    """
    if size < 2:
        raise FashionGraphError(f"'size' needs to be at least 2 (got {size})")
    if not 0 <= threshold < 100:
        raise FashionGraphError(f"'threshold' needs to lie in [0, 100) (got {threshold})")
    plans = templates(catalogue.items, catalogue.outfits, torch.empty(0, dtype=torch.int64))
    generator = torch.Generator().manual_seed(random_seed)
    start, _ = search(catalogue, torch.empty(0, dtype=torch.int64), plans, allowed, 8, generator)
    first = next((one for one in start if len(one) <= size), None)
    if first is None:
        empty = pd.DataFrame(columns=["item_id", "category", "outfits"])
        return Answer(catalogue, "No outfit of that many items qualifies.", empty)
    scores = _Scores(catalogue)
    chosen = first.tolist()
    while len(chosen) < size:
        best = _best_addition(catalogue, chosen, plans, allowed, threshold, scores)
        if best is None:
            break
        chosen.append(best)
    outfits = list(_outfits(catalogue, chosen, plans))
    value = scores(outfits)
    order = value.argsort(descending=True, stable=True).tolist()
    good = [(outfits[i], float(value[i])) for i in order if float(value[i]) >= threshold]
    return _answer(catalogue, chosen, good, size, threshold)


class _Scores:
    """Calibrated scores of outfits, each computed once."""

    def __init__(self, catalogue: ScoredCatalogue) -> None:
        self.catalogue = catalogue
        self.known: dict[Outfit, float] = {}

    def __call__(self, outfits: Iterable[Outfit]) -> Tensor:
        wanted = list(outfits)
        new = [one for one in dict.fromkeys(wanted) if one not in self.known]
        found = self.catalogue.scores([torch.tensor(sorted(one)) for one in new]).tolist()
        self.known.update(zip(new, found, strict=True))
        return torch.tensor([self.known[one] for one in wanted], dtype=torch.float64)


def _best_addition(
    catalogue: ScoredCatalogue,
    chosen: Sequence[int],
    plans: Sequence[Sequence[int]],
    allowed: Tensor,
    threshold: float,
    scores: _Scores,
) -> int | None:
    """The item that makes the most outfits above the threshold; ties go to the highest scores."""
    present = list(_outfits(catalogue, chosen, plans))
    best = present[int(scores(present).argmax())]
    gains = {}
    candidates = [
        item
        for category in sorted({one for plan in plans for one in plan})
        for item in _shortlist(catalogue, chosen, best, category, allowed)
    ]
    made = {one: list(_outfits(catalogue, [*chosen, one], plans, one)) for one in candidates}
    scores(outfit for outfits in made.values() for outfit in outfits)  # in one batch
    for item, outfits in made.items():
        value = scores(outfits)
        good = value[value >= threshold]
        gains[item] = (len(good), float(good.sum()), float(value.sum()))
    return max(gains, key=lambda item: gains[item], default=None)


def _shortlist(
    catalogue: ScoredCatalogue,
    chosen: Sequence[int],
    outfit: Outfit,
    category: int,
    allowed: Tensor,
) -> list[int]:
    """Items of a category that go best with the others of an outfit."""
    of_category = catalogue.items.category_id
    free = allowed.clone()
    free[list(chosen)] = False
    candidates = torch.nonzero((of_category == category) & free).flatten()
    rest = torch.tensor([one for one in sorted(outfit) if int(of_category[one]) != category])
    if not len(rest) or not len(candidates):
        return []
    found: list[int] = catalogue.best(rest, candidates, _SHORTLIST).tolist()
    return found


def _outfits(
    catalogue: ScoredCatalogue,
    rows: Sequence[int],
    plans: Sequence[Sequence[int]],
    needed: int | None = None,
) -> Iterator[Outfit]:
    """Outfits of some items with the sets of categories of plans, each once.

    Args:
        catalogue: The catalogue.
        rows: The items.
        plans: Sets of categories.
        needed: An item that each of them has.
    """
    by_category: dict[int, list[int]] = {}
    for row in rows:
        by_category.setdefault(int(catalogue.items.category_id[row]), []).append(row)
    seen = set()
    for plan in plans:
        choices = [
            list(combinations(by_category.get(category, []), count))
            for category, count in Counter(plan).items()
        ]
        for parts in product(*choices):
            outfit = frozenset(row for part in parts for row in part)
            if outfit not in seen and (needed is None or needed in outfit):
                seen.add(outfit)
                yield outfit


def _answer(
    catalogue: ScoredCatalogue,
    chosen: Sequence[int],
    good: Sequence[tuple[Outfit, float]],
    size: int,
    threshold: float,
) -> Answer:
    frame = catalogue.frame(torch.tensor(chosen))
    count = Counter(row for outfit, _ in good for row in outfit)
    frame["outfits"] = [count[row] for row in chosen]
    named = [catalogue.frame(torch.tensor(sorted(one)))["item_id"].tolist() for one, _ in good]
    known = catalogue.in_training([torch.tensor(sorted(one)) for one, _ in good[:_SHOWN]])
    few = "" if len(chosen) == size else f" No more than {len(chosen)} items were found."
    sentence = (
        f"{len(chosen)} items make {len(good):,} outfits that score {threshold:.0f} of 100 or more."
        f"{few}"
    )
    captions = [f"in {n:,} outfits" for n in frame["outfits"]]
    panels = [Panel("Capsule", frame["item_id"].tolist(), captions)]
    panels += [
        Panel(f"Outfit {place}", outfit, verdict=verdict(score, seen))
        for place, (outfit, (_, score), seen) in enumerate(
            zip(named[:_SHOWN], good[:_SHOWN], known, strict=True), start=1
        )
    ]
    return Answer(catalogue, sentence, frame, panels, named)
