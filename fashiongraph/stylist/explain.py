"""Explanation of the score of an outfit by its items and pairs."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import torch
from torch import Tensor

from fashiongraph.data.outfits import Outfits
from fashiongraph.evaluation.score_outfits import evaluation_batches, item_scores
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.stylist.answer import Answer, Panel
from fashiongraph.stylist.scored_catalogue import ScoredCatalogue, of_100
from fashiongraph.stylist.shapley import shapley_values


def explain(catalogue: ScoredCatalogue, outfit: Sequence[str]) -> Answer:
    """Explain the score of an outfit; see :meth:`fashiongraph.stylist.Stylist.explain`."""
    rows = catalogue.rows(outfit, least=2)
    made = catalogue.made_of([rows])
    (score,) = catalogue.scores([rows]).tolist()
    share, error = shapley_values(
        lambda sets: catalogue.log_odds([rows[one] for one in sets]), len(rows)
    )
    rest = [torch.cat([rows[:i], rows[i + 1 :]]) for i in range(len(rows))]
    fit = item_scores(catalogue.model, made)
    frame = catalogue.frame(rows).assign(
        wrong=catalogue.calibration.suspicion(fit, made.batch).numpy(),
        share=share.numpy(),
        error=error.numpy(),
        without=catalogue.scores(rest).numpy(),
    )
    pairs = _pairs(catalogue.model, made)
    captions = [f"without it {of_100(value)}" for value in frame["without"]]
    panel = Panel("Outfit", list(outfit), captions, of_100(score))
    frame = frame.sort_values("wrong", ascending=False, kind="stable", ignore_index=True)
    sentence = _sentence(catalogue, outfit, frame.iloc[0], score, pairs)
    terms = {} if pairs is None else {"pairs": pairs}
    return Answer(catalogue, sentence, frame, [panel], terms=terms)


@torch.no_grad()
def _pairs(model: OutfitModel, outfit: Outfits) -> pd.DataFrame | None:
    """Scores of the unordered pairs, lowest first; :obj:`None` for a model without them."""
    if not model.has_pair_scores:
        return None
    size = len(outfit.item_id)
    table = torch.zeros(size, size)
    with evaluation_batches(model, outfit, batch_size=1, unknown="error") as batches:
        for batch in batches:
            sender, receiver = batch.edge_index.cpu()
            table[receiver, sender] = model.pair_scores(batch).float().cpu()
    first, second = torch.triu_indices(size, size, offset=1)
    mean: Tensor = (table + table.t())[first, second] / 2
    ids = outfit.items.ids[outfit.item_id.numpy()].to_numpy(object)
    frame = pd.DataFrame({"item": ids[first], "other": ids[second], "score": mean.numpy()})
    return frame.sort_values("score", kind="stable", ignore_index=True)


def _sentence(
    catalogue: ScoredCatalogue,
    outfit: Sequence[str],
    worst: pd.Series,
    score: float,
    pairs: pd.DataFrame | None,
) -> str:
    def name(item: str) -> str:
        return catalogue.name(int(catalogue.items.rows([item])))

    item, without = str(worst["item_id"]), float(worst["without"])
    if without <= score or len(outfit) < 3:  # one item alone has no score
        return f"The outfit scores {score:.0f} of 100; its least fitting item: {name(item)}."
    sentence = f"Without the {name(item)} the outfit goes from {score:.0f} to {without:.0f} of 100"
    if pairs is None:
        return f"{sentence}."
    of_item = pairs[(pairs["item"] == item) | (pairs["other"] == item)].iloc[0]
    other = of_item["other"] if of_item["item"] == item else of_item["item"]
    return f"{sentence}; the worst pair is with the {name(str(other))}."
