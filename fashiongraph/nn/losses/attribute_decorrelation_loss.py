"""Decorrelation of the attributes of pair scores."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.functional import at_least_float32


class AttributeDecorrelationLoss(torch.nn.Module):
    r"""Mean squared correlation of the terms of pair scores between attributes.

    .. math::
        L = \frac{1}{K (K - 1)} \sum_{k \neq l} r_{kl}^2, \qquad
        r_{kl} = \operatorname{corr}_p(s_{pk}, s_{pl})

    with :math:`s_{pk} = \mathbf{h}_{ik}^\top \mathbf{W}_k \mathbf{h}_{jk}` the term of attribute k
    in the score of pair p. It is 0 if attributes vary independently over pairs, and 1 if they
    agree or contradict each other everywhere. An attribute with equal terms has correlation 0.

    Shapes:
        - **input:** terms of P pairs :math:`(P, K)`
        - **output:** scalar, 0 for a single attribute or fewer than two pairs

    Raises:
        ValueError: If the terms have another shape.

    Source: after Zbontar, Jing, Misra, LeCun, Deny, "Barlow Twins: self-supervised learning via
    redundancy reduction" (ICML 2021), whose second term it is, between attributes in place of the
    channels of an embedding.

    Example:
        >>> import torch
        >>> from fashiongraph.nn import AttributeDecorrelationLoss
        >>> terms = torch.tensor([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])  # they agree
        >>> round(float(AttributeDecorrelationLoss()(terms)), 4)
        1.0
    """

    def forward(self, terms: Tensor) -> Tensor:
        """Compute the mean over pairs of attributes.

        Args:
            terms: Terms of pair scores by attribute [P, K].
        """
        if terms.dim() != 2:
            raise ValueError(f"'terms' needs the shape [P, K] (got {tuple(terms.shape)})")
        size = terms.size(1)
        if size < 2 or len(terms) < 2:
            return at_least_float32(terms).sum() * 0.0
        wide = at_least_float32(terms)
        deviation = torch.nn.functional.normalize(wide - wide.mean(dim=0), dim=0)
        correlation = deviation.T @ deviation
        between = correlation.square().sum() - correlation.diagonal().square().sum()
        loss: Tensor = between / (size * (size - 1))
        return loss
