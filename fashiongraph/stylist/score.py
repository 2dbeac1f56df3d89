"""Scores of outfits from 0 to 100."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch

from fashiongraph.data.duplicates import outfit_keys
from fashiongraph.evaluation.score_outfits import score_outfits
from fashiongraph.stylist.answer import Answer, Panel
from fashiongraph.stylist.scored_catalogue import ScoredCatalogue, of_100

_COLUMNS = ["score", "raw", "percentile", "in_training"]


def score(catalogue: ScoredCatalogue, outfits: Sequence[Sequence[str]]) -> Answer:
    """Score outfits; see :meth:`fashiongraph.stylist.Stylist.score`."""
    rows = [catalogue.rows(outfit) for outfit in outfits]
    if not rows:
        return Answer(catalogue, "No outfit to score.", pd.DataFrame(columns=_COLUMNS))
    made, model, calibration = catalogue.made_of(rows), catalogue.model, catalogue.calibration
    raw = score_outfits(model, made)
    known = torch.zeros(len(made), dtype=torch.bool)
    if model.training_outfits is not None:
        known = torch.isin(outfit_keys(made), model.training_outfits)
    values = (
        (100 * calibration.probability(raw)).numpy(),
        raw.numpy(),
        calibration.percentile(raw, made.sizes).numpy(),
        known.numpy(),
    )
    frame = pd.DataFrame(dict(zip(_COLUMNS, values, strict=True)))
    frame.loc[(made.sizes < 2).numpy(), _COLUMNS[:3]] = np.nan
    panels = [
        Panel(f"Outfit {place}", list(outfit), verdict=of_100(value))
        for place, (outfit, value) in enumerate(zip(outfits, frame["score"], strict=True), start=1)
    ]
    return Answer(catalogue, _sentence(frame), frame, panels)


def _sentence(frame: pd.DataFrame) -> str:
    best = frame["score"].max()
    if np.isnan(best):
        return "An outfit of one item has no score."
    if len(frame) > 1:
        return f"The best of {len(frame):,} outfits scores {best:.0f} of 100."
    return (
        f"The outfit scores {best:.0f} of 100, more than {frame['percentile'].iloc[0]:.0f} % of "
        "real outfits of its size."
    )
