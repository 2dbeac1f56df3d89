"""Speed rows of a stylist's answers over a large catalogue, warm, with parity to brute force."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable
from copy import copy
from functools import lru_cache

import torch
from torch import Tensor

from fashiongraph.data import (
    ItemTable,
    Outfits,
    add_item_cooccurrence,
    category_graph,
)
from fashiongraph.evaluation import Calibration, score_outfits
from fashiongraph.models import ADDGNNPlus
from fashiongraph.stylist import Stylist
from fashiongraph.stylist.scored_catalogue import ScoredCatalogue
from speed_sides.case import Case
from speed_sides.timing import Row, Side, interleaved, ratio

_CATEGORIES, _FEATURES, _SIZE = 60, 512, 5


class Exhaustive(ScoredCatalogue):
    """Catalogue in which the model scores every candidate of a slot."""

    def best(self, outfit: Tensor, candidates: Tensor, count: int) -> Tensor:
        """The best by the scores of all."""
        score = self.scorer(outfit, candidates)
        return candidates[score.argsort(descending=True, stable=True)[:count]]


@lru_cache(maxsize=1)
def made_stylist(num_items: int) -> tuple[Stylist, list[str]]:
    """A stylist with random weights over random items, and the items of an outfit."""
    rng = torch.Generator().manual_seed(0)
    categories = [f"c{i % _CATEGORIES:02d}" for i in range(num_items)]
    features = torch.randn(num_items, _FEATURES, generator=rng)
    items = ItemTable.from_lists([f"i{i:06d}" for i in range(num_items)], categories, features)
    sets = torch.stack([torch.randperm(_CATEGORIES, generator=rng)[:_SIZE] for _ in range(20)])
    count = num_items // 5
    place = torch.randint(num_items // _CATEGORIES, (count, _SIZE), generator=rng)
    rows = place * _CATEGORIES + sets[torch.randint(len(sets), (count,), generator=rng)]
    outfits = Outfits(items, torch.arange(count + 1) * _SIZE, rows.flatten())
    graph = category_graph(outfits.category_id, outfits.batch, _CATEGORIES)
    torch.manual_seed(0)
    model = ADDGNNPlus(_FEATURES).eval()
    model.graph = add_item_cooccurrence(graph, outfits)
    model.categories = items.categories
    quantiles = {"all": [i / 10 for i in range(101)]}
    calibration = Calibration(1, 0, "uniform", (), 50, 0, 0, [], 1, quantiles)
    stylist = Stylist(model, items, outfits, calibration=calibration)
    assert stylist.catalogue.states is not None  # encoded before the first answer
    return stylist, items.ids[rows[0].numpy()].tolist()


def milliseconds(name: str, side: Side, repeats: int, target: float) -> Row:
    """Latency of an answer."""
    seconds = interleaved({"ours": side}, repeats)["ours"]
    return Row(name, "ms", [1000 * one for one in seconds], target, at_most=True)


def stylist_score(case: Case) -> Row:
    """The score of one outfit."""
    stylist, outfit = made_stylist(case.catalogue_items)
    name = f"stylist over {case.catalogue_items:,} items: score"
    return milliseconds(name, lambda: stylist.score([outfit]), case.repeats, 10)


def stylist_explain(case: Case) -> Row:
    """An explanation against one call for each subset of the items."""
    stylist, outfit = made_stylist(case.catalogue_items)
    subsets = [list(one) for n in range(2, _SIZE + 1) for one in itertools.combinations(outfit, n)]
    sides = {
        "ours": lambda: stylist.explain(outfit),
        "brute force": lambda: [stylist.score([one]) for one in subsets],
    }
    return ratio("stylist: explain against a call for each subset", sides, case.repeats, 2)


def stylist_swap(case: Case) -> Row:
    """Stand-ins against scoring every one as an outfit."""
    stylist, outfit = made_stylist(case.catalogue_items)
    return _slot(
        case,
        "stylist: swap against scoring every stand-in",
        lambda: stylist.swap(outfit, outfit[-1], k=5).frame["score"].tolist(),
    )


def stylist_complete(case: Case) -> Row:
    """Completions of a slot against scoring every one as an outfit."""
    stylist, outfit = made_stylist(case.catalogue_items)
    items = stylist.catalogue.items
    slot = items.categories[int(items.category_id[items.rows(outfit[-1:])])]
    return _slot(
        case,
        "stylist: complete a slot against scoring every completion",
        lambda: stylist.complete(outfit[:-1], [slot], k=5).frame["score"].tolist(),
    )


def _slot(case: Case, name: str, ours: Callable[[], list[float]]) -> Row:
    """Answers for the last slot of the outfit, with the share of the best scores that they have."""
    stylist, outfit = made_stylist(case.catalogue_items)
    catalogue = stylist.catalogue
    rows = catalogue.rows(outfit)
    of_slot = torch.nonzero(catalogue.items.category_id == catalogue.items.category_id[rows[-1]])
    every = [torch.cat([rows[:-1], one]) for one in of_slot]

    def brute() -> list[float]:
        raw = score_outfits(catalogue.model, catalogue.made_of(every)).double()
        found = 100 * stylist.catalogue.calibration.probability(raw)
        best: list[float] = found.topk(6).values.tolist()  # the replaced item may be one of them
        return best

    row = ratio(
        name,
        {"ours": ours, "brute force": brute},
        case.repeats,
        2 if case.catalogue_items > 50_000 else None,
    )
    best = brute()
    matched = [min(abs(one - other) for other in best) < 1e-2 for one in ours()]
    row.details["share of the best"] = statistics.mean(matched)
    return row


def stylist_compose(case: Case) -> Row:
    """Five outfits of five further items each, against scoring every item of each slot."""
    stylist, outfit = made_stylist(case.catalogue_items)
    known, slots = stylist.catalogue, stylist.catalogue.items.categories[10:15]
    exhaustive = copy(stylist)
    exhaustive.catalogue = Exhaustive(
        known.model, known.items, known.outfits, known.folder, known.calibration
    )
    sides = {
        "ours": lambda: stylist.compose(outfit[:1], n=5, slots=slots),
        "every item": lambda: exhaustive.compose(outfit[:1], n=5, slots=slots),
    }
    name = "stylist: compose five outfits of five slots against scoring every item of each slot"
    row = ratio(name, sides, min(3, case.repeats), 1.5 if case.catalogue_items > 50_000 else None)
    best = {side: answer().frame["score"].max() for side, answer in sides.items()}
    row.details["best score"] = best
    return row


def stylist_capsule(case: Case) -> Row:
    """Fifteen items of a thousand."""
    stylist, _ = made_stylist(case.catalogue_items)
    rest = [str(one) for one in stylist.catalogue.items.ids[1000:]]
    return milliseconds(
        "stylist: capsule of 15 from 1,000",
        lambda: stylist.capsule(15, exclude=rest, threshold=30),
        min(3, case.repeats),
        30_000,
    )


ROWS: dict[str, Callable[[Case], Row]] = {
    row.__name__: row
    for row in (
        stylist_score,
        stylist_explain,
        stylist_swap,
        stylist_complete,
        stylist_compose,
        stylist_capsule,
    )
}
