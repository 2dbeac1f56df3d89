"""CollocationNet: one space in which items that go together lie close."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.errors import FashionGraphError
from fashiongraph.models.metric_objective import MetricObjective
from fashiongraph.models.node_features import node_features
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.nn import (
    CosineScorer,
    LayerProjection,
    MinerSchedule,
    MixedCategoryTripletLoss,
)


class CollocationNet(OutfitModel):
    r"""Embeds items whatever their category; an outfit scores the mean cosine of its pairs.

    .. math::
        y = \frac{1}{n (n - 1)} \sum_{i \ne j} \mathbf{e}_i^\top \mathbf{e}_j

    with the embeddings :math:`\mathbf{e}` of :class:`LayerProjection`. Items are read as stored
    features of one or several layers of a network, such as :class:`TorchvisionEncoder` and
    ``fashiongraph embed`` write; :class:`PictureCollocationNet` reads pictures.

    Args:
        in_channels: Size of the features, F.
        out_channels: Size of each layer's projection: 128, 256 and 384 dimensions for one, two
            and three layers. :obj:`None` compares the features as they are, the baseline without
            training.
        layer_channels: Number of features of each of several layers that stand side by side in a
            row; by default all are of one.
        normalize: Scale each layer's features to a mean square of 1, so that one recipe serves
            features of any encoder.

    Raises:
        FashionGraphError: If the layers' features do not add up.

    Source: Chen, He, "Dress fashionably: learn fashion collocation with deep mixed-category
    metric learning".
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int | None = 128,
        layer_channels: Sequence[int] | None = None,
        normalize: bool = True,
    ) -> None:
        super().__init__()
        layers = [in_channels] if layer_channels is None else list(layer_channels)
        if sum(layers) != in_channels:
            raise FashionGraphError(
                f"'layer_channels' needs to add up to {in_channels} features (got {layers})"
            )
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.layer_channels = layer_channels
        self.normalize = normalize
        self.projection = LayerProjection(layers, out_channels, normalize)
        self.scorer = CosineScorer()

    def embed(self, x: Tensor) -> Tensor:
        """Embed items: features [U, F] to vectors of length 1 [U, D]."""
        # The weights' type, where there are weights: under half precision stored features differ.
        dtype = next((p.dtype for p in self.parameters()), x.dtype)
        embedding: Tensor = self.projection(x.to(dtype))
        return embedding

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        x, slot = node_features(batch)
        embedding = self.embed(x)
        embedding = embedding if slot is None else embedding[slot]
        score: Tensor = self.scorer(embedding, batch.batch, batch.num_graphs)
        return score

    def objective(
        self,
        margin: float = 0.2,
        distance: torch.nn.Module | None = None,
        miner: torch.nn.Module | None = None,
    ) -> MetricObjective:
        """The published training: triplets of mixed categories, ever harder.

        Args:
            margin: Margin of the loss (eq. M4).
            distance: Distance of the loss; by default the cosine.
            miner: What chooses triplets; by default simple, semi-hard and hard ones in turn.
        """
        loss = MixedCategoryTripletLoss(margin, distance)
        return MetricObjective(loss, MinerSchedule() if miner is None else miner)
