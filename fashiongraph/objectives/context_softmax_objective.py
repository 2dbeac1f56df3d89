"""Softmax of an item among the items of the batch, given the rest of its outfit."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_batch import item_inputs
from fashiongraph.models.fine_tuning_net import FineTuningNet
from fashiongraph.objectives.objective import Objective


class ContextSoftmaxObjective(Objective[FineTuningNet]):
    r"""Softmax cross-entropy of an item among the distinct items of the batch.

    .. math::
        L = -\frac{1}{N} \sum_i \ln \frac{e^{\mathbf{e}_i^\top \mathbf{r}_i / \tau}}
        {\sum_{u \notin O_i \setminus i} w_{iu}\, e^{\mathbf{e}_u^\top \mathbf{r}_i / \tau}},
        \qquad w_{iu} = \begin{cases} 1 & c_u = c_i \\ w & \text{else} \end{cases}

    with the embedding :math:`\mathbf{e}_u` of each distinct item u of the batch, and the projected
    rest :math:`\mathbf{r}_i` of the outfit :math:`O_i` of item i. The other items of the outfit are
    no negatives, nor is an item its own. Outfits of one item have no rest and are left out.

    Args:
        temperature: Temperature of the softmax, :math:`\tau`.
        other_weight: Weight w of negatives of another category, in (0, 1].

    Raises:
        FashionGraphError: If an argument is out of range, or a batch has no shared items.

    Source: van den Oord, Li, Vinyals, `"Representation learning with contrastive predictive coding"
    <https://arxiv.org/abs/1807.03748>`_ (2018); the rest of an outfit as context, and the weights,
    are ours.

    Example:
        >>> ContextSoftmaxObjective()
        ContextSoftmaxObjective(temperature=0.1, other_weight=0.1)
    """

    min_negatives = 0

    def __init__(self, temperature: float = 0.1, other_weight: float = 0.1) -> None:
        super().__init__(num_negatives=0)
        if not temperature > 0:
            raise FashionGraphError(f"'temperature' needs to be positive (got {temperature})")
        if not 0 < other_weight <= 1:
            raise FashionGraphError(f"'other_weight' needs to lie in (0, 1] (got {other_weight})")
        self.temperature = temperature
        self.other_weight = other_weight

    def forward(self, model: FineTuningNet, batch: Batch) -> dict[str, Tensor]:
        """Embed each distinct item once, and compute the loss of all items."""
        items, index = item_inputs(batch)
        if index is None:  # an item of two outfits would be its own negative
            raise FashionGraphError("'batch' needs shared items: OutfitLoader(share_items=True)")
        embedding = model.encode_items(items)["state"]
        rest = model.rest_of_outfit(embedding[index], batch)
        logits = rest @ embedding.t() / self.temperature
        other = batch.category_id.unsqueeze(1) != items.category_id
        logits = logits + other * math.log(self.other_weight)
        own = torch.zeros(batch.num_graphs, len(embedding), dtype=torch.bool, device=index.device)
        own[batch.batch, index] = True
        mates = own[batch.batch].scatter(1, index.unsqueeze(1), value=False)
        loss = torch.nn.functional.cross_entropy(
            logits.masked_fill(mates, float("-inf")), index, reduction="none"
        )
        paired = batch.ptr.diff()[batch.batch] > 1
        return {"loss": loss[paired].sum() / paired.sum().clamp(min=1)}

    def extra_repr(self) -> str:
        """The settings."""
        return f"temperature={self.temperature}, other_weight={self.other_weight}"
