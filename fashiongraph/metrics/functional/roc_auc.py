"""Area under the ROC curve."""

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
