"""Terms of the scores of pairs of items, such as those of attributes (eq. A7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch_geometric.utils import scatter

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.evaluation.score_batches import evaluation_batches
from fashiongraph.models.outfit_model import OutfitModel


@dataclass(frozen=True, eq=False)
class PairTerms:
    """Unordered pairs of items of some outfits, with the terms of their scores.

    Args:
        outfit: Outfit of each pair [P], non-decreasing.
        items: The two rows of the item table [P, 2], in the order of the outfit.
        terms: Terms of the score of each pair [P, T]. Their sum is the score of the pair, and the
            mean over pairs is the score of the outfit before pooling.
        typical: Mean of the terms over all pairs of the same two categories [P, T].
        names: Names of the terms; empty for a pair score without terms.
    """

    outfit: Tensor
    items: Tensor
    terms: Tensor
    typical: Tensor
    names: Sequence[str] = ()

    @property
    def gain(self) -> Tensor:
        """Terms minus the mean of the two categories [P, T]."""
        return self.terms - self.typical


@torch.no_grad()
def pair_terms(model: OutfitModel, outfits: Outfits) -> PairTerms | None:
    """Score the pairs of outfits term by term, averaged over both directions.

    Args:
        model: A trained model.
        outfits: Outfits over categories that the model was trained on.

    Returns:
        The pairs, with the terms of :meth:`OutfitModel.pair_terms`, or else
        :meth:`OutfitModel.pair_scores` as their only term; :obj:`None` for a model without both.

    Example:
        >>> from fashiongraph.models import ADDGNN
        >>> items = ItemTable.from_lists(["a", "b", "c"], ["top", "skirt", "shoe"], torch.eye(3))
        >>> outfits = Outfits.from_lists(items, [["a", "b", "c"]])
        >>> pairs = pair_terms(ADDGNN(3, 4, num_attributes=2), outfits)
        >>> pairs.items.tolist(), pairs.names
        ([[0, 1], [0, 2], [1, 2]], ('attribute 1', 'attribute 2'))
    """
    if not model.has_pair_scores:
        return None
    names: tuple[str, ...] = ()
    ends, terms = [torch.empty(2, 0, dtype=torch.int64)], []
    size = 0
    with evaluation_batches(model, outfits, batch_size=256, unknown="error") as batches:
        for batch in batches:
            named = model.pair_terms(batch)
            values = [model.pair_scores(batch)] if named is None else list(named.values())
            names = () if named is None else tuple(named)
            value, (source, target) = torch.stack(values, dim=1).cpu(), batch.edge_index.cpu()
            # Edges are sorted by target, then source, so keys are sorted.
            count = len(batch.batch)
            opposite = torch.searchsorted(target * count + source, source * count + target)
            once = target < source
            terms.append(((value + value[opposite]) / 2)[once])
            ends.append(torch.stack([target, source])[:, once] + size)
            size += count
    first, second = torch.cat(ends, dim=1)
    items = torch.stack([outfits.item_id[first], outfits.item_id[second]], dim=1)
    term = torch.cat(terms) if terms else torch.empty(0, max(len(names), 1))
    # Scores depend on categories above all, so looks are compared within pairs of categories.
    kind = pair_kinds(outfits.items, items).unique(return_inverse=True)[1]
    typical = scatter(term, kind, reduce="mean")[kind] if len(kind) else term
    return PairTerms(outfits.batch[first], items, term, typical, names)


def pair_kinds(items: ItemTable, rows: Tensor) -> Tensor:
    """Key of the two categories of each pair of items, in any order: [P, 2] to [P]."""
    return category_pairs(items.category_id[rows])


def category_pairs(category_id: Tensor) -> Tensor:
    """Key of each pair of categories, in any order: [P, 2] to [P]."""
    low, high = category_id.sort(dim=1).values.unbind(dim=1)
    key: Tensor = (low << 32) + high
    return key
