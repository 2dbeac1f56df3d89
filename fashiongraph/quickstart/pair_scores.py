"""Scores of pairs of garments by attribute (eq. A7)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch_geometric.utils import scatter

from fashiongraph.data.outfits import Outfits
from fashiongraph.evaluation.encode_items import device_of
from fashiongraph.loader.outfit_batcher import OutfitBatcher
from fashiongraph.models import ADDGNN


@dataclass(frozen=True, eq=False)
class PairScores:
    """Unordered pairs of garments of some outfits, with the terms of their scores.

    Args:
        outfit: Outfit of each pair [P], non-decreasing.
        items: The two rows of the item table [P, 2], in the order of the outfit.
        terms: Score of the pair by attribute [P, K]. The sum over attributes is the score of the
            pair, and the mean over pairs is the score of the outfit.
        typical: Mean of the terms over all pairs of the same two categories [P, K].
    """

    outfit: Tensor
    items: Tensor
    terms: Tensor
    typical: Tensor

    @property
    def gain(self) -> Tensor:
        """Terms minus the mean of the two categories [P, K]."""
        return self.terms - self.typical


@torch.no_grad()
def pair_scores(model: ADDGNN, outfits: Outfits) -> PairScores:
    """Score the pairs of outfits by attribute (eq. A7), averaged over both directions.

    Args:
        model: A trained model.
        outfits: Outfits over the category vocabulary of the model.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists(["a", "b", "c"], ["top", "skirt", "shoe"], torch.eye(3))
        >>> outfits = Outfits.from_lists(items, [["a", "b", "c"]])
        >>> pairs = pair_scores(ADDGNN(3, 4, num_attributes=2), outfits)
        >>> pairs.items.tolist(), pairs.terms.shape
        ([[0, 1], [0, 2], [1, 2]], torch.Size([3, 2]))
    """
    device = device_of(model)
    batch = OutfitBatcher(outfits.items, model.graph, share_items=True)(outfits).to(device)
    model.eval()
    pairs, terms = model.scorer.pair_scores(model.node_states(batch), batch.batch)
    pairs, terms = pairs.cpu(), terms.cpu()
    # Pairs are sorted by their first node, then their second, so keys are sorted.
    size = outfits.item_id.numel()
    opposite = torch.searchsorted(pairs[0] * size + pairs[1], pairs[1] * size + pairs[0])
    mean = (terms + terms[opposite]) / 2
    once = pairs[0] < pairs[1]
    first, second = pairs[:, once]
    items = torch.stack([outfits.item_id[first], outfits.item_id[second]], dim=1)
    # Scores depend on categories above all, so looks are compared within pairs of categories.
    low, high = outfits.items.category_id[items].sort(dim=1).values.unbind(dim=1)
    _, kind = torch.unique(low * outfits.items.num_categories + high, return_inverse=True)
    terms = mean[once]
    typical = scatter(terms, kind, reduce="mean")[kind]
    return PairScores(outfits.batch[first], items, terms, typical)
