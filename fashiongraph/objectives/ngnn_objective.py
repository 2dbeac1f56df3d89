"""Objective of the published code of NGNN."""

from __future__ import annotations

from fashiongraph.nn.losses.sigmoid_margin_loss import SigmoidMarginLoss
from fashiongraph.objectives.ranking_objective import RankingObjective


class NGNNObjective(RankingObjective):
    r"""Bounded ranking loss :math:`-\sigma(y^{+} - y^{-})` on one negative of a random category.

    The protocol of training is always ``"uniform_category"``.

    Source: Cui, Li, Wu, Zhang, Wang, `"Dressing as a whole: outfit compatibility learning based on
    node-wise graph neural networks" <https://arxiv.org/abs/1902.08009>`_ (WWW 2019), its code.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.loader import negative_sampler
        >>> from fashiongraph.models import NGNN
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> objective = NGNNObjective()
        >>> loader = objective.loader(outfits, negative_sampler("uniform_category", outfits.items))
        >>> sorted(objective(NGNN(98, num_categories=10, edges="mean"), next(iter(loader))))
        ['loss']
    """

    def __init__(self) -> None:
        super().__init__(SigmoidMarginLoss(), num_negatives=1)

    def training_protocol(self, protocol: str) -> str:
        """Protocol of the published code."""
        return "uniform_category"
