"""Hard exemplars of mixed-category metric learning."""

from __future__ import annotations

from fashiongraph.nn.miners.exemplar_miner import ExemplarMiner


class HardMiner(ExemplarMiner):
    r"""The two farthest items, and for each the closest of the outfit's own strangers.

    .. math::
        (a, p) = \arg\max_{i \ne j} d(i, j), \quad
        n_a = \arg\min_{n} d(a, n), \quad n_p = \arg\min_{n} d(p, n)

    with :math:`i, j` of one outfit and :math:`n` a stranger that was drawn for one of its items:
    as :class:`SemiHardMiner` without the constraint, and all four from one outfit's exemplar.

    Args:
        distance: A :class:`Distance` or one of pytorch-metric-learning; by default the cosine.
        every_pair: Take every pair of an outfit's items instead of these two.

    Source: Chen, He, "Dress fashionably: learn fashion collocation with deep mixed-category
    metric learning".
    """

    only_own = True
