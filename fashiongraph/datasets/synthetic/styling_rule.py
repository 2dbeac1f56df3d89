"""Rule on pairs of garments of an outfit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError


@dataclass(frozen=True, eq=False)
class StylingRule:
    """Pairs of values of one column that may not occur in one outfit.

    Args:
        column: A column of the item table, or ``"category"``.
        values: The values of the column [V].
        clash: Whether two garments with these values clash, symmetric [V, V]. The diagonal
            is for two garments with the same value.

    Example:
        >>> rule = StylingRule("season", ("summer", "winter"), np.array([[0, 1], [1, 0]], bool))
        >>> columns = pd.DataFrame({"season": ["summer", "winter", "winter"]})
        >>> items = ItemTable.from_lists(list("abc"), ["top", "shoes", "bag"], columns=columns)
        >>> outfits = Outfits(items, torch.tensor([0, 3, 5]), torch.tensor([0, 1, 2, 1, 2]))
        >>> rule.violations(outfits).tolist()
        [2, 0]
    """

    column: str
    values: tuple[str, ...]
    clash: NDArray[np.bool_]

    def codes(self, items: ItemTable) -> Tensor:
        """Index in ``values`` of each item's value [n].

        Raises:
            FashionGraphError: If the table lacks the column or holds another value.
        """
        if self.column == "category":
            code = pd.Index(self.values).get_indexer(pd.Index(items.categories))
            codes = np.append(code, -1)[items.category_id.numpy()]
        elif self.column in items.columns:
            codes = pd.Index(self.values).get_indexer(pd.Index(items.columns[self.column]))
        else:
            raise FashionGraphError(f"'items' needs the column {self.column!r} of synthetic items")
        if (codes < 0).any():
            item = items.ids[int((codes < 0).argmax())]
            raise FashionGraphError(
                f"{self.column!r} needs to be one of {', '.join(self.values)}; "
                f"that of item {item!r} is not"
            )
        return torch.from_numpy(codes.astype(np.int64))

    def violations(self, outfits: Outfits) -> Tensor:
        r"""Number of pairs of each outfit that clash [B].

        With the counts :math:`n_v` of an outfit's values and the clash matrix :math:`C`, these
        are :math:`\frac{1}{2} (n^\top C n - n^\top \mathrm{diag}(C))`, without a loop over pairs.
        """
        size = len(self.values)
        cell = outfits.batch * size + self.codes(outfits.items)[outfits.item_id]
        count = torch.bincount(cell, minlength=len(outfits) * size).view(-1, size)
        clash = torch.from_numpy(self.clash).long()
        return ((count @ clash * count).sum(1) - count @ clash.diagonal()) // 2
