"""Semi-hard exemplars (eq. M6 of mixed-category metric learning)."""

from __future__ import annotations

from fashiongraph.nn.miners.exemplar_miner import ExemplarMiner


class SemiHardMiner(ExemplarMiner):
    r"""The two farthest items, and for each the closest stranger that is still farther.

    .. math::
        (a, p) = \arg\max_{i \ne j} d(i, j), \quad
        n_a = \arg\min_{n :\, d(a, n) > d(a, p)} d(a, n), \quad
        n_p = \arg\min_{n :\, d(p, n) > d(a, p)} d(p, n)

    with :math:`i, j` of one outfit and :math:`n` any stranger of the mini-batch. The printed
    constraint compares a term with itself; this is what it must mean. No item of the outfit can
    be taken for a stranger, as none is farther apart than the farthest two; with ``every_pair``
    an item that another outfit drew can.

    Args:
        distance: A :class:`Distance` or one of pytorch-metric-learning; by default the cosine.
        every_pair: Take every pair of an outfit's items instead of these two.

    Source: Chen, He, "Dress fashionably: learn fashion collocation with deep mixed-category
    metric learning", eq. 6.
    """

    only_farther = True
