"""Scores of a model on stored questions, from which others compute its results again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from fashiongraph import __version__
from fashiongraph.data.duplicates import outfit_keys
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.evaluation.protocols import (
    compatibility_of_scores,
    fill_in_blank_of_scores,
)
from fashiongraph.evaluation.result import Result
from fashiongraph.evaluation.score_candidates import score_candidates
from fashiongraph.evaluation.score_outfits import score_outfits
from fashiongraph.files import atomic_write
from fashiongraph.models.wrapped_model import Scorer, as_outfit_model

_FORMAT = 1


@dataclass(frozen=True)
class Prediction:
    """Scores of a model on all candidates of some questions.

    Args:
        kind: Kind of the questions, ``"compatibility"`` or ``"fitb"``.
        checksum: Checksum of the questions.
        recipe: Provenance of the questions.
        scores: Scores of their outfits, or of their candidates question by question.
    """

    kind: str
    checksum: str
    recipe: Mapping[str, Any]
    scores: Sequence[float]

    def result(self, questions: Compatibility | FillInBlank) -> Result:
        """Result on the questions, computed from the scores alone.

        Args:
            questions: The same questions, drawn or loaded again.

        Raises:
            FashionGraphError: If they are other questions, or the scores do not fit them.
        """
        if questions.checksum != self.checksum:
            raise FashionGraphError(
                f"'questions' needs the checksum {self.checksum} (got {questions.checksum})"
            )
        scores = torch.tensor(self.scores, dtype=torch.float64)
        wanted = (
            questions.candidates.numel() if isinstance(questions, FillInBlank) else len(questions)
        )
        if len(scores) != wanted or not bool(torch.isfinite(scores).all()):
            raise FashionGraphError(
                f"'scores' needs {wanted:,} finite numbers (got {len(scores):,})"
            )
        if isinstance(questions, FillInBlank):
            return fill_in_blank_of_scores(scores.view_as(questions.candidates), questions)
        return compatibility_of_scores(scores, questions)


@dataclass(frozen=True)
class Submission:
    """Predictions of a model for a leaderboard.

    Args:
        name: Name of the model, as the leaderboard is to show it.
        data: Name of the data set.
        seed: Seed of the split and of the questions.
        predictions: Predictions on questions about the test outfits.
        about: Settings of the model, features and versions, for readers.

    Example:
        >>> from fashiongraph.data import split
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.evaluation import draw_questions
        >>> from fashiongraph.models import Siamese
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=100, seed=0)
        >>> questions = [draw_questions(split(outfits, seed=0)[2], "fitb")]
        >>> model = Siamese(outfits.items.num_features)
        >>> submission = Submission.of(model, questions, "my siamese", "synthetic", seed=0)
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "my_siamese.json"
        >>> submission.save(file)
        >>> [result.metric for result in Submission.load(file).results(questions)]
        ['FITB']
    """

    name: str
    data: str
    seed: int
    predictions: Sequence[Prediction]
    about: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        model: Scorer,
        questions: Sequence[Compatibility | FillInBlank],
        name: str,
        data: str,
        seed: int,
        about: Mapping[str, Any] | None = None,
    ) -> Submission:
        """Score questions by a model.

        Args:
            model: An :class:`~fashiongraph.models.OutfitModel`, a plain module or a function.
            questions: Questions about the test outfits.
            name: Name of the model.
            data: Name of the data set.
            seed: Seed of the split and of the questions.
            about: Further facts for readers.

        Raises:
            FashionGraphError: If the model was trained on one of the outfits.
        """
        known = as_outfit_model(model)
        for one in questions:
            _check_unseen(known.training_outfits, one)
        facts = {
            "fashiongraph": __version__,
            "torch": torch.__version__,
            "model": type(known).__name__,
            "config": known.config,
            "parameters": sum(one.numel() for one in known.parameters()),
            "features": [str(one) for one in known.feature_sources],
            **(about or {}),
        }
        found = [_predicted(model, one) for one in questions]
        return cls(name, data, seed, found, facts)

    def results(self, questions: Sequence[Compatibility | FillInBlank]) -> list[Result]:
        """Results computed again from the scores.

        Args:
            questions: The questions of :attr:`predictions`, in any order.

        Raises:
            FashionGraphError: If one has no prediction, or scores that do not fit.
        """
        by_checksum = {one.checksum: one for one in self.predictions}
        found = []
        for one in questions:
            if one.checksum not in by_checksum:
                raise FashionGraphError(
                    f"'predictions' needs those on the questions {one.checksum} of "
                    f"{dict(one.recipe)} (got {', '.join(by_checksum) or 'none'})"
                )
            found.append(by_checksum[one.checksum].result(one))
        return found

    def save(self, path: str | Path) -> None:
        """Write the submission as JSON, atomically.

        Args:
            path: The file.
        """
        with atomic_write(path) as draft:
            text = json.dumps({"format": _FORMAT, **asdict(self)}, allow_nan=False, default=str)
            draft.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> Submission:
        """Read a submission.

        Args:
            path: The file.

        Raises:
            DataError: If the file is no submission.
        """
        try:
            found = json.loads(Path(path).read_text(encoding="utf-8"))
            if found.pop("format") != _FORMAT:
                raise DataError("is a submission of another version of the library", path)
            predictions = [Prediction(**one) for one in found.pop("predictions")]
            submission = cls(predictions=predictions, **found)
        except DataError:
            raise
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise DataError(f"cannot be read as a submission: {error}", path) from error
        return submission


def _predicted(model: Scorer, questions: Compatibility | FillInBlank) -> Prediction:
    if isinstance(questions, FillInBlank):
        scores = score_candidates(model, questions)
    else:
        scores = score_outfits(model, questions.outfits())
    numbers = [float(value) for value in scores.flatten()]
    return Prediction(questions.kind, questions.checksum, dict(questions.recipe), numbers)


def _check_unseen(training: Tensor | None, questions: Compatibility | FillInBlank) -> None:
    if training is None:
        return
    seen = torch.isin(outfit_keys(questions.source_outfits), training)
    if isinstance(questions, Compatibility):
        seen &= questions.label > 0
    if bool(seen.any()):
        raise FashionGraphError(
            f"'questions' needs outfits that the model was not trained on (got {int(seen.sum()):,} "
            f"of {len(questions):,} that it was)"
        )
