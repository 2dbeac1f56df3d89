"""Simple exemplars (eq. M5 of mixed-category metric learning)."""

from __future__ import annotations

from fashiongraph.nn.miners.exemplar_miner import ExemplarMiner


class SimpleMiner(ExemplarMiner):
    r"""The two closest items of an outfit, and for each the farthest stranger of the batch.

    .. math::
        (a, p) = \arg\min_{i \ne j} d(i, j), \quad
        n_a = \arg\max_{n} d(a, n), \quad n_p = \arg\max_{n} d(p, n)

    with :math:`i, j` of one outfit and :math:`n` any stranger of the mini-batch. A stranger that
    another outfit drew may be an item of this one; the farthest of a whole batch hardly ever is.

    Args:
        distance: A :class:`Distance` or one of pytorch-metric-learning; by default the cosine.
        every_pair: Take every pair of an outfit's items instead of these two.

    Source: Chen, He, "Dress fashionably: learn fashion collocation with deep mixed-category
    metric learning", eq. 5.
    """

    closest_pair = True
    farthest_negative = True
