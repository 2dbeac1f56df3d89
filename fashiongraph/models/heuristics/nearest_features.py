"""A control that compares features as they are."""

from __future__ import annotations

from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.loader.outfit_batch import item_inputs
from fashiongraph.nn import CosineScorer


class NearestFeatures:
    r"""Scores an outfit by how much its items resemble each other to the encoder.

    .. math::
        y = \operatorname{mean}_{i \neq j} \cos(\mathbf{f}_i, \mathbf{f}_j)

    Nothing is trained: what it reaches is what the features bring along. An outfit of one item
    scores 0.
    """

    def __init__(self) -> None:
        self.scorer = CosineScorer()

    def __call__(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        items, index = item_inputs(batch)
        x = items.x if index is None else items.x[index]
        score: Tensor = self.scorer(x, batch.batch, batch.num_graphs)
        return score
