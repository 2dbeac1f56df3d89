"""Area under the ROC curve and fill-in-the-blank accuracy."""

from __future__ import annotations

import torch
from torch import Tensor


def roc_auc(score: Tensor, label: Tensor) -> Tensor:
    r"""Area under the ROC curve of outfit scores.

    .. math::
        \mathrm{AUC} = \frac{1}{|P| |N|} \sum_{p \in P} \sum_{n \in N}
        \left( [s_p > s_n] + \tfrac{1}{2} [s_p = s_n] \right)

    with the real outfits P and the corrupted outfits N: the probability that a real outfit scores
    higher, with ties counted one half.

    Args:
        score: Scores of any range [M].
        label: 1 for real, 0 for corrupted [M].

    Returns:
        A scalar in [0, 1].

    Raises:
        ValueError: If the shapes differ, a score is NaN, or only one label occurs.

    Example:
        >>> roc_auc(torch.tensor([2.0, 1.0, 1.0]), torch.tensor([1, 1, 0]))
        tensor(0.7500)
    """
    # torchmetrics takes seconds to import, and scoring does not need it.
    from torchmetrics.functional.classification import binary_auroc

    check_shapes(score, label)
    if bool(score.isnan().any()):
        raise ValueError("'score' needs numbers (got NaN)")
    values = label.unique()
    if values.tolist() != [0, 1]:
        more = ", …" if len(values) > 5 else ""
        got = ", ".join(str(value) for value in values[:5].tolist())
        raise ValueError(f"'label' needs both 0 and 1 (got {got or 'none'}{more})")
    # torchmetrics applies a sigmoid to scores outside [0, 1], which merges large ones. Ranks have
    # the same AUC.
    rank = torch.unique(score, return_inverse=True)[1].double()
    return binary_auroc(rank / rank.max().clamp(min=1), label.long())


def check_shapes(score: Tensor, label: Tensor) -> None:
    """Check that scores and labels have the same shape [M].

    Args:
        score: Scores.
        label: Labels.

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
    """Fill-in-the-blank accuracy: the share of questions whose answer has the highest score.

    Args:
        score: Score of each candidate [Q, A].
        answer: Column of the right candidate [Q].
        ties: Credit for an answer that shares the highest score with others: none (``"wrong"``),
            or 1 / (number of candidates that share it) (``"fractional"``).
        reduce: Average over questions; otherwise return one number per question.

    Returns:
        A scalar in [0, 1], or [Q].

    Raises:
        ValueError: If the shapes do not fit, ``ties`` is neither, or a score is NaN.

    Example:
        >>> score, answer = torch.tensor([[3.0, 1.0], [2.0, 2.0]]), torch.tensor([0, 1])
        >>> fill_in_blank_accuracy(score, answer).item()
        0.5
        >>> fill_in_blank_accuracy(score, answer, ties="fractional").item()
        0.75
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
    as_good = (score >= right).sum(dim=1)  # including the right one
    beaten = (score > right).any(dim=1)
    share = torch.where(beaten, 0.0, 1.0 / as_good.double())
    hit = share if ties == "fractional" else share.floor()  # no credit for shares
    return hit.mean() if reduce else hit
