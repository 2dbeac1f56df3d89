"""The published objective of Bi-LSTM."""

from __future__ import annotations

from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.models.baselines.bilstm import BiLSTM
from fashiongraph.nn.losses.in_batch_softmax_loss import InBatchSoftmaxLoss
from fashiongraph.objectives.objective import Objective


class BiLSTMObjective(Objective[BiLSTM]):
    """Next-item prediction on real outfits in both directions, among the items of the batch.

    No corrupted outfits are drawn.
    """

    min_negatives = 0

    def __init__(self) -> None:
        super().__init__(num_negatives=0)
        self.loss = InBatchSoftmaxLoss()

    def forward(self, model: BiLSTM, batch: Batch) -> dict[str, Tensor]:
        """The losses of both directions and their sum."""
        _, x = model.read(batch)
        forward, backward = (self.loss(*pair) for pair in model.predict(x, batch.ptr))
        return {"loss": forward + backward, "forward": forward, "backward": backward}
