"""Simple exemplars (eq. M5 of mixed-category metric learning)."""

from __future__ import annotations

from fashiongraph.nn.miners.exemplar_miner import ExemplarMiner


class SimpleMiner(ExemplarMiner):
    r"""Simple exemplars: the closest pair of an outfit, with the farthest negatives of the batch.

    .. math::
        (a, p) = \arg\min_{i \ne j} d(i, j), \quad
        n_a = \arg\max_{n} d(a, n), \quad n_p = \arg\max_{n} d(p, n)

    with :math:`i, j` items of one outfit and :math:`n` any negative of the mini-batch. A negative
    drawn for another outfit may be an item of this one, although the farthest of the batch rarely
    is.

    Args:
        distance: A :class:`Distance` or one of pytorch-metric-learning; by default the cosine.
        every_pair: Take every pair of items of an outfit instead of this one.
        pool: ``"negatives"``, or ``"batch"`` to take the items of other outfits as negatives too.

    Shapes:
        - **input:** embeddings :math:`(M, D)`, labels :math:`(M)`
        - **output:** rows of anchors, positives and negatives, each :math:`(T)`

    Source: Chen, He, "Dress fashionably: learn fashion collocation with deep mixed-category
    metric learning" (AAAI 2018), eq. 5.

    Example:
        >>> import torch
        >>> from fashiongraph.nn import EuclideanDistance, SimpleMiner, exemplar_labels
        >>> labels = exemplar_labels(torch.tensor([0, 0, 1]))  # 3 items, 3 negatives
        >>> x = torch.tensor([[0.0], [4.0], [1.0], [2.0], [-5.0], [0.0]])
        >>> SimpleMiner(EuclideanDistance(normalize_embeddings=False))(x, labels)
        (tensor([0, 1]), tensor([1, 0]), tensor([4, 4]))
    """

    closest_pair = True
    farthest_negative = True
