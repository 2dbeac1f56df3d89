"""The objective of the published code of NGNN."""

from __future__ import annotations

from fashiongraph.nn.losses.sigmoid_margin_loss import SigmoidMarginLoss
from fashiongraph.objectives.ranking_objective import RankingObjective


class NGNNObjective(RankingObjective):
    """One negative of a uniformly drawn category, under a bounded loss.

    Training draws negatives by the protocol ``"uniform_category"`` whatever validation draws.
    """

    def __init__(self) -> None:
        super().__init__(SigmoidMarginLoss(), num_negatives=1)

    def training_protocol(self, protocol: str) -> str:
        """The published protocol."""
        return "uniform_category"
