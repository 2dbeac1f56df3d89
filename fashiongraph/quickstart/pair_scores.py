"""What each pair of garments and each attribute adds to the scores of outfits."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch_geometric.utils import scatter

from fashiongraph.data.outfits import Outfits
from fashiongraph.loader.outfit_batcher import OutfitBatcher
from fashiongraph.models import ADDGNN


@dataclass(frozen=True, eq=False)
class PairScores:
    """Every pair of garments of some outfits with the parts of its score.

    Args:
        outfit: Outfit of each pair [P], not decreasing.
        items: The two rows of the item table [P, 2], in the order of the outfit.
        parts: The pair's score by attribute [P, K]. The parts of a pair add up to its score, and
            the scores of an outfit's pairs average to the outfit's.
        typical: The mean of the parts over all these pairs of the same two categories [P, K].
    """

    outfit: Tensor
    items: Tensor
    parts: Tensor
    typical: Tensor

    @property
    def gain(self) -> Tensor:
        """By how much each part lies above what is typical of the two categories [P, K]."""
        return self.parts - self.typical


@torch.no_grad()
def pair_scores(model: ADDGNN, outfits: Outfits) -> PairScores:
    """Take the scores of outfits apart (eq. A7); both directions of a pair are averaged.

    Args:
        model: A trained model.
        outfits: Outfits over the categories that the model was trained with.
    """
    device = model.encoder.lin.weight.device
    batch = OutfitBatcher(outfits.items, model.graph, share_items=True)(outfits).to(device)
    model.eval()
    pairs, parts = model.scorer.pair_scores(model.states(batch), batch.batch)
    pairs, parts = pairs.cpu(), parts.cpu()
    # Pairs come sorted by their first node and then their second, so keys are sorted.
    size = outfits.item_id.numel()
    opposite = torch.searchsorted(pairs[0] * size + pairs[1], pairs[1] * size + pairs[0])
    both = (parts + parts[opposite]) / 2
    once = pairs[0] < pairs[1]
    first, second = pairs[:, once]
    items = torch.stack([outfits.item_id[first], outfits.item_id[second]], dim=1)
    # Shoes score high with anything and bags low: what looks add shows among like pairs only.
    low, high = outfits.items.category_id[items].sort(dim=1).values.unbind(dim=1)
    _, kind = torch.unique(low * outfits.items.num_categories + high, return_inverse=True)
    parts = both[once]
    typical = scatter(parts, kind, reduce="mean")[kind]
    return PairScores(outfits.batch[first], items, parts, typical)
