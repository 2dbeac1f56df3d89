"""Evaluation on easy and hard negatives together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fashiongraph.data.outfits import Outfits
from fashiongraph.evaluation.draw_questions import draw_compatibility, draw_fill_in_blank
from fashiongraph.evaluation.protocols import compatibility, fill_in_blank
from fashiongraph.evaluation.result import Result
from fashiongraph.models.wrapped_model import Scorer

_EASY, _HARD, _MATCHED = "uniform", "same_category", "matched"


@dataclass(frozen=True)
class EasyAndHard:
    """Compatibility AUC and FITB accuracy by protocol of negatives, from easy to hard.

    Args:
        results: AUC and FITB by protocol, with at least ``"uniform"`` and ``"same_category"``.
        columns: Columns that negatives of the protocol ``"matched"`` share.

    Example:
        >>> easy, hard = Result("AUC", 0.82, 0.8, 0.84, 100), Result("AUC", 0.51, 0.48, 0.54, 100)
        >>> fitb = Result("FITB", 0.25, 0.2, 0.3, 100)
        >>> print(EasyAndHard({"uniform": (easy, fitb), "same_category": (hard, fitb)}).sentence())
        AUC 0.82 against random items, 0.51 against items of the same category: the model tells \
categories, not looks.
    """

    results: dict[str, tuple[Result, Result]]
    columns: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """The results by protocol and metric, for JSON."""
        return {
            protocol: {result.metric.lower(): result.to_dict() for result in pair}
            for protocol, pair in self.results.items()
        }

    def sentence(self) -> str:
        """The areas under the ROC curve in one sentence, with their meaning.

        An area is above chance if its interval is above 0.5. Within a category this is judged on
        the protocol ``"same_category"``.
        """
        easy, hard = self.results[_EASY][0], self.results[_HARD][0]
        areas = [
            f"AUC {easy.value:.2f} against random items",
            f"{hard.value:.2f} against items of the same category",
        ]
        if _MATCHED in self.results:
            shared = ", ".join(self.columns)
            value = self.results[_MATCHED][0].value
            areas.append(f"{value:.2f} against items of the same category and {shared}")
        meaning = {
            (True, True): "it also orders items within a category",
            (True, False): "the model tells categories, not looks",
            (False, True): "it orders items within a category, but not against random items",
            (False, False): "the model is no better than chance",
        }[easy.low > 0.5, hard.low > 0.5]
        return f"{', '.join(areas)}: {meaning}."


def easy_and_hard(
    model: Scorer,
    outfits: Outfits,
    seed: int = 0,
    columns: Sequence[str] = (),
    protocol: str | None = None,
    **kwargs: Any,
) -> EasyAndHard:
    """Evaluate a model on easy (random) and hard (same-category) negatives.

    Random negatives can be recognised by their category alone. Same-category negatives measure
    what a model learns beyond categories.

    Args:
        model: An :class:`~fashiongraph.models.OutfitModel`, a plain module or a function.
        outfits: Held-out outfits, over an item table with frequencies.
        seed: Seed of the questions.
        columns: Columns of the protocol ``"matched"``, which is evaluated too if there are any.
        protocol: A further protocol to evaluate, such as the one of training.
        **kwargs: Arguments of :func:`~fashiongraph.evaluation.score_outfits`.

    Raises:
        FashionGraphError: If no outfit has two items, the item table has no frequencies, or a
            protocol or column is unknown.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists([*"abcdefgh"], ["top", "skirt"] * 4, torch.eye(8))
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["c", "d"], ["e", "f"], ["g", "h"]])
        >>> constant = lambda batch: torch.zeros(batch.num_graphs)
        >>> print(easy_and_hard(constant, outfits.with_frequency()).sentence())
        AUC 0.50 against random items, 0.50 against items of the same category: the model is no \
better than chance.
    """
    protocols = [_EASY, _HARD, *([_MATCHED] if columns else []), *([protocol] if protocol else [])]
    results = {}
    for name in dict.fromkeys(protocols):
        pairs = draw_compatibility(outfits, name, columns, seed)
        blanks = draw_fill_in_blank(outfits, name, columns, seed)
        auc = compatibility(model, pairs, **kwargs)
        results[name] = auc, fill_in_blank(model, blanks, **kwargs)
    return EasyAndHard(results, tuple(columns))
