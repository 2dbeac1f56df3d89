"""Pointwise mutual information of the items of an outfit."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data

from fashiongraph.errors import FashionGraphError
from fashiongraph.nn import LearnedPMI


class ItemPMI(torch.nn.Module):
    r"""Co-occurrence prior of items: learned PMI of the counts of each pair.

    .. math::
        \mathrm{prior}(i, j) = \alpha \ln (1 + n_{ij} / \lambda) - \beta \ln (1 + e_{ij} / \lambda)

    with :math:`n_{ij}` the training outfits that hold both items and :math:`e_{ij}` the number
    expected by chance; see :class:`~fashiongraph.nn.LearnedPMI`. Two items that are new have 0.

    Args:
        smoothing: Initial value of the learned :math:`\lambda`, positive.
        scale: Initial value of the learned :math:`\alpha` and :math:`\beta`.

    Shapes:
        - **input:** a batch with E edges and their counts, the category graph (not read)
        - **output:** scores of edges :math:`(E)`
    """

    batch_inputs = ("edge_cooccurrence",)

    def __init__(self, smoothing: float = 0.03, scale: float = 2.0) -> None:
        super().__init__()
        self.smoothing = smoothing
        self.scale = scale
        self.pmi = LearnedPMI(smoothing, scale)

    def forward(self, batch: Batch, graph: Data | None) -> Tensor:
        """Score the edges of a batch.

        Raises:
            FashionGraphError: If the batch has no co-occurrence counts.
        """
        if "edge_cooccurrence" not in batch:
            raise FashionGraphError(
                "'batch' needs the field 'edge_cooccurrence' for ItemPMI: build it with "
                "share_items=True and a graph of add_item_cooccurrence()"
            )
        score: Tensor = self.pmi(batch.edge_cooccurrence, batch.edge_expected)
        return score
