"""How an embedding space is trained without a single stranger of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor
from torch_geometric.data import Batch
from torch_geometric.utils import scatter

from fashiongraph.models.node_features import node_features
from fashiongraph.models.objective import Objective
from fashiongraph.nn import InBatchSoftmaxLoss, unit

if TYPE_CHECKING:
    from fashiongraph.models.collocation_net import CollocationNet


class InBatchObjective(Objective):
    r"""Each item and the rest of its outfit find one another among the batch's of its category.

    .. math::
        \mathbf{r}_i = \sum_{j \ne i} \mathbf{e}_j \Big/ \Big\| \sum_{j \ne i} \mathbf{e}_j \Big\|
        \qquad
        L = -\frac{1}{2N} \sum_i \bigg[
        \ln \frac{e^{s \mathbf{e}_i^{\top} \mathbf{r}_i}}
        {\sum_{j: c_j = c_i} e^{s \mathbf{e}_i^{\top} \mathbf{r}_j}} +
        \ln \frac{e^{s \mathbf{e}_i^{\top} \mathbf{r}_i}}
        {\sum_{j: c_j = c_i} e^{s \mathbf{e}_j^{\top} \mathbf{r}_i}} \bigg]

    with embeddings :math:`\mathbf{e}` of length 1, j over the items of the outfit in
    :math:`\mathbf{r}_i` and over all of the batch in L, and categories c, whose own frequency
    therefore teaches nothing. Every item of a batch serves as a stranger to the others, so that
    each is encoded once: what an encoder that learns along can afford. Of several processes each
    compares the items of its own share of a batch.

    Args:
        scale: Factor of the cosines, s.

    Source: the loss in both directions is that of Radford et al., "Learning transferable visual
    models from natural language supervision"; the scale is that of sentence-transformers. Rest
    against item is ours.
    """

    min_negatives = 0

    def __init__(self, scale: float = 20.0) -> None:
        super().__init__(num_negatives=0)
        self.scale = scale
        self.loss = InBatchSoftmaxLoss()

    def forward(self, model: CollocationNet, batch: Batch) -> dict[str, Tensor]:  # type: ignore[override]  # trains models that embed
        """Embed each distinct item once, and compare in both directions."""
        x, slot = node_features(batch)
        e = model.embed(x)
        e = e if slot is None else e[slot]
        total = scatter(e, batch.batch, dim_size=batch.num_graphs)
        rest = unit(total[batch.batch] - e)
        item_to_rest = self.loss(self.scale * e, rest, batch.category_id)
        rest_to_item = self.loss(self.scale * rest, e, batch.category_id)
        return {"loss": (item_to_rest + rest_to_item) / 2}

    def extra_repr(self) -> str:
        """The scale."""
        return f"scale={self.scale}"
