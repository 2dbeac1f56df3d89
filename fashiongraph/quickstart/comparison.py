"""Comparison of models and heuristic baselines on the same stored questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.evaluation import Result, compatibility, fill_in_blank, score_outfits
from fashiongraph.evaluation.draw_questions import draw_compatibility, draw_fill_in_blank
from fashiongraph.evaluation.metrics.functional import fill_in_blank_accuracy, mean_interval
from fashiongraph.models.wrapped_model import Scorer

PROTOCOLS = ("uniform", "same_category")


@dataclass(frozen=True)
class Contrast:
    """Paired difference in FITB accuracy between the full model and one without a component.

    Args:
        part: The component.
        protocol: Protocol of the questions.
        value: FITB accuracy with the component minus that without it.
        low: Lower end of the 95 % bootstrap interval over questions.
        high: Upper end.

    Example:
        >>> Contrast("graph", "uniform", 0.02, 0.01, 0.03).verdict
        'improves'
    """

    part: str
    protocol: str
    value: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """The sign of the difference, if the interval excludes 0."""
        if self.low > 0:
            return "improves"
        return "degrades" if self.high < 0 else "no significant difference"


@dataclass(frozen=True)
class Comparison:
    """Results of every scorer by protocol, and contrasts of the model with its ablations.

    Args:
        results: AUC and FITB accuracy by name of the scorer and protocol.
        contrasts: Paired differences between the full model and its ablations.
        questions: Checksum of each question file by name.
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
    components: Mapping[str, tuple[str, str]],
    test: Outfits,
    folder: Path,
    seed: int,
) -> Comparison:
    """Evaluate scorers on the same questions, and store the questions.

    Args:
        scorers: Models and heuristic baselines by name.
        components: For each component of the model, the names of the scorers with and without it.
        test: Test outfits, over an item table with frequencies.
        folder: Folder of the question files.
        seed: Seed of the questions.
    """
    results: dict[str, dict[str, tuple[Result, Result]]] = {name: {} for name in scorers}
    contrasts, checksums = [], {}
    for protocol in PROTOCOLS:
        pairs = draw_compatibility(test, protocol, seed=seed)
        blanks = draw_fill_in_blank(test, protocol, seed=seed)
        for questions in (pairs, blanks):
            file = folder / f"{questions.kind}_{protocol}_seed{seed}.npz"
            questions.save(file)
            checksums[file.name] = questions.checksum
        for name, scorer in scorers.items():
            results[name][protocol] = compatibility(scorer, pairs), fill_in_blank(scorer, blanks)
        for component, (full, without) in components.items():
            gain = _hits(scorers[full], blanks) - _hits(scorers[without], blanks)
            contrasts.append(
                Contrast(component, protocol, float(gain.mean()), *mean_interval(gain))
            )
    return Comparison(results, contrasts, checksums)


def _hits(scorer: Scorer, questions: FillInBlank) -> Tensor:
    """1 for each question with a right answer, else 0 [Q]."""
    score = score_outfits(scorer, questions.outfits()).view(len(questions), -1)
    return fill_in_blank_accuracy(score, questions.answer, reduce=False).to(torch.double)
