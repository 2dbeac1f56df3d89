"""A siamese metric: one embedding for all items."""

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
    r"""One linear embedding of all items, and the mean cosine of an outfit's pairs.

    .. math::
        \mathbf{h}_i = \mathbf{W} \mathbf{f}_i + \mathbf{b}, \qquad
        y = s \operatorname{mean}_{i \neq j} \cos(\mathbf{h}_i, \mathbf{h}_j)

    The pairs are never listed, so the score is linear in the number of items. An outfit of one
    item scores 0.

    Args:
        in_channels: Size of the features, F.
        hidden_channels: Size of the embedding.
        learn_scale: Learn the factor :math:`s > 0`. It changes no order of outfits, but a softmax
            over cosines, which lie in [-1, 1], could never become certain without it. A loss on
            distances has no use for it.
        normalize: Scale each item's features to a mean square of 1.

    Source: Veit et al., "Learning visual clothing style with heterogeneous dyadic co-occurrences"
    (ICCV 2015); its score of an outfit is that of Han et al., "Learning fashion compatibility with
    bidirectional LSTMs" (ACM MM 2017), who compare with it.
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
        """The published baseline: 512 dimensions over raw features."""
        published = {"hidden_channels": 512, "learn_scale": False, "normalize": False}
        return cls(in_channels, **{**published, **config})

    def encode_items(self, items: ItemInputs) -> dict[str, Tensor]:
        """Embeddings of items, ``state`` [U, H]."""
        return {"state": self.embedding(items.x)}

    def states(self, batch: Batch) -> Tensor:
        """Embeddings of the items of a batch [N, H]."""
        return self.item_states(batch).nodes("state")

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        return self._scaled(self.scorer(self.states(batch), batch.batch, batch.num_graphs))

    def item_scores(self, batch: Batch) -> Tensor:
        """How each item fits the rest of its outfit [N]; the mean over an outfit is its score."""
        items = self.scorer.item_scores(self.states(batch), batch.batch, batch.num_graphs)
        return self._scaled(items)

    def pair_scores(self, batch: Batch) -> Tensor:
        r"""Cosine of each edge :math:`j \to i`, scaled [E]."""
        h = self.states(batch)
        sender, receiver = batch.edge_index
        return self._scaled(torch.cosine_similarity(h[sender], h[receiver], dim=-1))

    def embed(self, states: Mapping[str, Tensor]) -> Tensor:
        """Embeddings scaled to length 1 [U, H]."""
        return l2_normalize(at_least_float32(states["state"]))

    def completion_query(self, embedding: Tensor) -> tuple[Tensor, Tensor]:
        """The score itself; see :meth:`CosineScorer.query`."""
        query, constant = self.scorer.query(embedding)
        return self._scaled(query), self._scaled(constant)

    @property
    def has_exact_query(self) -> bool:
        """True: the score is linear in the new item's vector."""
        return True

    def _scaled(self, score: Tensor) -> Tensor:
        return score if self.log_scale is None else score * self.log_scale.exp()
