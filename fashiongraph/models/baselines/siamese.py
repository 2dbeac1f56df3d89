"""Siamese metric: one linear embedding of all items."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.loader.outfit_batch import ItemInputs
from fashiongraph.models.item_embedding import ItemEmbedding
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.nn import CosineScorer
from fashiongraph.nn.functional import at_least_float32, l2_normalize


class Siamese(OutfitModel):
    r"""Siamese metric: mean cosine of pairs of items under one linear embedding.

    .. math::
        \mathbf{h}_i = \mathbf{W} \mathbf{f}_i + \mathbf{b}, \qquad
        y = s \operatorname{mean}_{i \neq j} \cos(\mathbf{h}_i, \mathbf{h}_j)

    The pairs are not enumerated, so the cost is linear in the number of items. An outfit of one
    item scores 0.

    Args:
        in_channels: Size of the features, F.
        hidden_channels: Size of the embedding, H.
        learn_scale: Learn the factor :math:`s > 0`. It does not change the order of outfits, but a
            softmax over cosines, which lie in [-1, 1], needs a larger range. A loss on distances
            does not need it.
        normalize: Scale the features of each item to a mean square of 1.

    Shapes:
        - **input:** a batch of B outfits with N items
        - **output:** scores :math:`(B)`

    Source: Veit et al., `"Learning visual clothing style with heterogeneous dyadic co-occurrences"
    <https://arxiv.org/abs/1509.07473>`_ (ICCV 2015); the score of an outfit is that of Han et al.,
    `"Learning fashion compatibility with bidirectional LSTMs" <https://arxiv.org/abs/1707.05691>`_
    (ACM MM 2017), where the metric is a baseline.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.loader import OutfitBatcher
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> model = Siamese(in_channels=98, hidden_channels=16)
        >>> model(OutfitBatcher(outfits.items)(outfits)).shape
        torch.Size([60])
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int = 64,
        learn_scale: bool = True,
        normalize: bool = True,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.hidden_channels = hidden_channels
        self.learn_scale = learn_scale
        self.normalize = normalize
        self.embedding = ItemEmbedding(in_channels, hidden_channels, normalize)
        self.scorer = CosineScorer()
        self.log_scale = torch.nn.Parameter(torch.tensor(math.log(10.0))) if learn_scale else None

    @classmethod
    def paper(cls, in_channels: int, **config: Any) -> Siamese:
        """Build the published baseline: 512 dimensions on raw features."""
        published = {"hidden_channels": 512, "learn_scale": False, "normalize": False}
        return cls(in_channels, **{**published, **config})

    def encode_items(self, items: ItemInputs) -> dict[str, Tensor]:
        """Item embeddings, ``state`` [U, H]."""
        return {"state": self.embedding(items.x)}

    def states(self, batch: Batch) -> Tensor:
        """Item embeddings of a batch [N, H]."""
        return self.item_states(batch).nodes("state")

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        return self._scaled(self.scorer(self.states(batch), batch.batch, batch.num_graphs))

    def item_scores(self, batch: Batch) -> Tensor:
        """Compatibility of each item with the rest of its outfit [N]; their mean is the score."""
        items = self.scorer.item_scores(self.states(batch), batch.batch, batch.num_graphs)
        return self._scaled(items)

    def pair_scores(self, batch: Batch) -> Tensor:
        r"""Cosine of each edge :math:`j \to i`, scaled [E]."""
        h = self.states(batch)
        sender, receiver = batch.edge_index
        return self._scaled(torch.cosine_similarity(h[sender], h[receiver], dim=-1))

    def embed(self, states: Mapping[str, Tensor]) -> Tensor:
        """Item embeddings scaled to length 1 [U, H]."""
        return l2_normalize(at_least_float32(states["state"]))

    def completion_query(self, embedding: Tensor) -> tuple[Tensor, Tensor]:
        """Exact query of the score; see :meth:`~fashiongraph.nn.CosineScorer.query`."""
        query, constant = self.scorer.query(embedding)
        return self._scaled(query), self._scaled(constant)

    @property
    def has_exact_query(self) -> bool:
        """True: the score is linear in the vector of the new item."""
        return True

    def _scaled(self, score: Tensor) -> Tensor:
        return score if self.log_scale is None else score * self.log_scale.exp()
