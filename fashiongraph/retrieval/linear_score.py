"""The no-graph score of a completed outfit, as a linear function of the new item."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.scorers import AttributeBilinearScorer


def linear_score(scorer: AttributeBilinearScorer, h: Tensor) -> tuple[Tensor, Tensor]:
    r"""What item completes an outfit best, as an inner product with the item's state.

    Without message passing the states of the outfit's :math:`n` items do not depend on the new
    item :math:`c`. Of the ordered pairs of the completed outfit, :math:`n (n - 1)` are the old
    ones, whose mean is :math:`y(o)`, and :math:`2 n` hold :math:`c`:

    .. math::
        y(o \cup \{c\}) = \frac{n - 1}{n + 1}\, y(o) + \sum_k \mathbf{h}_{ck}^{\top}
        \mathbf{q}_k, \qquad
        \mathbf{q}_k = \frac{(\mathbf{W}_k + \mathbf{W}_k^{\top}) \sum_i \mathbf{h}_{ik}}{n (n + 1)}

    So the best completions of a catalogue are an exact maximum-inner-product search.

    Args:
        scorer: The model's scorer.
        h: States of the outfit's items [n, K, H], at least one.

    Returns:
        The query :math:`\mathbf{q}` [K, H] and the constant :math:`\frac{n-1}{n+1} y(o)`.
    """
    n = len(h)
    total = h.sum(dim=0)
    weight = scorer.weight + scorer.weight.transpose(1, 2)
    query = torch.einsum("khl,kl->kh", weight, total) / (n * (n + 1))
    one_outfit = torch.zeros(n, dtype=torch.long, device=h.device)
    return query, scorer(h, one_outfit, 1)[0] * (n - 1) / (n + 1)
