"""Area under the ROC curve and fill-in-the-blank accuracy."""

from __future__ import annotations

import torch
from torch import Tensor


def roc_auc(score: Tensor, label: Tensor) -> Tensor:
    """Chance that a real outfit scores above a corrupted one; a tie counts one half.

    torchmetrics squeezes scores outside [0, 1] through a sigmoid, where large ones become equal.
    Only their order matters, so ranks are passed on instead.

    Args:
        score: Scores of any range [M].
        label: 1 for real, 0 for corrupted [M].

    Returns:
        A scalar in [0, 1].

    Raises:
        ValueError: If the shapes differ, a score is not a number, or a label is missing.
    """
    # It takes seconds to import, and whoever scores an outfit needs none of it.
    from torchmetrics.functional.classification import binary_auroc

    check_shapes(score, label)
    if bool(score.isnan().any()):
        raise ValueError("'score' needs numbers (got NaN)")
    values = label.unique()
    if values.tolist() != [0, 1]:
        more = ", …" if len(values) > 5 else ""
        got = ", ".join(str(value) for value in values[:5].tolist())
        raise ValueError(f"'label' needs both 0 and 1 (got {got or 'none'}{more})")
    rank = torch.unique(score, return_inverse=True)[1].double()
    return binary_auroc(rank / rank.max().clamp(min=1), label.long())


def check_shapes(score: Tensor, label: Tensor) -> None:
    """Refuse scores without a label each.

    Raises:
        ValueError: If the shapes differ, or are not [M].
    """
    if score.shape != label.shape or score.dim() != 1:
        raise ValueError(
            f"'score' and 'label' need the same shape [M] "
            f"(got {list(score.shape)} and {list(label.shape)})"
        )


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
