"""Random-negative baseline of the miners."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.nn.miners.indices import Triplets, check_labels, item_pairs, negative_rows


class AllPairsMiner(torch.nn.Module):
    """Every ordered pair of items of an outfit, with the pre-sampled negative of the second.

    Anchor and positive are the items of the pair. The negative has the category of the positive,
    so that a category-level preference does not separate the two. Since negatives are drawn at
    random, this is the random sampling of Chen, He, "Dress fashionably: learn fashion collocation
    with deep mixed-category metric learning" (AAAI 2018).

    Shapes:
        - **input:** embeddings :math:`(M, D)`, labels :math:`(M)`
        - **output:** rows of anchors, positives and negatives, each :math:`(T)`

    Example:
        >>> import torch
        >>> from fashiongraph.nn import AllPairsMiner, exemplar_labels
        >>> labels = exemplar_labels(torch.tensor([0, 0]))  # rows 2 and 3 are the negatives
        >>> AllPairsMiner()(torch.randn(4, 8), labels)
        (tensor([0, 1]), tensor([1, 0]), tensor([3, 2]))
    """

    def forward(self, embeddings: Tensor, labels: Tensor) -> Triplets:
        """Collect the triplets.

        Args:
            embeddings: Embeddings of items and negatives [M, D].
            labels: Labels of :func:`exemplar_labels` [M].

        Returns:
            Rows of anchors, positives and negatives, each [T].

        Raises:
            ValueError: If there is not one label for each embedding, there are items and no
                negatives, or negatives have other labels than those of :func:`exemplar_labels`.
        """
        check_labels(embeddings, labels)
        labels = labels.to(embeddings.device)
        row, item = negative_rows(labels)
        if labels.numel() and not row.numel():
            raise ValueError("'labels' need negatives, as exemplar_labels() makes them (got none)")
        negative_of = labels.new_full(labels.shape, -1)
        negative_of[item] = row
        first, second = item_pairs(labels)
        anchor, positive = torch.cat([first, second]), torch.cat([second, first])
        negative = negative_of[positive]
        found = negative >= 0
        return anchor[found], positive[found], negative[found]
