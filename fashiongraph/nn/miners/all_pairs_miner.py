"""No choice at all: every pair with the stranger that was drawn for it."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.miners.indices import Triplets, item_pairs, stranger_rows


class AllPairsMiner(torch.nn.Module):
    """Every ordered pair of an outfit's items, with the stranger drawn for the second.

    Positive and negative are of one category, so that nothing but taste tells them apart. As
    strangers are drawn at random, this is what the paper calls random sampling.
    """

    def forward(self, embeddings: Tensor, labels: Tensor) -> Triplets:
        """Collect the triplets.

        Args:
            embeddings: Embeddings of items and strangers [M, D].
            labels: Their labels, as :func:`exemplar_labels` makes them [M].

        Returns:
            Rows of anchors, positives and negatives, each [T].

        Raises:
            ValueError: If there are items and no strangers, or no telling whose they are.
        """
        labels = labels.to(embeddings.device)
        stranger, item = stranger_rows(labels)
        if labels.numel() and not stranger.numel():
            raise ValueError("'labels' need strangers, as exemplar_labels() makes them (got none)")
        stranger_of = labels.new_full(labels.shape, -1)
        stranger_of[item] = stranger
        first, second = item_pairs(labels)
        anchor, positive = torch.cat([first, second]), torch.cat([second, first])
        negative = stranger_of[positive]
        known = negative >= 0
        return anchor[known], positive[known], negative[known]
