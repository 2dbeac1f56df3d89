"""The published objective of type-aware embeddings, as far as it reads pictures."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32


class TypeAwareLoss(torch.nn.Module):
    r"""Ranks distances in the space of a category pair, and keeps masks and embeddings small.

    .. math::
        L = \operatorname{mean}_t [d^{+}_t - d^{-}_t + \mu]_+
        + \lambda_1 \operatorname{mean}_m \lVert \mathbf{w}_m \rVert_1
        + \lambda_2 \sqrt{\operatorname{mean}_i \lVert \mathbf{f}_i \rVert_2^2}

    Args:
        margin: How much farther a stranger has to be, :math:`\mu`.
        lambda_mask: Weight of the size of the masks, :math:`\lambda_1`.
        lambda_embedding: Weight of the size of the embeddings, :math:`\lambda_2`.

    Shapes:
        - **input:** distances to items that belong and to strangers, each :math:`(T)`; masks
          :math:`(M, H)`; embeddings :math:`(U, H)`
        - **output:** a dictionary of scalars

    Source: Vasileva et al., "Learning type-aware embeddings for fashion compatibility" (ECCV
    2018), with the settings of its released code as defaults.
    """

    def __init__(
        self, margin: float = 0.3, lambda_mask: float = 5e-4, lambda_embedding: float = 5e-4
    ) -> None:
        super().__init__()
        self.margin = margin
        self.lambda_mask = lambda_mask
        self.lambda_embedding = lambda_embedding

    def forward(
        self, positive: Tensor, negative: Tensor, masks: Tensor, embeddings: Tensor
    ) -> dict[str, Tensor]:
        """Compute the parts and their weighted sum; a part that is given nothing is 0.

        Returns:
            ``loss``, the sum to minimise, and the unweighted ``triplet``, ``mask`` and
            ``embedding``.

        Raises:
            ValueError: If the distances differ in shape, which broadcasting would hide.
        """
        if positive.shape != negative.shape:
            raise ValueError(
                f"'positive' and 'negative' need the same shape "
                f"(got {tuple(positive.shape)} and {tuple(negative.shape)})"
            )
        apart = at_least_float32(positive) - at_least_float32(negative)
        violation = torch.nn.functional.relu(apart + self.margin)
        masks, embeddings = at_least_float32(masks), at_least_float32(embeddings)
        parts = {
            "triplet": violation.sum() / max(violation.numel(), 1),
            "mask": masks.abs().sum() / max(len(masks), 1),
            "embedding": torch.linalg.vector_norm(embeddings) / max(len(embeddings), 1) ** 0.5,
        }
        total = (
            parts["triplet"]
            + self.lambda_mask * parts["mask"]
            + self.lambda_embedding * parts["embedding"]
        )
        return {"loss": total, **parts}

    def extra_repr(self) -> str:
        """The margin and both weights."""
        return (
            f"margin={self.margin}, lambda_mask={self.lambda_mask}, "
            f"lambda_embedding={self.lambda_embedding}"
        )
