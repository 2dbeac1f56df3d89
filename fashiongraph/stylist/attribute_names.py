"""Names of learned attributes, by the columns of the items that they correlate with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import torch
from torch_geometric.utils import scatter

from fashiongraph.data.item_table import ItemTable
from fashiongraph.stylist.pair_terms import PairTerms


class Association(NamedTuple):
    """Correlation of an attribute with a value of a column.

    Args:
        column: The column.
        value: The value.
        correlation: Pearson's correlation over items.
    """

    column: str
    value: str
    correlation: float


def attribute_names(
    pairs: PairTerms, items: ItemTable, columns: Sequence[str], num_named: int = 3
) -> list[list[Association]]:
    r"""Values of columns that correlate most with each attribute.

    .. math::
        r_{kv} = \operatorname{corr}_i\bigl(\bar{g}_{ik},\ \mathbb{1}[v_i = v]\bigr)

    with :math:`\bar{g}_{ik}` the mean gain of the pairs of item i in attribute k, over the items
    that occur in a pair.

    Args:
        pairs: Scores of pairs.
        items: The items.
        columns: Columns of texts.
        num_named: Number of values for each attribute.

    Returns:
        For each attribute, values by descending absolute correlation.

    Example:
        >>> columns = pd.DataFrame({"colour": ["red", "blue", "red", "blue"]})
        >>> items = ItemTable.from_lists(list("abcd"), ["top"] * 4, columns=columns)
        >>> terms = torch.tensor([[1.0], [-1.0]])  # of red with red, and of blue with blue
        >>> rows = torch.tensor([[0, 2], [1, 3]])
        >>> pairs = PairTerms(torch.tensor([0, 1]), rows, terms, torch.zeros(2, 1))
        >>> [named] = attribute_names(pairs, items, ["colour"])
        >>> sorted((one.value, one.correlation) for one in named)
        [('blue', -1.0), ('red', 1.0)]
    """
    seen, place = pairs.items.flatten().unique(return_inverse=True)
    gain = scatter(pairs.gain.repeat_interleave(2, dim=0), place, reduce="mean").double()
    worn = items.columns.iloc[seen.numpy()]
    indicators = pd.concat(
        {name: pd.get_dummies(worn[name], dtype=float) for name in columns}, axis=1
    )
    deviation = torch.tensor(indicators.to_numpy())
    deviation = torch.nn.functional.normalize(deviation - deviation.mean(dim=0), dim=0)
    gain = torch.nn.functional.normalize(gain - gain.mean(dim=0), dim=0)
    correlation = gain.T @ deviation  # [K, V]; a constant column has 0
    column, value = (indicators.columns.get_level_values(level) for level in (0, 1))
    best = correlation.abs().topk(min(num_named, len(indicators.columns)), dim=1).indices
    return [
        [Association(str(column[v]), str(value[v]), round(float(row[v]), 6)) for v in chosen]
        for row, chosen in zip(correlation, best.tolist(), strict=True)
    ]
