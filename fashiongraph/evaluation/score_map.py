"""Monotone maps from raw scores to the log-odds of a real outfit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression
from torch import Tensor

_PER_BIN = 100  # questions of a bin: the share of real outfits has a standard error of 0.05
_FEWEST_BINS = 10
_FOLDS = 5


@dataclass(frozen=True)
class ScoreMap:
    r"""Map from raw scores y to log-odds: linear, or linear between knots.

    .. math::
        \ell(y) = a y + b
        \quad\text{or}\quad
        \ell(y) = \ell_k + (\ell_{k+1} - \ell_k) \frac{y - y_k}{y_{k+1} - y_k},
        \quad y_k \le y \le y_{k+1}

    Outside of the knots the map goes on with the slope a. It is increasing if a is positive.

    Args:
        slope: Factor of the raw score, a.
        offset: Constant, b.
        knots: Raw scores, ascending, with their log-odds; empty for the linear map.

    Example:
        >>> score_map = ScoreMap(1.0, 0.0, ((0.0, -1.0), (2.0, 3.0)))
        >>> score_map(torch.tensor([-1.0, 0.5, 3.0]))
        tensor([-2.,  0.,  4.])
    """

    slope: float
    offset: float
    knots: tuple[tuple[float, float], ...] = ()

    def __call__(self, score: Tensor) -> Tensor:
        """Log-odds of raw scores, of the same shape; NaN stays NaN."""
        if not self.knots:
            return self.slope * score + self.offset
        raw, odds = score.new_tensor(self.knots).T.contiguous()
        inside = score.clamp(raw[0], raw[-1])
        right = torch.searchsorted(raw, inside).clamp(1, len(raw) - 1)
        part = (inside - raw[right - 1]) / (raw[right] - raw[right - 1])
        return torch.lerp(odds[right - 1], odds[right], part) + self.slope * (score - inside)


def fit_score_map(score: Tensor, label: Tensor, group: Tensor) -> tuple[ScoreMap, Tensor]:
    """Fit a map on scores of real and corrupted outfits.

    The linear map maximises the likelihood of the labels (Platt 1999). From 1,000 questions on, the
    map through knots by isotonic regression (Zadrozny and Elkan 2002) competes with it, and the one
    whose left-out probabilities have the smaller mean squared error is taken.

    Args:
        score: Raw scores in double precision [Q].
        label: 1 for a real outfit, 0 for a corrupted one [Q].
        group: Questions of one group are left out together [Q].

    Returns:
        The map, and the probability of each question by a fit without its fold of groups [Q].
    """
    found = _linear(score, label), _held_out(_linear, score, label, group)
    # A model whose scores do not rise with the labels has no increasing map.
    if len(score) < _PER_BIN * _FEWEST_BINS or found[0].slope <= 0:
        return found
    bent = _isotonic(score, label), _held_out(_isotonic, score, label, group)
    if not bent[0].knots:
        return found
    return min(found, bent, key=lambda one: float((one[1] - label).square().mean()))


def _linear(score: Tensor, label: Tensor) -> ScoreMap:
    """Logistic regression of labels on scores, in double precision."""
    mean, scale = score.mean(), score.std().clamp(min=torch.finfo(score.dtype).tiny)
    x = (score - mean) / scale
    weight = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        logits = weight[0] * x + weight[1]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, label)
        # A prior of one question bounds the slope where the scores separate both kinds.
        loss = loss + weight[0].square() / (2 * len(x))
        loss.backward()
        return loss

    optimizer.step(closure)
    slope = float(weight[0].detach() / scale)
    return ScoreMap(slope, float(weight[1].detach()) - slope * float(mean))


def _isotonic(score: Tensor, label: Tensor) -> ScoreMap:
    """Isotonic regression of the log-odds of bins with equally many questions.

    Knots are at the mean scores of the blocks. Half a question of each label is added to a bin,
    which keeps the log-odds finite.
    """
    linear = _linear(score, label)
    order = score.argsort(stable=True)
    bins = len(score) // _PER_BIN
    raw = np.array([part.mean() for part in np.array_split(score[order].numpy(), bins)])
    parts = np.array_split(label[order].numpy(), bins)
    share = np.array([(part.sum() + 0.5) / (len(part) + 1) for part in parts])
    result = isotonic_regression(share, weights=[len(part) for part in parts])
    knots = _blocks(raw, result.x, result.blocks)
    # Equal scores in several bins are one knot too many.
    distinct = len(knots) > 1 and bool((np.diff(knots[:, 0]) > 0).all())
    return ScoreMap(linear.slope, linear.offset, tuple(map(tuple, knots))) if distinct else linear


def _blocks(
    raw: NDArray[np.float64], share: NDArray[np.float64], starts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Mean raw score and log-odds of each block of bins [K, 2]."""
    mean = np.add.reduceat(raw, starts[:-1]) / np.diff(starts)
    level = share[starts[:-1]]
    return np.stack([mean, np.log(level / (1 - level))], axis=1)


def _held_out(
    fit: Callable[[Tensor, Tensor], ScoreMap], score: Tensor, label: Tensor, group: Tensor
) -> Tensor:
    """Probabilities of each question by a fit without the questions of its fold of groups."""
    fold = group % _FOLDS
    found = torch.empty_like(score)
    for number in range(_FOLDS):
        left_out = fold == number
        found[left_out] = fit(score[~left_out], label[~left_out])(score[left_out]).sigmoid()
    return found
