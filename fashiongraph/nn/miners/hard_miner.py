"""Hard exemplars of mixed-category metric learning."""

from __future__ import annotations

from fashiongraph.nn.miners.exemplar_miner import ExemplarMiner


class HardMiner(ExemplarMiner):
    r"""Hard exemplars: the farthest pair of an outfit, with the closest negatives of the outfit.

    .. math::
        (a, p) = \arg\max_{i \ne j} d(i, j), \quad
        n_a = \arg\min_{n} d(a, n), \quad n_p = \arg\min_{n} d(p, n)

    with :math:`i, j` items of one outfit and :math:`n` the negatives drawn for its items. Unlike in
    :class:`SemiHardMiner` there is no constraint, and all four rows belong to one outfit.

    Args:
        distance: A :class:`Distance` or one of pytorch-metric-learning; by default the cosine.
        every_pair: Take every pair of items of an outfit instead of this one.

    Shapes:
        - **input:** embeddings :math:`(M, D)`, labels :math:`(M)`
        - **output:** rows of anchors, positives and negatives, each :math:`(T)`

    Source: Chen, He, "Dress fashionably: learn fashion collocation with deep mixed-category
    metric learning" (AAAI 2018).

    Example:
        >>> import torch
        >>> from fashiongraph.nn import EuclideanDistance, HardMiner, exemplar_labels
        >>> labels = exemplar_labels(torch.tensor([0, 0, 1]))  # 3 items, 3 negatives
        >>> x = torch.tensor([[0.0], [4.0], [1.0], [2.0], [-5.0], [0.0]])
        >>> HardMiner(EuclideanDistance(normalize_embeddings=False))(x, labels)
        (tensor([0, 1]), tensor([1, 0]), tensor([3, 3]))
    """

    same_outfit = True
