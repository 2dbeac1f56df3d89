"""The whole objective of ADD-GNN (eq. A12)."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from fashiongraph.nn.losses.attribute_distillation_loss import AttributeDistillationLoss
from fashiongraph.nn.losses.bpr_loss import BPRLoss


class ADDGNNLoss(torch.nn.Module):
    r"""Adds up ranking, mask sparsity, distillation and weight size.

    .. math::
        L = L_O + \lambda_1 L_M + \lambda_2 L_D + \lambda_3 \lVert \Theta \rVert_2

    Each part is also a loss of its own: :class:`BPRLoss`, :meth:`AttributeMask.sparsity_loss`
    and :class:`AttributeDistillationLoss`. Parts whose inputs are not given are left out. A part
    of weight 0 is not added, and only computed, without a gradient, for whoever logs it.

    Args:
        lambda_mask: Weight of the mask sparsity, :math:`\lambda_1`.
        lambda_distillation: Weight of the distillation, :math:`\lambda_2`.
        lambda_norm: Weight of the norm of all parameters, :math:`\lambda_3`.
        ranking: Loss of positive and negative scores, :math:`L_O`; by default the paper's.

    Source: Chen, Wu, Shen, Jia, "Learning from designers: fashion compatibility analysis via
    dataset distillation", eq. 12, with its weights as defaults.
    """

    def __init__(
        self,
        lambda_mask: float = 1e-3,
        lambda_distillation: float = 1e-3,
        lambda_norm: float = 1e-3,
        ranking: torch.nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.lambda_mask = lambda_mask
        self.lambda_distillation = lambda_distillation
        self.lambda_norm = lambda_norm
        self.ranking = BPRLoss() if ranking is None else ranking
        self.distillation = AttributeDistillationLoss()

    def forward(
        self,
        positive: Tensor,
        negative: Tensor,
        sparsity: Tensor | None = None,
        masks: tuple[Tensor, Tensor] | None = None,
        parameters: Iterable[Tensor] = (),
        compared: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Compute the parts and their weighted sum.

        Args:
            positive: Scores of real outfits [B].
            negative: Scores of their corrupted editions [B] or [B, R].
            sparsity: What :meth:`AttributeMask.sparsity_loss` returned.
            masks: Masked features of student and teacher, each [N, K, F].
            parameters: The parameters to keep small.
            compared: A third argument for a ranking loss that takes one, such as
                :class:`CandidateSoftmaxLoss`.

        Returns:
            ``loss``, the sum to minimise, and the unweighted parts ``ranking``, ``mask``,
            ``distillation`` and ``norm``, as far as their inputs were given.
        """
        scores = (positive, negative) if compared is None else (positive, negative, compared)
        parts = {"ranking": self.ranking(*scores)}
        total = parts["ranking"]
        grad = torch.is_grad_enabled()
        if sparsity is not None:
            parts["mask"] = sparsity
        if masks is not None:
            with torch.set_grad_enabled(grad and self.lambda_distillation != 0):
                parts["distillation"] = self.distillation(*masks)
        with torch.set_grad_enabled(grad and self.lambda_norm != 0):
            sizes = [torch.linalg.vector_norm(parameter) for parameter in parameters]
            if sizes:
                parts["norm"] = torch.linalg.vector_norm(torch.stack(sizes))
        weights = {
            "mask": self.lambda_mask,
            "distillation": self.lambda_distillation,
            "norm": self.lambda_norm,
        }
        for name, weight in weights.items():
            if name in parts and weight != 0:  # 0 times what overflowed would be NaN
                total = total + weight * parts[name]
        return {"loss": total, **parts}

    def extra_repr(self) -> str:
        """The three weights."""
        return (
            f"lambda_mask={self.lambda_mask}, lambda_distillation={self.lambda_distillation}, "
            f"lambda_norm={self.lambda_norm}"
        )
