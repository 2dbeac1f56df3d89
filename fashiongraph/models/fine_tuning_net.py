"""Picture encoder in training, with a projection of the rest of an outfit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint
from torch_geometric.data import Batch
from torch_geometric.utils import scatter

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.encoders import image_encoder
from fashiongraph.features.picture_encoder import normalization
from fashiongraph.loader.outfit_batch import ItemInputs
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.nn import l2_normalize

NetT = TypeVar("NetT", bound="FineTuningNet")


class FineTuningNet(OutfitModel):
    r"""Picture encoder whose embedding of an item is near the projected rest of its outfit.

    .. math::
        \mathbf{r}_i = \frac{\mathbf{P} \sum_{j \ne i} \mathbf{e}_j}
        {\| \mathbf{P} \sum_{j \ne i} \mathbf{e}_j \|}, \qquad
        y = \frac{1}{n} \sum_i \mathbf{e}_i^\top \mathbf{r}_i

    with the features :math:`\mathbf{e}_i` of the encoder, scaled to length 1. After the training
    (:class:`~fashiongraph.objectives.ContextSoftmaxObjective`) the encoder gives features for other
    models, without the projection. Its input are pictures of 8 bits. Batch normalisation keeps its
    statistics.

    Args:
        backbone: Name of a picture encoder, as in :func:`~fashiongraph.features.image_encoder`.
        size: Side of the square pictures in training, in pixels.
        freeze: Share of the weights, from the first layer on, that are not trained, in [0, 1).
        weights: Initial weights, as in :func:`~fashiongraph.features.image_encoder`. A checkpoint
            contains the trained weights and is loaded without the initial ones.
        layers: Layers to pool, as there.
        recompute: Recompute the encoder's intermediate values in the backward pass, in blocks of 32
            pictures: less memory for a third more time.

    Shapes:
        - **input:** a batch of B outfits with pictures [3, size, size], from 0 to 255
        - **output:** scores :math:`(B)`; 0 for an outfit of one item

    Raises:
        FashionGraphError: If the encoder is unknown or has no weights, or ``freeze`` is out of
            range.

    Example:
        >>> net = FineTuningNet("resnet18", size=64, weights=None)
        >>> net.embed_pictures(torch.zeros(2, 3, 64, 64)).shape
        torch.Size([2, 512])
    """

    _BLOCK = 32

    def __init__(
        self,
        backbone: str = "efficientnet-lite0",
        size: int = 128,
        freeze: float = 0.0,
        weights: str | Path | None = "DEFAULT",
        layers: Sequence[str] | None = None,
        recompute: bool = False,
    ) -> None:
        super().__init__()
        if not 0 <= freeze < 1:
            raise FashionGraphError(f"'freeze' needs to lie in [0, 1) (got {freeze})")
        encoder = image_encoder(backbone, weights, layers)
        trained = list(encoder.parameters())
        if not trained:
            raise FashionGraphError(f"'backbone' needs a network with weights (got {backbone!r})")
        self.in_channels = 3  # RGB
        self.backbone = backbone
        self.size = size
        self.freeze = freeze
        self.weights: str | Path | None = None
        self.layers = None if layers is None else list(layers)
        self.recompute = recompute
        self.encoder = encoder
        total, seen = sum(p.numel() for p in trained), 0
        for parameter in trained:
            parameter.requires_grad_(seen >= freeze * total)
            seen += parameter.numel()
        self.projection = torch.nn.Linear(encoder.num_features, encoder.num_features, bias=False)
        torch.nn.init.eye_(self.projection.weight)
        self.mean: Tensor
        self.std: Tensor
        mean, std = normalization(encoder.transform)
        self.register_buffer("mean", 255 * torch.tensor(mean).view(3, 1, 1), persistent=False)
        self.register_buffer("std", 255 * torch.tensor(std).view(3, 1, 1), persistent=False)

    def train(self: NetT, mode: bool = True) -> NetT:
        """Set the mode of all layers except batch normalisation, which stays in evaluation."""
        super().train(mode)
        for module in self.modules():
            if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
                module.eval()
        return self

    def embed_pictures(self, x: Tensor) -> Tensor:
        """Embed pictures from 0 to 255 [U, 3, H, W] as vectors of length 1 [U, D]."""
        pixels = ((x.float() - self.mean) / self.std).to(memory_format=torch.channels_last)
        if self.recompute and torch.is_grad_enabled():
            blocks = pixels.split(self._BLOCK)
            features = torch.cat([checkpoint(self.encoder, b, use_reentrant=False) for b in blocks])
        else:
            features = self.encoder(pixels)
        return l2_normalize(features.float())

    def encode_items(self, items: ItemInputs) -> dict[str, Tensor]:
        """Embeddings of length 1, ``state`` [U, D]."""
        return {"state": self.embed_pictures(items.x)}

    def rest_of_outfit(self, state: Tensor, batch: Batch) -> Tensor:
        """Projected mean of the other items of each item's outfit, of length 1 [N, D].

        Args:
            state: Embeddings of the nodes [N, D].
            batch: Their outfits.
        """
        total = scatter(state, batch.batch, dim_size=batch.num_graphs)
        return l2_normalize(self.projection(total[batch.batch] - state))

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        cosine = self.item_scores(batch)
        score: Tensor = scatter(cosine, batch.batch, dim_size=batch.num_graphs, reduce="mean")
        return score

    def item_scores(self, batch: Batch) -> Tensor:
        """Cosine of each item and the projected rest of its outfit [N]."""
        state = self.item_states(batch).nodes("state")
        return (state * self.rest_of_outfit(state, batch)).sum(dim=1)

    def embed(self, states: Mapping[str, Tensor]) -> Tensor:
        """Embeddings of length 1 [U, D]."""
        return states["state"]
