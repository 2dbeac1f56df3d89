"""How often the right item fills a blank."""

from __future__ import annotations

import torch
from torch import Tensor


def fill_in_blank_accuracy(
    score: Tensor, answer: Tensor, ties: str = "wrong", reduce: bool = True
) -> Tensor:
    """Share of questions whose right candidate scores highest.

    Args:
        score: Score of each candidate [Q, A].
        answer: Column of the right candidate [Q].
        ties: ``"wrong"`` counts a right candidate that shares the highest score as wrong;
            ``"fractional"`` counts it 1 / (number that share it).
        reduce: Average over questions; otherwise one number per question.

    Returns:
        A scalar in [0, 1], or [Q].

    Raises:
        ValueError: If the shapes do not fit, ``ties`` is neither, or a score is not a number.
    """
    if score.dim() != 2 or answer.shape != score.shape[:1]:
        raise ValueError(
            f"'score' needs the shape [Q, A] and 'answer' [Q] "
            f"(got {list(score.shape)} and {list(answer.shape)})"
        )
    if ties not in ("wrong", "fractional"):
        raise ValueError(f"'ties' needs to be 'wrong' or 'fractional' (got {ties!r})")
    if bool(score.isnan().any()):
        raise ValueError("'score' needs numbers (got NaN)")
    right = score.gather(1, answer.unsqueeze(1))
    as_good = (score >= right).sum(dim=1)  # the right one itself among them
    beaten = (score > right).any(dim=1)
    share = torch.where(beaten, 0.0, 1.0 / as_good.double())
    hit = share if ties == "fractional" else share.floor()  # alone at the top or nothing
    return hit.mean() if reduce else hit
