"""Scores of outfits from 0 to 100."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from torch import Tensor

from fashiongraph.data.outfits import Outfits
from fashiongraph.evaluation.calibration import Calibration
from fashiongraph.evaluation.score_left_out import in_training, score_left_out
from fashiongraph.evaluation.score_outfits import score_outfits
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.stylist.answer import Answer, Panel
from fashiongraph.stylist.scored_catalogue import ScoredCatalogue, verdict

_COLUMNS = ["score", "raw", "percentile", "in_training"]


def score(
    catalogue: ScoredCatalogue, outfits: Sequence[Sequence[str]], leave_out: bool = False
) -> Answer:
    """Score outfits; see :meth:`fashiongraph.stylist.Stylist.score`."""
    rows = [catalogue.rows(outfit) for outfit in outfits]
    if not rows:
        return Answer(catalogue, "No outfit to score.", pd.DataFrame(columns=_COLUMNS))
    made, model = catalogue.made_of(rows), catalogue.model
    raw = (score_left_out if leave_out else score_outfits)(model, made)
    frame = score_table(model, catalogue.calibration, made, raw)
    panels = [
        Panel(f"Outfit {place}", list(outfit), verdict=verdict(value, known))
        for place, (outfit, value, known) in enumerate(
            zip(outfits, frame["score"], frame["in_training"], strict=True), start=1
        )
    ]
    sentence = _sentence(frame) + (f" {left_out_sentence(model)}" if leave_out else "")
    return Answer(catalogue, sentence, frame, panels)


def left_out_sentence(model: OutfitModel) -> str:
    """Tells what is left out of the scores of training outfits."""
    if model.batch_inputs:
        return "Outfits of the training are scored without their own co-occurrence of items."
    return (
        f"{type(model).__name__} counts no co-occurrence of items, so there is nothing to leave "
        "out of the scores of training outfits."
    )


def score_table(
    model: OutfitModel, calibration: Calibration, outfits: Outfits, raw: Tensor
) -> pd.DataFrame:
    """Table of calibrated scores, in the order of the outfits.

    Args:
        model: The model, which may hold the keys of its training outfits.
        calibration: Its calibration.
        outfits: The outfits.
        raw: Their raw scores [B].

    Returns:
        The columns ``score`` from 0 to 100, ``raw``, ``percentile`` and ``in_training``; NaN for
        the first three of an outfit of one item.
    """
    values = (
        (100 * calibration.probability(raw)).numpy(),
        raw.numpy(),
        calibration.percentile(raw, outfits.sizes).numpy(),
        in_training(model, outfits).numpy(),
    )
    frame = pd.DataFrame(dict(zip(_COLUMNS, values, strict=True)))
    frame.loc[(outfits.sizes < 2).numpy(), _COLUMNS[:3]] = np.nan
    return frame


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
