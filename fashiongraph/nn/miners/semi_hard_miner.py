"""Semi-hard exemplars (eq. M6 of mixed-category metric learning)."""

from __future__ import annotations

from fashiongraph.nn.miners.exemplar_miner import ExemplarMiner


class SemiHardMiner(ExemplarMiner):
    r"""Semi-hard exemplars: the farthest pair, with the closest negatives that are farther.

    .. math::
        (a, p) = \arg\max_{i \ne j} d(i, j), \quad
        n_a = \arg\min_{n :\, d(a, n) > d(a, p)} d(a, n), \quad
        n_p = \arg\min_{n :\, d(p, n) > d(a, p)} d(p, n)

    with :math:`i, j` items of one outfit and :math:`n` any negative of the mini-batch. The
    constraint as printed compares a term with itself; the equation above is our reading. An item of
    the outfit cannot be its own negative, since no item is farther than the farthest two; with
    ``every_pair`` it can, if it was drawn as a negative for another outfit.

    Args:
        distance: A :class:`Distance` or one of pytorch-metric-learning; by default the cosine.
        every_pair: Take every pair of items of an outfit instead of this one.
        pool: ``"negatives"``, or ``"batch"`` to take the items of other outfits as negatives too.

    Shapes:
        - **input:** embeddings :math:`(M, D)`, labels :math:`(M)`
        - **output:** rows of anchors, positives and negatives, each :math:`(T)`

    Source: Chen, He, "Dress fashionably: learn fashion collocation with deep mixed-category
    metric learning" (AAAI 2018), eq. 6.

    Example:
        >>> import torch
        >>> from fashiongraph.nn import EuclideanDistance, SemiHardMiner, exemplar_labels
        >>> labels = exemplar_labels(torch.tensor([0, 0, 1]))  # 3 items, 3 negatives
        >>> x = torch.tensor([[0.0], [4.0], [1.0], [2.0], [-5.0], [0.0]])
        >>> SemiHardMiner(EuclideanDistance(normalize_embeddings=False))(x, labels)
        (tensor([0, 1]), tensor([1, 0]), tensor([4, 4]))
    """

    only_farther = True
