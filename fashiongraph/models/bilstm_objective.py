"""How Bi-LSTM is trained in its publication."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.models.objective import Objective
from fashiongraph.nn.losses.in_batch_softmax_loss import InBatchSoftmaxLoss

if TYPE_CHECKING:
    from fashiongraph.models.bilstm import BiLSTM


class BiLSTMObjective(Objective):
    """Foretell the next item of real outfits in both directions, among all items of the batch.

    No corrupted outfit is read, and none is made.
    """

    min_negatives = 0

    def __init__(self) -> None:
        super().__init__(num_negatives=0)
        self.loss = InBatchSoftmaxLoss()

    def forward(self, model: BiLSTM, batch: Batch) -> dict[str, Tensor]:  # type: ignore[override]  # trains models that foretell
        """The losses of both directions and their sum."""
        _, x = model.read(batch)
        ahead, back = (self.loss(*pair) for pair in model.foretell(x, batch.ptr))
        return {"loss": ahead + back, "forward": ahead, "backward": back}
