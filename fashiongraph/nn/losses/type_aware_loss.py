"""Loss of type-aware embeddings, without the terms of text."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32


class TypeAwareLoss(torch.nn.Module):
    r"""Triplet loss of type-aware distances, with penalties on masks and embeddings.

    .. math::
        L = \operatorname{mean}_t [d^{+}_t - d^{-}_t + \mu]_+
        + \lambda_1 \operatorname{mean}_m \lVert \mathbf{w}_m \rVert_1
        + \lambda_2 \sqrt{\operatorname{mean}_i \lVert \mathbf{f}_i \rVert_2^2}

    Args:
        margin: The margin :math:`\mu`.
        lambda_mask: Weight of the norm of the masks, :math:`\lambda_1`.
        lambda_embedding: Weight of the norm of the embeddings, :math:`\lambda_2`.

    Shapes:
        - **input:** distances to positives and to negatives, each :math:`(T)`; masks
          :math:`(M, H)`; embeddings :math:`(U, H)`
        - **output:** a dictionary of scalars

    Source: Vasileva, Plummer, Dusad, Rajpal, Kumar, Forsyth, `"Learning type-aware embeddings for
    fashion compatibility" <https://arxiv.org/abs/1803.09196>`_ (ECCV 2018), with the settings of
    its released code as defaults.

    Example:
        >>> import torch
        >>> from fashiongraph.nn import TypeAwareLoss
        >>> positive, negative = torch.tensor([0.5, 0.2]), torch.tensor([0.6, 0.9])
        >>> loss = TypeAwareLoss(margin=0.3)
        >>> terms = loss(positive, negative, masks=torch.ones(2, 4), embeddings=torch.ones(3, 4))
        >>> {name: round(value.item(), 4) for name, value in terms.items()}
        {'loss': 0.103, 'triplet': 0.1, 'mask': 4.0, 'embedding': 2.0}
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
        """Compute the terms and their weighted sum; a term of empty inputs is 0.

        Args:
            positive: Distances to positives [T].
            negative: Distances to negatives [T].
            masks: Masks of category pairs [M, H].
            embeddings: Embeddings of items [U, H].

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
        difference = at_least_float32(positive) - at_least_float32(negative)
        violation = torch.nn.functional.relu(difference + self.margin)
        masks, embeddings = at_least_float32(masks), at_least_float32(embeddings)
        terms = {
            "triplet": violation.sum() / max(violation.numel(), 1),
            "mask": masks.abs().sum() / max(len(masks), 1),
            "embedding": torch.linalg.vector_norm(embeddings) / max(len(embeddings), 1) ** 0.5,
        }
        total = (
            terms["triplet"]
            + self.lambda_mask * terms["mask"]
            + self.lambda_embedding * terms["embedding"]
        )
        return {"loss": total, **terms}

    def extra_repr(self) -> str:
        """The margin and both weights."""
        return (
            f"margin={self.margin}, lambda_mask={self.lambda_mask}, "
            f"lambda_embedding={self.lambda_embedding}"
        )
