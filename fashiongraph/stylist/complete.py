"""Items that complete an outfit, with the score of the outfit."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from fashiongraph.data.conditions import Condition
from fashiongraph.retrieval.complete import complete as complete_slots
from fashiongraph.stylist.answer import Answer, Panel
from fashiongraph.stylist.limits import Limit, within
from fashiongraph.stylist.scored_catalogue import ScoredCatalogue, of_100, verdict

_SHORTLIST = 100


def complete(
    catalogue: ScoredCatalogue,
    outfit: Sequence[str],
    slots: Sequence[str] | None,
    k: int,
    allowed: Tensor,
    limits: Sequence[Limit] = (),
    conditions: Sequence[Condition] = (),
) -> Answer:
    """Add an item of each of some categories; see :meth:`fashiongraph.stylist.Stylist.complete`.

    Args:
        catalogue: The catalogue.
        outfit: Identifiers of the items.
        slots: Categories to fill; :obj:`None` for all.
        k: Largest number of items of each.
        allowed: Whether each item of the catalogue may be added [n].
        limits: Upper bounds on sums over the items of the outfit with the added one.
        conditions: Conditions that all allowed items fulfil.
    """
    rows = catalogue.rows(outfit, least=1)
    allowed, without = within(limits, catalogue.items, rows, allowed)
    frame = complete_slots(
        catalogue.model,
        outfit,
        catalogue.items,
        slots,
        k,
        max(_SHORTLIST, k),
        catalogue.states,
        allowed=allowed,
        conditions=conditions,
    )
    added = catalogue.items.rows(frame["item_id"].tolist())
    completed = [torch.cat([rows, one.view(1)]) for one in added]
    frame["score"] = catalogue.scores(completed).numpy()
    frame["in_training"] = catalogue.in_training(completed)
    frame = frame.sort_values("score", ascending=False, kind="stable", ignore_index=True)
    panels = [Panel("Outfit", list(outfit))]
    panels += [
        Panel(
            str(slot),
            part["item_id"].tolist(),
            list(map(verdict, part["score"], part["in_training"])),
        )
        for slot, part in frame.groupby("category", sort=False)
    ]
    sentence = "No item qualifies."
    if len(frame):
        name = catalogue.name(int(catalogue.items.rows([frame["item_id"].iloc[0]])))
        sentence = f"Best with it: {name}, {of_100(frame['score'].iloc[0])}."
    return Answer(catalogue, sentence + without, frame, panels)
