"""Models and controls on the same stored questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.evaluation import (
    Result,
    compatibility,
    fill_in_blank,
    score_outfits,
)
from fashiongraph.evaluation.draw_questions import draw_compatibility, draw_fill_in_blank
from fashiongraph.evaluation.metrics.functional import (
    fill_in_blank_accuracy,
    mean_interval,
)
from fashiongraph.models.wrapped_model import Scorer

PROTOCOLS = ("uniform", "same_category")


@dataclass(frozen=True)
class Contrast:
    """What a part of the model adds on the same questions.

    Args:
        part: The part.
        protocol: Protocol of the questions.
        value: Accuracy in filling blanks with the part minus that without it.
        low: Lower end of its 95 % interval over questions.
        high: Upper end.
    """

    part: str
    protocol: str
    value: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """What the interval allows to say."""
        if self.low > 0:
            return "helps"
        return "harms" if self.high < 0 else "not to be told from zero"


@dataclass(frozen=True)
class Comparison:
    """Results of every scorer by protocol, and what the parts of the model add.

    Args:
        results: By name of the scorer and protocol, the area under the ROC curve and the accuracy
            in filling blanks.
        contrasts: The full model against itself without a part, question by question.
        questions: Checksum of each file of questions.
    """

    results: dict[str, dict[str, tuple[Result, Result]]]
    contrasts: list[Contrast]
    questions: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """The fields, for JSON."""
        return {
            "results": {
                name: {
                    protocol: {result.metric.lower(): result.to_dict() for result in pair}
                    for protocol, pair in row.items()
                }
                for name, row in self.results.items()
            },
            "contrasts": [{**vars(one), "verdict": one.verdict} for one in self.contrasts],
            "questions": self.questions,
        }


def compare(
    scorers: Mapping[str, Scorer],
    parts: Mapping[str, tuple[str, str]],
    test: Outfits,
    folder: Path,
    seed: int,
) -> Comparison:
    """Ask every scorer the same questions and store the questions.

    Args:
        scorers: Models and controls by name.
        parts: For each part of the model, the names of the scorers with and without it.
        test: The outfits to ask about.
        folder: Where the questions are stored.
        seed: Seed of the questions.
    """
    results: dict[str, dict[str, tuple[Result, Result]]] = {name: {} for name in scorers}
    contrasts, checksums = [], {}
    for protocol in PROTOCOLS:
        whole = draw_compatibility(test, protocol, seed=seed)
        blanks = draw_fill_in_blank(test, protocol, seed=seed)
        for questions in (whole, blanks):
            file = folder / f"{questions.kind}_{protocol}_seed{seed}.npz"
            questions.save(file)
            checksums[file.name] = questions.checksum
        for name, scorer in scorers.items():
            results[name][protocol] = compatibility(scorer, whole), fill_in_blank(scorer, blanks)
        for part, (full, without) in parts.items():
            gain = _hits(scorers[full], blanks) - _hits(scorers[without], blanks)
            contrasts.append(Contrast(part, protocol, float(gain.mean()), *mean_interval(gain)))
    return Comparison(results, contrasts, checksums)


def _hits(scorer: Scorer, questions: FillInBlank) -> Tensor:
    """1 for each blank that was filled rightly, else 0 [Q]."""
    score = score_outfits(scorer, questions.outfits()).view(len(questions), -1)
    return fill_in_blank_accuracy(score, questions.answer, reduce=False).to(torch.double)
