"""CollocationNet: mixed-category metric learning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_batch import ItemInputs
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.nn import CosineScorer, LayerProjection


class CollocationNet(OutfitModel):
    r"""One embedding space for items of all categories, scored by the mean cosine of pairs.

    .. math::
        y = \frac{1}{n (n - 1)} \sum_{i \ne j} \mathbf{e}_i^\top \mathbf{e}_j

    with the embeddings :math:`\mathbf{e}` of :class:`~fashiongraph.nn.LayerProjection`. Its input
    are stored features of one or several layers of a network, as
    :class:`~fashiongraph.features.TorchvisionEncoder` and ``fashiongraph embed`` write them. The
    input of :class:`PictureCollocationNet` are pictures.

    Args:
        in_channels: Size of the features, F.
        out_channels: Size of the projection of each layer, so that one, two and three layers give
            128, 256 and 384 dimensions. :obj:`None` compares the features without projection, the
            baseline without training.
        layer_channels: Number of features of each layer, if the features of several layers are
            concatenated; by default all belong to one layer.
        normalize: Scale the features of each layer to a mean square of 1, so that one training
            configuration suits features of any encoder.

    Shapes:
        - **input:** a batch of B outfits with N items
        - **output:** scores :math:`(B)`

    Raises:
        FashionGraphError: If ``layer_channels`` does not add up to ``in_channels``.

    Source: Chen, He, "Dress fashionably: learn fashion collocation with deep mixed-category
    metric learning" (AAAI 2018).

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.loader import OutfitBatcher
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> model = CollocationNet(in_channels=98, out_channels=16)
        >>> model(OutfitBatcher(outfits.items)(outfits)).shape
        torch.Size([60])
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

    def encode_items(self, items: ItemInputs) -> dict[str, Tensor]:
        """Embeddings of length 1, ``state`` [U, D]."""
        return {"state": self.embed_features(items.x)}

    def embed_features(self, x: Tensor) -> Tensor:
        """Embed items: features [U, F] to vectors of length 1 [U, D]."""
        # Stored features may differ in dtype from the weights, if there are weights.
        dtype = next((p.dtype for p in self.parameters()), x.dtype)
        embedding: Tensor = self.projection(x.to(dtype))
        return embedding

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        embedding = self.item_states(batch).nodes("state")
        score: Tensor = self.scorer(embedding, batch.batch, batch.num_graphs)
        return score

    def item_scores(self, batch: Batch) -> Tensor:
        """Mean cosine of each item with the others of its outfit [N]."""
        embedding = self.item_states(batch).nodes("state")
        return self.scorer.item_scores(embedding, batch.batch, batch.num_graphs)

    def pair_scores(self, batch: Batch) -> Tensor:
        r"""Cosine of each edge :math:`j \to i` [E]."""
        embedding = self.item_states(batch).nodes("state")
        sender, receiver = batch.edge_index
        return torch.cosine_similarity(embedding[sender], embedding[receiver], dim=-1)

    def embed(self, states: Mapping[str, Tensor]) -> Tensor:
        """Embeddings of length 1 [U, D]."""
        return states["state"]

    def completion_query(self, embedding: Tensor) -> tuple[Tensor, Tensor]:
        """Exact query of the score; see :meth:`~fashiongraph.nn.CosineScorer.query`."""
        return self.scorer.query(embedding)

    @property
    def has_exact_query(self) -> bool:
        """True: the score is linear in the vector of the new item."""
        return True
