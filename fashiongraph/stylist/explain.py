"""Explanation of the score of an outfit by its items, pairs and terms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch

from fashiongraph.data.outfits import Outfits
from fashiongraph.evaluation.score_outfits import item_scores
from fashiongraph.stylist.answer import Answer, Panel
from fashiongraph.stylist.pair_terms import PairTerms, pair_kinds, pair_terms
from fashiongraph.stylist.scored_catalogue import ScoredCatalogue, of_100, verdict
from fashiongraph.stylist.shapley import shapley_values


def explain(catalogue: ScoredCatalogue, outfit: Sequence[str]) -> Answer:
    """Explain the score of an outfit; see :meth:`fashiongraph.stylist.Stylist.explain`."""
    rows = catalogue.rows(outfit, least=2)
    made = catalogue.made_of([rows])
    every = list(range(len(rows)))
    raw: dict[tuple[int, ...], float] = {}

    def value(sets: list[list[int]]) -> torch.Tensor:
        new = [one for one in dict.fromkeys(map(tuple, sets)) if one not in raw]
        found = catalogue.raw_scores([rows[list(one)] for one in new]).tolist()
        raw.update(zip(new, found, strict=True))
        of_sets = torch.tensor([raw[tuple(one)] for one in sets], dtype=torch.float64)
        return catalogue.calibrated(of_sets)

    share, error = shapley_values(value, len(rows))
    rest = [[other for other in every if other != one] for one in every]
    score, *without = (100 * value([every, *rest]).sigmoid()).tolist()
    fit = item_scores(catalogue.model, made)
    frame = catalogue.frame(rows).assign(
        wrong=catalogue.calibration.suspicion(fit, made.batch).numpy(),
        share=share.numpy(),
        error=error.numpy(),
        without=without,
    )
    found = pair_terms(catalogue.model, made)
    tables = {} if found is None else _tables(catalogue, made, found, raw[tuple(every)])
    captions = [f"without it {of_100(one)}" for one in frame["without"]]
    panel = Panel("Outfit", list(outfit), captions, verdict(score, *catalogue.in_training([rows])))
    # As "wrong" falls with the fit; the fit also orders them if its factor is 0.
    frame = frame.iloc[fit.argsort(stable=True).numpy()].reset_index(drop=True)
    sentence = _sentence(catalogue, outfit, frame.iloc[0], score, tables.get("pairs"))
    return Answer(catalogue, sentence, frame, [panel], terms=tables)


def _tables(
    catalogue: ScoredCatalogue, outfit: Outfits, pairs: PairTerms, raw: float
) -> dict[str, pd.DataFrame]:
    """Scores of the pairs, lowest first, and the terms of the score of the outfit."""
    typical = _typical(catalogue, pairs)
    gain = pairs.terms.double().numpy() - typical
    ids = outfit.items.ids[pairs.items.numpy().ravel()].to_numpy(object).reshape(-1, 2)
    score = pairs.terms.double().sum(dim=1).numpy()
    frame = pd.DataFrame({"item": ids[:, 0], "other": ids[:, 1], "score": score})
    frame["gain"] = gain.sum(axis=1)
    if not pairs.names:
        return {"pairs": frame.sort_values("score", kind="stable", ignore_index=True)}
    known = ~np.isnan(frame["gain"])
    lowest = np.where(known, np.nan_to_num(gain).argmin(axis=1), pairs.terms.argmin(dim=1))
    frame["lowest"] = [catalogue.term_names.get(pairs.names[k], pairs.names[k]) for k in lowest]
    mean = pairs.terms.double().mean(dim=0).numpy()
    terms = pd.DataFrame(
        {
            "term": [catalogue.term_names.get(name, name) for name in pairs.names] + ["pooling"],
            "value": [*mean, raw - mean.sum()],
            "typical": [*typical.mean(axis=0), np.nan],
        }
    )
    columns = pd.DataFrame(pairs.terms.double().numpy(), columns=list(pairs.names))
    frame = pd.concat([frame, columns], axis=1)
    return {"pairs": frame.sort_values("score", kind="stable", ignore_index=True), "terms": terms}


def _typical(catalogue: ScoredCatalogue, pairs: PairTerms) -> np.ndarray:
    """Mean terms of the catalogue's pairs of the same two categories [P, T]; NaN without any."""
    typical = np.full(pairs.terms.shape, np.nan)
    if catalogue.typical_terms is None:
        return typical
    kinds, mean = (one.numpy() for one in catalogue.typical_terms)
    kind = pair_kinds(catalogue.items, pairs.items).numpy()
    place = np.searchsorted(kinds, kind).clip(max=len(kinds) - 1)
    known = kinds[place] == kind
    typical[known] = mean[place[known]]
    return typical


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
    # One item alone has no score.
    if round(without) <= round(score) or len(outfit) < 3:
        return f"The outfit scores {score:.0f} of 100; its least fitting item: {name(item)}."
    sentence = f"Without the {name(item)} the outfit goes from {score:.0f} to {without:.0f} of 100"
    if pairs is None:
        return f"{sentence}."
    of_item = pairs[(pairs["item"] == item) | (pairs["other"] == item)]
    by = "score" if of_item["gain"].isna().any() else "gain"
    worst_pair = of_item.sort_values(by, kind="stable").iloc[0]
    other = worst_pair["other"] if worst_pair["item"] == item else worst_pair["item"]
    why = f", by {worst_pair['lowest']}" if "lowest" in pairs else ""
    return f"{sentence}; the worst pair is with the {name(str(other))}{why}."
