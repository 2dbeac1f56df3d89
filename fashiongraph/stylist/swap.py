"""Stand-ins for an item of an outfit."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import torch
from torch import Tensor

from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.score_outfits import item_scores
from fashiongraph.stylist.answer import Answer, Panel
from fashiongraph.stylist.diversity import check_diversity, diverse
from fashiongraph.stylist.limits import Limit, within
from fashiongraph.stylist.scored_catalogue import ScoredCatalogue, verdict

_LEAST_GAIN = 1.0  # points
_MOST_SWAPS = 20
_POOL = 50  # of the best candidates by the scores of a slot, which the model scores in full


def swap(
    catalogue: ScoredCatalogue,
    outfit: Sequence[str],
    item: str | None,
    k: int,
    allowed: Tensor,
    diversity: float,
    limits: Sequence[Limit] = (),
) -> Answer:
    """Replace an item by others of its category; see :meth:`fashiongraph.stylist.Stylist.swap`.

    Args:
        catalogue: The catalogue.
        outfit: Identifiers of the items.
        item: The item to replace.
        k: Largest number of stand-ins.
        allowed: Whether each item of the catalogue may be one [n].
        diversity: Weight of the difference between stand-ins.
        limits: Upper bounds on sums over the items of the outfit with the stand-in.
    """
    rows, items = catalogue.rows(outfit, least=2), catalogue.items
    if k < 1:
        raise FashionGraphError(f"'k' needs to be a positive integer (got {k})")
    check_diversity(diversity)
    place = _place(catalogue, outfit, rows, item)
    rest = torch.cat([rows[:place], rows[place + 1 :]])
    free = allowed & (items.category_id == items.category_id[rows[place]])
    free[rows] = False
    free, without = within(limits, items, rest, free)
    candidates = torch.nonzero(free).flatten()
    best = catalogue.best(rest, candidates, max(10 * k, _POOL))
    swapped = [_with(rows, place, int(one)) for one in best]
    score = catalogue.scores(swapped)
    chosen = diverse(score / 100, catalogue.vectors(best), k, diversity)
    chosen = chosen[score[chosen].argsort(descending=True, stable=True)]
    found, after = best[chosen], score[chosen]
    (before,) = catalogue.scores([rows]).tolist()
    frame = catalogue.frame(found)
    frame.insert(1, "replaces", str(items.ids[int(rows[place])]))
    frame["score"], frame["gain"] = after.numpy(), after.numpy() - before
    frame["in_training"] = catalogue.in_training([swapped[int(one)] for one in chosen])
    marks = ["to replace" if i == place else "" for i in range(len(rows))]
    panels = [
        Panel("Outfit", list(outfit), marks, verdict(before, *catalogue.in_training([rows]))),
        Panel("Stand-ins", frame["item_id"].tolist(), _verdicts(frame)),
    ]
    name = catalogue.name(int(rows[place]))
    if not len(found):
        sentence = f"No other item of its category qualifies in place of the {name}."
    elif after[0] <= before:
        sentence = f"No stand-in is better than the {name}: the outfit scores {before:.0f} of 100."
    else:
        sentence = (
            f"With the {catalogue.name(int(found[0]))} in place of the {name} the outfit goes from "
            f"{before:.0f} to {float(after[0]):.0f}."
        )
    return Answer(catalogue, sentence + without, frame, panels)


def improve(
    catalogue: ScoredCatalogue,
    outfit: Sequence[str],
    allowed: Tensor,
    limits: Sequence[Limit] = (),
) -> Answer:
    """Swap items until no swap gains a point; see :meth:`fashiongraph.stylist.Stylist.improve`.

    Args:
        catalogue: The catalogue.
        outfit: Identifiers of the items.
        allowed: Whether each item of the catalogue may be a stand-in [n].
        limits: Upper bounds on sums over the items of the outfit after each swap.
    """
    worn = list(outfit)
    rows = catalogue.rows(worn, least=2)
    (before,) = catalogue.scores([rows]).tolist()
    started = verdict(before, *catalogue.in_training([rows]))
    steps: list[pd.DataFrame] = []
    while len(steps) < _MOST_SWAPS:
        tried = [swap(catalogue, worn, item, 1, allowed, 0.0, limits).frame for item in worn]
        best = max(tried, key=lambda one: one["gain"].max() if len(one) else 0.0)
        if best.empty or best["gain"].iloc[0] < _LEAST_GAIN:
            break
        steps.append(best)
        worn[worn.index(best["replaces"].iloc[0])] = best["item_id"].iloc[0]
    if not steps:
        empty = pd.DataFrame(
            columns=["item_id", "replaces", "category", "score", "gain", "in_training"]
        )
        sentence = f"No swap improves the outfit: it scores {before:.0f} of 100."
        return Answer(catalogue, sentence, empty, [Panel("Outfit", worn, verdict=started)])
    frame = pd.concat(steps, ignore_index=True)
    after = float(frame["score"].iloc[-1])
    count = "1 swap takes" if len(steps) == 1 else f"{len(steps)} swaps take"
    sentence = f"{count} the outfit from {before:.0f} to {after:.0f} of 100."
    panels = [
        Panel("Before", list(outfit), verdict=started),
        Panel("After", worn, verdict=_verdicts(frame)[-1]),
    ]
    return Answer(catalogue, sentence, frame, panels, [worn])


def _verdicts(frame: pd.DataFrame) -> list[str]:
    """Scores of the outfit after swaps as text."""
    return list(map(verdict, frame["score"], frame["in_training"]))


def _place(
    catalogue: ScoredCatalogue, outfit: Sequence[str], rows: Tensor, item: str | None
) -> int:
    """Position of the item to replace: the given one, or the least fitting one."""
    if item is None:
        return int(item_scores(catalogue.model, catalogue.made_of([rows])).argmin())
    if item not in outfit:
        raise FashionGraphError(f"'item' needs to be one of the outfit (got {item!r})")
    return list(outfit).index(item)


def _with(rows: Tensor, place: int, item: int) -> Tensor:
    changed = rows.clone()
    changed[place] = item
    return changed
