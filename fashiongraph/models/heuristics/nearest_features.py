"""Heuristic baseline by cosine similarity of features."""

from __future__ import annotations

from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.loader.outfit_batch import item_inputs
from fashiongraph.nn import CosineScorer


class NearestFeatures:
    r"""Heuristic baseline: mean cosine similarity of the features of an outfit.

    .. math::
        y = \operatorname{mean}_{i \neq j} \cos(\mathbf{f}_i, \mathbf{f}_j)

    Nothing is trained. An outfit of one item scores 0.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> from fashiongraph.evaluation import score_outfits
        >>> items = ItemTable.from_lists(["a", "b"], ["top", "skirt"], torch.eye(2))
        >>> score_outfits(NearestFeatures(), Outfits.from_lists(items, [["a", "b"]]))
        tensor([0.])
    """

    def __init__(self) -> None:
        self.scorer = CosineScorer()

    def __call__(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        items, index = item_inputs(batch)
        x = items.x if index is None else items.x[index]
        score: Tensor = self.scorer(x, batch.batch, batch.num_graphs)
        return score
