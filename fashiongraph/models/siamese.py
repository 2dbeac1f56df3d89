"""A siamese metric: one embedding for all items."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.models.contrastive_objective import ContrastiveObjective
from fashiongraph.models.item_embedding import ItemEmbedding
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.models.ranking_objective import RankingObjective
from fashiongraph.nn import CosineScorer


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
    def paper(cls, in_channels: int) -> Siamese:
        """The published baseline: 512 dimensions over raw features."""
        return cls(in_channels, 512, learn_scale=False, normalize=False)

    def states(self, batch: Batch) -> Tensor:
        """Embeddings of the items of a batch [N, H]."""
        h: Tensor = self.embedding(batch)
        return h

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        score: Tensor = self.scorer(self.states(batch), batch.batch, batch.num_graphs)
        return score if self.log_scale is None else score * self.log_scale.exp()

    def objective(self) -> RankingObjective:
        """Eight negatives per blank under a softmax, and a light pointwise term."""
        return RankingObjective()

    def paper_objective(self) -> ContrastiveObjective:
        """The published loss: contrastive, on distances of pairs."""
        return ContrastiveObjective()
