"""Published objective of Bi-LSTM."""

from __future__ import annotations

from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.models.baselines.bilstm import BiLSTM
from fashiongraph.nn.losses.in_batch_softmax_loss import InBatchSoftmaxLoss
from fashiongraph.objectives.objective import Objective


class BiLSTMObjective(Objective[BiLSTM]):
    """Next-item prediction on real outfits in both directions, over the items of the batch.

    No corrupted outfits are drawn.

    Source: Han, Wu, Jiang, Davis, `"Learning fashion compatibility with bidirectional LSTMs"
    <https://arxiv.org/abs/1707.05691>`_ (ACM MM 2017).

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.loader import negative_sampler
        >>> from fashiongraph.models import BiLSTM
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> objective = BiLSTMObjective()
        >>> loader = objective.loader(outfits, negative_sampler("uniform", outfits.items))
        >>> sorted(objective(BiLSTM(98), next(iter(loader))))
        ['backward', 'forward', 'loss']
    """

    min_negatives = 0

    def __init__(self) -> None:
        super().__init__(num_negatives=0)
        self.loss = InBatchSoftmaxLoss()

    def forward(self, model: BiLSTM, batch: Batch) -> dict[str, Tensor]:
        """Losses of both directions and their sum."""
        _, x = model.read(batch)
        forward, backward = (self.loss(*pair) for pair in model.predict(x, batch.ptr))
        return {"loss": forward + backward, "forward": forward, "backward": backward}
