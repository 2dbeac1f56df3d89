"""Total loss of ADD-GNN (eq. A12)."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from fashiongraph.nn.losses.attribute_distillation_loss import AttributeDistillationLoss
from fashiongraph.nn.losses.bpr_loss import BPRLoss


class ADDGNNLoss(torch.nn.Module):
    r"""Weighted sum of ranking, mask sparsity, distillation and parameter norm.

    .. math::
        L = L_O + \lambda_1 L_M + \lambda_2 L_D + \lambda_3 \lVert \Theta \rVert_2

    The terms are also available separately: :class:`BPRLoss`, :meth:`AttributeMask.sparsity_loss`
    and :class:`AttributeDistillationLoss`. Terms without inputs are left out. A term of weight 0 is
    not added to the sum; it is computed without a gradient, for logging only.

    Args:
        lambda_mask: Weight of the mask sparsity, :math:`\lambda_1`.
        lambda_distillation: Weight of the distillation, :math:`\lambda_2`.
        lambda_norm: Weight of the norm of all parameters, :math:`\lambda_3`.
        ranking: Loss of positive and negative scores, :math:`L_O`; by default the paper's.

    Shapes:
        - **input:** positive scores :math:`(B)`; negative scores :math:`(B)` or :math:`(B, R)`;
          masked features :math:`(N, K, F)`
        - **output:** a dictionary of scalars

    Source: Chen, Wu, Shen, Jia, "Learning from designers: fashion compatibility analysis via
    dataset distillation" (ICIP 2022), eq. 12, with its weights as defaults.

    Example:
        >>> import torch
        >>> from fashiongraph.nn import ADDGNNLoss, AttributeMask
        >>> mask = AttributeMask(in_channels=8, num_attributes=4)
        >>> terms = ADDGNNLoss()(torch.randn(3), torch.randn(3), mask.sparsity_loss())
        >>> list(terms)
        ['loss', 'ranking', 'mask']
        >>> terms["loss"].backward()
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
        outfit_scores: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Compute the terms and their weighted sum.

        Args:
            positive: Scores of real outfits [B].
            negative: Scores of corrupted outfits [B] or [B, R].
            sparsity: Mask sparsity, from :meth:`AttributeMask.sparsity_loss`.
            masks: Masked features of student and teacher, each [N, K, F].
            parameters: Parameters whose norm is penalised.
            outfit_scores: Third argument of a ranking loss that takes one, such as
                :class:`CandidateSoftmaxLoss`.

        Returns:
            ``loss``, the sum to minimise, and the unweighted terms ``ranking``, ``mask``,
            ``distillation`` and ``norm``, each if its inputs were given.
        """
        extra = () if outfit_scores is None else (outfit_scores,)
        terms = {"ranking": self.ranking(positive, negative, *extra)}
        total = terms["ranking"]
        grad = torch.is_grad_enabled()
        if sparsity is not None:
            terms["mask"] = sparsity
        if masks is not None:
            with torch.set_grad_enabled(grad and self.lambda_distillation != 0):
                terms["distillation"] = self.distillation(*masks)
        with torch.set_grad_enabled(grad and self.lambda_norm != 0):
            sizes = [torch.linalg.vector_norm(parameter) for parameter in parameters]
            if sizes:
                terms["norm"] = torch.linalg.vector_norm(torch.stack(sizes))
        weights = {
            "mask": self.lambda_mask,
            "distillation": self.lambda_distillation,
            "norm": self.lambda_norm,
        }
        for name, weight in weights.items():
            if name in terms and weight != 0:  # 0 times infinity would be NaN
                total = total + weight * terms[name]
        return {"loss": total, **terms}

    def extra_repr(self) -> str:
        """The three weights."""
        return (
            f"lambda_mask={self.lambda_mask}, lambda_distillation={self.lambda_distillation}, "
            f"lambda_norm={self.lambda_norm}"
        )
