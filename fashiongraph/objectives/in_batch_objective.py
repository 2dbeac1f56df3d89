"""Symmetric InfoNCE between items and outfits."""

from __future__ import annotations

from torch import Tensor
from torch_geometric.data import Batch
from torch_geometric.utils import scatter

from fashiongraph.models.collocation_net import CollocationNet
from fashiongraph.nn import InBatchSoftmaxLoss, l2_normalize
from fashiongraph.objectives.objective import Objective


class InBatchObjective(Objective[CollocationNet]):
    r"""Symmetric InfoNCE between an item and the mean of the rest of its outfit.

    The negatives are the items of the batch with the same category.

    .. math::
        \mathbf{r}_i = \sum_{j \ne i} \mathbf{e}_j / \Bigl\| \sum_{j \ne i} \mathbf{e}_j \Bigr\|
        \qquad
        L = -\frac{1}{2N} \sum_i \biggl[
        \ln \frac{e^{s \mathbf{e}_i^{\top} \mathbf{r}_i}}
        {\sum_{j: c_j = c_i} e^{s \mathbf{e}_i^{\top} \mathbf{r}_j}} +
        \ln \frac{e^{s \mathbf{e}_i^{\top} \mathbf{r}_i}}
        {\sum_{j: c_j = c_i} e^{s \mathbf{e}_j^{\top} \mathbf{r}_i}} \biggr]

    with embeddings :math:`\mathbf{e}` of length 1, and j over the outfit in :math:`\mathbf{r}_i`
    and over the batch in L. With negatives of the same category the loss does not depend on the
    frequency of categories. Each distinct item is encoded once, which limits the cost of training
    an encoder. With several processes, the negatives of an item are those of its process.

    Args:
        scale: Factor of the cosines, s.

    Source: the symmetric loss is that of Radford et al., `"Learning transferable visual models from
    natural language supervision" <https://arxiv.org/abs/2103.00020>`_ (ICML 2021); the scale is
    that of sentence-transformers. The pairing of an item with the rest of its outfit is ours.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.loader import negative_sampler
        >>> from fashiongraph.models import CollocationNet
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> objective = InBatchObjective()
        >>> loader = objective.loader(outfits, negative_sampler("uniform", outfits.items))
        >>> sorted(objective(CollocationNet(98), next(iter(loader))))
        ['loss']
    """

    min_negatives = 0

    def __init__(self, scale: float = 20.0) -> None:
        super().__init__(num_negatives=0)
        self.scale = scale
        self.loss = InBatchSoftmaxLoss()

    def forward(self, model: CollocationNet, batch: Batch) -> dict[str, Tensor]:
        """Embed each distinct item once, and compute the loss of both directions."""
        e = model.item_states(batch).nodes("state")
        total = scatter(e, batch.batch, dim_size=batch.num_graphs)
        rest = l2_normalize(total[batch.batch] - e)
        item_to_rest = self.loss(self.scale * e, rest, batch.category_id)
        rest_to_item = self.loss(self.scale * rest, e, batch.category_id)
        return {"loss": (item_to_rest + rest_to_item) / 2}

    def extra_repr(self) -> str:
        """The scale of the cosines."""
        return f"scale={self.scale}"
