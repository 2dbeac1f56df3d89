"""Heuristic baseline by item co-occurrence."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Batch
from torch_geometric.utils import scatter

from fashiongraph.data.outfits import Outfits
from fashiongraph.data.pairs import Keys, distinct, held, row_pairs
from fashiongraph.models.heuristics.checks import check_rows


class PairCooccurrence:
    """Heuristic baseline: share of the pairs of an outfit that co-occur in a training outfit.

    It is a look-up table of the training outfits, without generalisation to new pairs. An outfit of
    one item scores 0.

    Items are identified by their row, so the scored outfits need the item table of the counts.

    Args:
        keys: The pairs as ``low * num_items + high``, where ``low`` and ``high`` are the rows of
            both items; each once, ascending [P].
        num_items: Length of the item table.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> from fashiongraph.evaluation import score_outfits
        >>> items = ItemTable.from_lists([*"abc"], ["top", "skirt", "shoe"])
        >>> train = Outfits.from_lists(items, [["a", "b"], ["a", "c"]])
        >>> test = Outfits.from_lists(items, [["a", "b"], ["b", "c"]])
        >>> score_outfits(PairCooccurrence.from_outfits(train), test)
        tensor([1., 0.])
    """

    def __init__(self, keys: Keys, num_items: int) -> None:
        self.keys = keys
        self.num_items = num_items

    @classmethod
    def from_outfits(cls, train: Outfits) -> PairCooccurrence:
        """Collect the pairs of training outfits."""
        pair = torch.stack(row_pairs(train.ptr))
        keys, _ = distinct(_keys(train.item_id[pair], len(train.items)))
        return cls(keys, len(train.items))

    def __call__(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B].

        Raises:
            FashionGraphError: If an item lies outside the table.
        """
        check_rows(batch.item_id, self.num_items)
        pair = batch.edge_index[:, batch.edge_index[0] < batch.edge_index[1]]
        observed = held(_keys(batch.item_id[pair], self.num_items), self.keys)
        score: Tensor = scatter(
            torch.from_numpy(observed).float().to(pair.device),
            batch.batch[pair[0]],
            dim_size=batch.num_graphs,
            reduce="mean",
        )
        return score


def _keys(item: Tensor, num_items: int) -> Keys:
    """One integer per unordered pair of items: [2, P] to [P]."""
    keys: Keys = (item.amin(dim=0) * num_items + item.amax(dim=0)).cpu().numpy()
    return keys
