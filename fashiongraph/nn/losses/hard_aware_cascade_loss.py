"""The hard-aware deeply cascaded loss (HDC): harder pairs for later models."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from fashiongraph.nn.distances.euclidean_distance import EuclideanDistance
from fashiongraph.nn.miners.all_pairs_miner import AllPairsMiner
from fashiongraph.nn.miners.indices import Pairs, Triplets, as_pairs


class HardAwareCascadeLoss(torch.nn.Module):
    r"""A cascade of models, each of which learns from the pairs that its forerunner found hard.

    .. math::
        L = \sum_{k=1}^{K} \frac{1}{|P_k|} \sum_{(i, j) \in P_k} D_k(i, j)
        + \frac{1}{|N_k|} \sum_{(i, j) \in N_k} \big[ \mu - D_k(i, j) \big]_+

    Model k is a slice of the embeddings, such as what one layer of a network gives, and
    :math:`D_k` the Euclidean distance of its vectors of length 1. :math:`P_1` and :math:`N_1` are
    all positive and negative pairs; :math:`P_{k+1}` and :math:`N_{k+1}` are those of
    :math:`P_k` and :math:`N_k` with the highest loss under model k.

    pytorch-metric-learning's ``HDCMiner`` chooses the same pairs, and its ``ContrastiveLoss`` is
    one term of the sum; it has the cascade itself as a trainer only.

    Args:
        widths: Size of each model's slice, from the simplest model to the most complex.
        fractions: Share of all pairs that each model learns from, not increasing; the first is 1,
            as nobody has told yet which are hard.
        margin: The margin :math:`\mu` of negative pairs.

    Shapes:
        - **input:** embeddings :math:`(M, D)` with D the sum of ``widths``, labels :math:`(M)`
        - **output:** scalar

    Source: Yuan, Yang, Zhang, "Hard-aware deeply cascaded embedding", ICCV 2017.
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
        """Add up the models' losses; 0 with a gradient where there is no pair.

        Args:
            embeddings: Embeddings of items and strangers [M, D].
            labels: Their labels, as :func:`exemplar_labels` makes them [M].
            indices_tuple: Pairs or triplets; by default every pair of an outfit with the stranger
                drawn for it.
        """
        if indices_tuple is None:
            indices_tuple = AllPairsMiner()(embeddings, labels)
        *positive, other, negative = as_pairs(indices_tuple)
        near, far = torch.stack(positive), torch.stack([other, negative])
        num_near, num_far = near.size(1), far.size(1)
        losses: list[Tensor] = []
        for model, fraction in zip(embeddings.split(self.widths, 1), self.fractions, strict=True):
            near = near[:, : math.ceil(fraction * num_near)]
            far = far[:, : math.ceil(fraction * num_far)]
            pull = self.distance.pairwise_distance(*model[near])
            push = torch.relu(self.margin - self.distance.pairwise_distance(*model[far]))
            losses.append(pull.sum() / max(len(pull), 1) + push.sum() / max(len(push), 1))
            near = near[:, pull.argsort(descending=True)]
            far = far[:, push.argsort(descending=True)]
        return torch.stack(losses).sum()

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.widths}, fractions={self.fractions}, margin={self.margin}"
