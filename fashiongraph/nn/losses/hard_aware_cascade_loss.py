"""Hard-aware deeply cascaded loss (HDC)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from fashiongraph.nn.distances.euclidean_distance import EuclideanDistance
from fashiongraph.nn.functional import check_channels
from fashiongraph.nn.miners.all_pairs_miner import AllPairsMiner
from fashiongraph.nn.miners.indices import Pairs, Triplets, as_pairs


class HardAwareCascadeLoss(torch.nn.Module):
    r"""Contrastive loss of a cascade of models, each trained on the hardest pairs of the previous.

    .. math::
        L = \sum_{k=1}^{K} \frac{1}{|P_k|} \sum_{(i, j) \in P_k} D_k(i, j)
        + \frac{1}{|N_k|} \sum_{(i, j) \in N_k} \bigl[ \mu - D_k(i, j) \bigr]_+

    Model k is a slice of the embeddings, such as the output of one layer of a network, and
    :math:`D_k` the Euclidean distance of its vectors of length 1. :math:`P_1` and :math:`N_1` are
    all positive and negative pairs; :math:`P_{k+1}` are the farthest of :math:`P_k` and
    :math:`N_{k+1}` the closest of :math:`N_k` under model k.

    The loss does not depend on the order of pairs: if the last places are contested by pairs of
    equal distance, these share them with equal weights. Negative pairs are ranked by distance and
    not by loss, which ties at 0 beyond the margin.

    ``HDCMiner`` of pytorch-metric-learning chooses the same pairs, and its ``ContrastiveLoss`` is
    one term of the sum; that library has the cascade as a trainer only.

    Args:
        widths: Size of each model's slice, from the simplest model to the most complex.
        fractions: Share of all pairs that each model is trained on, not increasing, starting at 1.
        margin: The margin :math:`\mu` of negative pairs.

    Shapes:
        - **input:** embeddings :math:`(M, D)` with D the sum of ``widths``, labels :math:`(M)`
        - **output:** scalar

    Raises:
        ValueError: If there is not one share for each model, or the shares increase or do not
            start at 1.

    Source: Yuan, Yang, Zhang, `"Hard-aware deeply cascaded embedding"
    <https://arxiv.org/abs/1611.05720>`_ (ICCV 2017).

    Example:
        >>> import torch
        >>> from fashiongraph.nn import HardAwareCascadeLoss, exemplar_labels
        >>> labels = exemplar_labels(torch.tensor([0, 0, 1, 1]))  # 4 items, 4 negatives
        >>> loss = HardAwareCascadeLoss(widths=(4, 4), fractions=(1.0, 0.5))
        >>> loss(torch.ones(8, 8), labels)  # all distances 0: each model has the margin as loss
        tensor(2.)
    """

    def __init__(
        self,
        widths: Sequence[int],
        fractions: Sequence[float] = (1.0, 0.5, 0.2),
        margin: float = 1.0,
    ) -> None:
        super().__init__()
        falling = all(0 < f <= 1 for f in fractions) and sorted(fractions)[::-1] == list(fractions)
        if len(fractions) != len(widths) or not falling or max(fractions, default=1) < 1:
            raise ValueError(
                f"'fractions' needs {len(widths)} shares in (0, 1], not increasing, the first 1 "
                f"(got {list(fractions)})"
            )
        self.widths = list(widths)
        self.fractions = list(fractions)
        self.margin = margin
        self.distance = EuclideanDistance()

    def forward(
        self, embeddings: Tensor, labels: Tensor, indices_tuple: Triplets | Pairs | None = None
    ) -> Tensor:
        """Sum of the models' losses; 0, with a gradient, for no pairs.

        Args:
            embeddings: Embeddings of items and negatives [M, D].
            labels: Labels of :func:`exemplar_labels` [M].
            indices_tuple: Pairs or triplets; by default those of :class:`AllPairsMiner`.

        Raises:
            ValueError: If embeddings are not as wide as all slices.
        """
        check_channels(embeddings, sum(self.widths))
        if indices_tuple is None:
            indices_tuple = AllPairsMiner()(embeddings, labels)
        anchor, positive, other, negative = as_pairs(indices_tuple)
        pull = self._cascade(embeddings, torch.stack([anchor, positive]), negative=False)
        return pull + self._cascade(embeddings, torch.stack([other, negative]), negative=True)

    def _cascade(self, embeddings: Tensor, pairs: Tensor, negative: bool) -> Tensor:
        """Sum of the models' mean losses over positive or over negative pairs [2, P]."""
        num_pairs = pairs.size(1)
        # Sums of shares are exact enough in double precision to keep no pair by rounding.
        weight = torch.ones(num_pairs, dtype=torch.double, device=pairs.device)
        hardness = torch.zeros_like(weight)
        losses: list[Tensor] = []
        for model, fraction in zip(embeddings.split(self.widths, 1), self.fractions, strict=True):
            weight = _hardest(hardness, weight, math.ceil(fraction * num_pairs))
            kept = weight > 0
            pairs, weight = pairs[:, kept], weight[kept]
            distance = self.distance.pairwise_distance(*model[pairs])
            hardness = -distance.detach() if negative else distance.detach()
            loss = torch.relu(self.margin - distance) if negative else distance
            losses.append((weight.to(loss.dtype) * loss).sum() / max(float(weight.sum()), 1))
        return torch.stack(losses).sum()

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.widths}, fractions={self.fractions}, margin={self.margin}"


def _hardest(hardness: Tensor, weight: Tensor, size: int) -> Tensor:
    """Weights of the hardest pairs, ``size`` in total; equally hard pairs share the last places."""
    values, group = torch.unique(-hardness, return_inverse=True)
    total = weight.new_zeros(len(values)).index_add(0, group, weight)
    before = total.cumsum(0) - total
    share = ((size - before) / total).clamp(0, 1)
    return weight * share[group]
