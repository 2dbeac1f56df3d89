"""A control that knows how often each item was worn."""

from __future__ import annotations

from torch import Tensor
from torch_geometric.data import Batch
from torch_geometric.utils import scatter

from fashiongraph.data.outfits import Outfits
from fashiongraph.models.heuristics.checks import check_rows


class ItemPopularity:
    r"""Scores an outfit by how many training outfits hold its items.

    .. math::
        y = \operatorname{mean}_i \ln (1 + \mathrm{count}(i))

    The logarithm keeps one item that is everywhere from deciding alone; it changes no answer to a
    blank. Where strangers are drawn as often as items are worn, this control is at chance.

    It knows items by their row, so what it scores has to be over the table it was counted on.

    Args:
        count: Number of training outfits that hold the item, for every item of the table [n].
    """

    def __init__(self, count: Tensor) -> None:
        self.log_count = count.float().log1p()

    @classmethod
    def from_outfits(cls, train: Outfits) -> ItemPopularity:
        """Count the training outfits."""
        return cls(train.frequency)

    def __call__(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B].

        Raises:
            FashionGraphError: If an item lies outside the table.
        """
        item = batch.item_id
        check_rows(item, len(self.log_count))
        score: Tensor = scatter(
            self.log_count[item], batch.batch, dim_size=batch.num_graphs, reduce="mean"
        )
        return score
