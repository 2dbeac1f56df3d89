"""Co-occurrence prior of items by pointwise mutual information (PMI)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data

from fashiongraph.errors import FashionGraphError
from fashiongraph.nn import LearnedPMI


class ItemPMI(torch.nn.Module):
    r"""Co-occurrence prior of items: learned PMI of observed and expected counts.

    .. math::
        \mathrm{prior}(i, j) = \alpha \ln (1 + n_{ij} / \lambda) - \beta \ln (1 + e_{ij} / \lambda)

    with :math:`n_{ij}` the number of training outfits that contain both items and :math:`e_{ij}`
    the number expected by chance; see :class:`~fashiongraph.nn.LearnedPMI`. The prior of two items
    without training outfits is 0.

    Args:
        smoothing: Initial value of the learned :math:`\lambda`, positive.
        scale: Initial value of the learned :math:`\alpha` and :math:`\beta`.

    Shapes:
        - **input:** a batch with E edges and their counts, the category graph (not read)
        - **output:** scores of edges :math:`(E)`

    Example:
        >>> from fashiongraph.data import add_item_cooccurrence, category_graph
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.loader import OutfitBatcher
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> items = outfits.items
        >>> graph = category_graph(outfits.category_id, outfits.batch, items.num_categories)
        >>> graph = add_item_cooccurrence(graph, outfits)
        >>> batch = OutfitBatcher(items, graph, share_items=True)(outfits)
        >>> ItemPMI()(batch, graph).shape == batch.edge_weight.shape
        True
    """

    batch_inputs = ("edge_cooccurrence",)
    term = "co-occurrence of items"

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
