"""Type-aware embeddings: one subspace per pair of categories."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import Batch
from torch_geometric.utils import scatter

from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_batch import ItemInputs
from fashiongraph.models.item_embedding import ItemEmbedding
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.nn.functional import at_least_float32, l2_normalize, mean_over_neighbours


class TypeAware(OutfitModel):
    r"""Type-aware embedding: a linear embedding, masked per unordered pair of categories.

    .. math::
        \mathbf{h}_i = \mathbf{W} \mathbf{f}_i + \mathbf{b}, \qquad
        y = s \operatorname{mean}_{i < j}
        \cos(\mathbf{w}^{c_i c_j} \odot \mathbf{h}_i, \mathbf{w}^{c_i c_j} \odot \mathbf{h}_j)

    With ``metric="euclidean"``, as published, the cosine is replaced by
    :math:`-\lVert \mathbf{w}^{c_i c_j} \odot (\mathbf{h}_i - \mathbf{h}_j) \rVert_2`. An outfit of
    one item scores 0. The mask of a pair with an unknown category (``-1``) is all ones.

    There are C (C + 1) / 2 masks; those of 1,000 categories in 64 dimensions need 128 MB.

    Args:
        in_channels: Size of the features, F.
        num_categories: Size of the category vocabulary, C.
        hidden_channels: Size of the embedding, H.
        metric: ``"cosine"`` or ``"euclidean"``.
        mask_std: Standard deviation of the initial masks, whose mean is 0.9. The published code has
            0.7, which few outfits per pair of categories do not correct.
        learn_scale: Learn the factor :math:`s > 0`, which gives a softmax over cosines a larger
            range than [-1, 1]. The published loss does not need it.
        normalize: Scale the features of each item to a mean square of 1.

    Shapes:
        - **input:** a batch of B outfits with N items
        - **output:** scores :math:`(B)`

    Raises:
        FashionGraphError: If ``num_categories`` is not positive or ``metric`` is unknown.

    Source: Vasileva et al., `"Learning type-aware embeddings for fashion compatibility"
    <https://arxiv.org/abs/1803.09196>`_ (ECCV 2018).

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.loader import OutfitBatcher
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> model = TypeAware(in_channels=98, num_categories=outfits.items.num_categories)
        >>> model(OutfitBatcher(outfits.items)(outfits)).shape
        torch.Size([60])
    """

    def __init__(
        self,
        in_channels: int,
        num_categories: int,
        hidden_channels: int = 64,
        metric: str = "cosine",
        mask_std: float = 0.1,
        learn_scale: bool = True,
        normalize: bool = True,
    ) -> None:
        super().__init__()
        if num_categories < 1:
            raise FashionGraphError(
                f"'num_categories' needs to be a positive integer (got {num_categories})"
            )
        if metric not in ("cosine", "euclidean"):
            raise FashionGraphError(
                f"'metric' needs to be 'cosine' or 'euclidean' (got {metric!r})"
            )
        self.in_channels = in_channels
        self.num_categories = num_categories
        self.hidden_channels = hidden_channels
        self.metric = metric
        self.mask_std = mask_std
        self.learn_scale = learn_scale
        self.normalize = normalize
        self.embedding = ItemEmbedding(in_channels, hidden_channels, normalize)
        num_masks = num_categories * (num_categories + 1) // 2
        self.mask = torch.nn.Parameter(torch.empty(num_masks, hidden_channels))
        self.log_scale = torch.nn.Parameter(torch.empty(())) if learn_scale else None
        self.reset_parameters()

    @classmethod
    def paper(cls, in_channels: int, **config: Any) -> TypeAware:
        """Build the published model: distances in 64 dimensions, on raw features.

        Args:
            in_channels: Size of the features, F.
            **config: ``num_categories``, and arguments that replace the published ones.
        """
        published = {
            "metric": "euclidean",
            "mask_std": 0.7,
            "learn_scale": False,
            "normalize": False,
        }
        return cls(in_channels, **{**published, **config})

    def reset_parameters(self) -> None:
        """Draw masks around 0.9 and set the scale to 10."""
        self.embedding.lin.reset_parameters()
        torch.nn.init.normal_(self.mask, 0.9, self.mask_std)
        if self.log_scale is not None:
            torch.nn.init.constant_(self.log_scale, math.log(10.0))

    def encode_items(self, items: ItemInputs) -> dict[str, Tensor]:
        """Item embeddings without mask, in float32 at least, ``state`` [U, H].

        In bfloat16 the scores of pairs would tie.
        """
        return {"state": at_least_float32(self.embedding(items.x))}

    def embed(self, states: Mapping[str, Tensor]) -> Tensor:
        """Item embeddings without mask, scaled to length 1, for shortlists [U, H]."""
        return l2_normalize(states["state"])

    def states(self, batch: Batch) -> Tensor:
        """Item embeddings of a batch without mask [N, H]."""
        return self.item_states(batch).nodes("state")

    def masks(self, one: Tensor, other: Tensor) -> Tensor:
        """Masks of pairs of categories, in either order: [P] and [P] to [P, H].

        Raises:
            FashionGraphError: If a category is outside the vocabulary.
        """
        low, high = torch.minimum(one, other), torch.maximum(one, other)
        if high.numel() and int(high.max()) >= self.num_categories:
            raise FashionGraphError(
                f"'batch' needs categories below {self.num_categories} (got {int(high.max())})"
            )
        row = high * (high + 1) // 2 + low
        unknown = low < 0
        mask = self.mask[torch.where(unknown, 0, row)]
        return torch.where(unknown.unsqueeze(-1), 1.0, mask)

    def distance(self, one: Tensor, other: Tensor, mask: Tensor) -> Tensor:
        """Euclidean distances of masked embeddings: each [P, H] to [P]."""
        distance: Tensor = torch.linalg.vector_norm(mask * (one - other), dim=-1)
        return distance

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        one, other = batch.edge_index[:, batch.edge_index[0] < batch.edge_index[1]]
        pair = self._pairs(batch, one, other)
        score: Tensor = scatter(pair, batch.batch[one], dim_size=batch.num_graphs, reduce="mean")
        return score

    def pair_scores(self, batch: Batch) -> Tensor:
        r"""Score of each edge :math:`j \to i` [E]."""
        return self._pairs(batch, *batch.edge_index)

    def item_scores(self, batch: Batch) -> Tensor:
        """Mean pair score of each item and the others of its outfit [N]."""
        return mean_over_neighbours(self.pair_scores(batch), batch.edge_index, batch.num_nodes)

    def _pairs(self, batch: Batch, one: Tensor, other: Tensor) -> Tensor:
        h = self.states(batch)
        mask = self.masks(batch.category_id[one], batch.category_id[other])
        if self.metric == "cosine":
            pair = torch.cosine_similarity(mask * h[one], mask * h[other], dim=-1)
        else:
            pair = -self.distance(h[one], h[other], mask)
        return pair if self.log_scale is None else pair * self.log_scale.exp()
