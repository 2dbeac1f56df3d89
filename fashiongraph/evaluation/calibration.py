"""Calibrated scores: the probability that an outfit is a real one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch_geometric.utils import softmax

from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.draw_questions import draw_compatibility
from fashiongraph.evaluation.score_map import ScoreMap, fit_score_map
from fashiongraph.evaluation.score_outfits import item_scores, score_outfits
from fashiongraph.models.outfit_model import OutfitModel

_BINS = 10
_FOLDS = 5
_FEWEST = 20  # real outfits of a size for percentiles of their own


@dataclass(frozen=True)
class Calibration:
    r"""Map from raw scores of a model to probabilities, fitted on validation outfits.

    .. math::
        p = \sigma(a y + b)

    is the probability that an outfit with the raw score y is a real one, and not one in which a
    negative of the stated protocol replaces an item, where both are equally frequent. The two
    numbers maximise the likelihood of the validation questions. With 1,000 questions or more, an
    isotonic map takes their place where it predicts left-out questions better
    (:class:`~fashiongraph.evaluation.score_map.ScoreMap`). Expected calibration error (ECE, ten
    bins of equal width) and Brier score are of predictions for questions that were left out of the
    fit (five folds of outfits).

    Source: Platt, "Probabilistic outputs for support vector machines", in Advances in large margin
    classifiers, 1999; Zadrozny and Elkan, `"Transforming classifier scores into accurate multiclass
    probability estimates" <https://doi.org/10.1145/775047.775151>`_ (KDD 2002); Guo et al., `"On
    calibration of modern neural networks" <https://arxiv.org/abs/1706.04599>`_ (ICML 2017).

    Args:
        slope: Factor of the raw score, a.
        offset: Constant, b.
        protocol: Protocol of the negatives.
        columns: Columns that negatives share with the replaced item.
        num_outfits: Number of real outfits.
        ece: Expected calibration error.
        brier: Mean squared error of the probabilities.
        curve: Mean probability, share of real outfits and number of questions of each bin that is
            not empty.
        item_slope: Factor t of :meth:`suspicion`.
        quantiles: Raw scores of real outfits at 0, 1, ..., 100 percent, by number of items as text;
            ``"all"`` for other numbers.
        knots: Raw scores with their log-odds, ascending, of the isotonic map; empty for the linear
            one.

    Example:
        >>> quantiles = {"all": [float(i) for i in range(101)]}
        >>> calibration = Calibration(2.0, -1.0, "uniform", (), 50, 0.02, 0.2, [], 1.0, quantiles)
        >>> calibration.probability(torch.tensor([0.5, 3.0]))
        tensor([0.5000, 0.9933])
        >>> calibration.percentile(torch.tensor([25.0]), torch.tensor([4]))
        tensor([25.])
    """

    slope: float
    offset: float
    protocol: str
    columns: Sequence[str]
    num_outfits: int
    ece: float
    brier: float
    curve: Sequence[Sequence[float]]
    item_slope: float
    quantiles: Mapping[str, Sequence[float]]
    knots: Sequence[Sequence[float]] = ()

    @classmethod
    def fit(
        cls,
        model: OutfitModel,
        outfits: Outfits,
        protocol: str = "same_category",
        columns: Sequence[str] = (),
        seed: int = 0,
        unknown: str = "error",
    ) -> Calibration:
        """Fit the map on questions about real outfits that were not trained on.

        Args:
            model: The model.
            outfits: Real outfits, such as those of validation; at least five of two items or more.
            protocol: Protocol of negatives; those of the same category are the honest ones.
            columns: As for :func:`~fashiongraph.evaluation.draw_questions`.
            seed: Seed of the negatives.
            unknown: As for :func:`~fashiongraph.evaluation.score_outfits`.

        Raises:
            FashionGraphError: If there are fewer outfits, or scores are not finite.

        Example:
            >>> from fashiongraph.data import split
            >>> from fashiongraph.datasets import SyntheticOutfits
            >>> from fashiongraph.models import Siamese
            >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
            >>> model = Siamese(outfits.items.num_features)
            >>> found = Calibration.fit(model, split(outfits, seed=0)[2])
            >>> 0 <= found.ece <= 1, found.num_outfits
            (True, 12)
        """
        from torchmetrics.functional.classification import binary_calibration_error

        usable = outfits.select(torch.nonzero(outfits.sizes > 1).flatten())
        if len(usable) < _FOLDS:
            raise FashionGraphError(
                f"'outfits' needs {_FOLDS} outfits of two items or more (got {len(usable)})"
            )
        questions = draw_compatibility(usable, protocol, columns, seed)
        score = score_outfits(model, questions.outfits(), unknown=unknown).double()
        if not bool(score.isfinite().all()):
            raise FashionGraphError("'model' needs finite scores of outfits (got others)")
        label = questions.label.double()
        score_map, held_out = fit_score_map(score, label, questions.group)
        ece = binary_calibration_error(held_out, label.long(), n_bins=_BINS, norm="l1")
        is_real, sizes = label > 0, questions.source_outfits.sizes
        return cls(
            slope=score_map.slope,
            offset=score_map.offset,
            protocol=protocol,
            columns=tuple(columns),
            num_outfits=len(usable),
            ece=float(ece),
            brier=float((held_out - label).square().mean()),
            curve=_curve(held_out.numpy(), label.numpy()),
            item_slope=_item_slope(model, questions, unknown),
            quantiles=_quantiles(score[is_real].numpy(), sizes[is_real].numpy()),
            knots=score_map.knots,
        )

    def log_odds(self, score: Tensor) -> Tensor:
        """Log-odds that outfits are real [B].

        Args:
            score: Raw scores [B].
        """
        knots = tuple((float(raw), float(odds)) for raw, odds in self.knots)
        return ScoreMap(self.slope, self.offset, knots)(score)

    def probability(self, score: Tensor) -> Tensor:
        """Probabilities that outfits are real [B].

        Args:
            score: Raw scores [B].
        """
        return self.log_odds(score).sigmoid()

    def suspicion(self, item_scores: Tensor, batch: Tensor) -> Tensor:
        r"""Probability that an item is the replaced one, if one of its outfit is [N].

        .. math::
            q_i = \frac{e^{-t f_i}}{\sum_{j \in O} e^{-t f_j}}

        Args:
            item_scores: Compatibility of each item with its outfit,
                :meth:`OutfitModel.item_scores`, f [N].
            batch: Outfit of each item [N].
        """
        probability: Tensor = softmax(-self.item_slope * item_scores, batch)
        return probability

    def percentile(self, score: Tensor, sizes: Tensor) -> Tensor:
        """Percent of the real outfits of the same size with lower raw scores [B].

        Args:
            score: Raw scores [B].
            sizes: Numbers of items [B].
        """
        percent = np.arange(101.0)
        found = [
            np.interp(value, self.quantiles.get(str(size), self.quantiles["all"]), percent)
            for value, size in zip(score.tolist(), sizes.tolist(), strict=True)
        ]
        return torch.tensor(found, dtype=score.dtype)

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values, from which ``Calibration(**values)`` makes it again."""
        return asdict(self)


def _item_slope(model: OutfitModel, questions: Compatibility, unknown: str) -> float:
    """Factor of item scores under which replaced items are most likely."""
    outfits = questions.outfits()
    corrupted = outfits.select(torch.nonzero(questions.label == 0).flatten())
    real = outfits.select(torch.nonzero(questions.label == 1).flatten())
    replaced = torch.nonzero(corrupted.item_id != real.item_id).flatten()
    score = item_scores(model, corrupted, unknown=unknown).double()
    batch = corrupted.batch
    scale = score.std().clamp(min=torch.finfo(score.dtype).tiny)
    weight = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight], max_iter=50, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        probability = softmax(-weight * score / scale, batch)
        likelihood = probability[replaced].clamp(min=1e-12).log().mean()
        loss: Tensor = -likelihood + weight.square().sum() / (2 * len(replaced))
        loss.backward()
        return loss

    optimizer.step(closure)
    return max(float(weight.detach() / scale), 0.0)


def _curve(
    probability: NDArray[np.float64], label: NDArray[np.float64]
) -> list[tuple[float, float, int]]:
    """Mean probability, share of real outfits and number of questions of each bin."""
    place = np.minimum((probability * _BINS).astype(np.int64), _BINS - 1)
    count = np.bincount(place, minlength=_BINS)
    used = np.flatnonzero(count)
    mean = np.bincount(place, probability, _BINS)[used] / count[used]
    share = np.bincount(place, label, _BINS)[used] / count[used]
    return list(zip(mean.tolist(), share.tolist(), count[used].tolist(), strict=True))


def _quantiles(score: NDArray[np.float64], sizes: NDArray[np.int64]) -> dict[str, list[float]]:
    """Percentiles of raw scores by size, where there are enough outfits, and of all outfits."""
    percent = np.linspace(0, 1, 101)
    found = {"all": np.quantile(score, percent).tolist()}
    for size, count in zip(*np.unique(sizes, return_counts=True), strict=True):
        if count >= _FEWEST:
            found[str(size)] = np.quantile(score[sizes == size], percent).tolist()
    return found
