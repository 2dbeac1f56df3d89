"""How NGNN is trained by its published code."""

from __future__ import annotations

from fashiongraph.models.ranking_objective import RankingObjective
from fashiongraph.nn.losses.sigmoid_margin_loss import SigmoidMarginLoss


class NGNNObjective(RankingObjective):
    """One stranger, of a category drawn at random, and a bounded loss.

    Training draws strangers by the protocol ``"uniform_category"``, whichever is validated with.
    """

    def __init__(self) -> None:
        super().__init__(SigmoidMarginLoss(), num_negatives=1)

    def training_protocol(self, protocol: str) -> str:
        """The published one."""
        return "uniform_category"
