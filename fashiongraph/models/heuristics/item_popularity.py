"""Heuristic baseline by item popularity."""

from __future__ import annotations

from torch import Tensor
from torch_geometric.data import Batch
from torch_geometric.utils import scatter

from fashiongraph.data.outfits import Outfits
from fashiongraph.models.heuristics.checks import check_rows


class ItemPopularity:
    r"""Heuristic baseline: mean log-frequency of the items of an outfit in training.

    .. math::
        y = \operatorname{mean}_i \ln (1 + \mathrm{count}(i))

    with :math:`\mathrm{count}(i)` the number of training outfits that contain item i. The logarithm
    limits the influence of very frequent items; it does not change the answer to a FITB question.
    With negatives drawn by frequency, this baseline is at chance.

    Items are identified by their row, so the scored outfits need the item table of the counts.

    Args:
        count: Number of training outfits that contain the item, for every item of the table [n].

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> from fashiongraph.evaluation import score_outfits
        >>> items = ItemTable.from_lists([*"abc"], ["top", "skirt", "shoe"])
        >>> train = Outfits.from_lists(items, [["a", "b"], ["a", "c"]])
        >>> score_outfits(ItemPopularity.from_outfits(train), train)
        tensor([0.8959, 0.8959])
    """

    def __init__(self, count: Tensor) -> None:
        self.log_count = count.float().log1p()

    @classmethod
    def from_outfits(cls, train: Outfits) -> ItemPopularity:
        """Count the items of training outfits."""
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
