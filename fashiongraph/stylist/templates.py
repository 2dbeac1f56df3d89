"""Sets of categories that outfits consist of."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError

_MOST = 5  # sets of categories that are tried


def templates(
    items: ItemTable,
    outfits: Outfits | None,
    seed: Tensor,
    slots: Sequence[str] | None = None,
) -> list[tuple[int, ...]]:
    """Categories to add to a seed, by how often outfits have them beside it.

    Outfits have no second pair of shoes, and a dress in place of a top and trousers, since those of
    the catalogue have; a set of categories of theirs is taken as a whole.

    Args:
        items: The catalogue.
        outfits: Outfits of the catalogue; needed without ``slots``.
        seed: Rows of the items of the seed [n].
        slots: Names of the categories to add, in place of those of outfits.

    Returns:
        Up to five tuples of categories, the most frequent first. None is empty.

    Raises:
        FashionGraphError: If a slot is no category, or no outfit has the categories of the seed and
            a further one.

    Example:
        >>> items = ItemTable.from_lists([*"abc"], ["top", "skirt", "shoe"])
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["a", "b", "c"], ["b", "a", "c"]])
        >>> found = templates(items, outfits, items.rows(["a"]))
        >>> [[items.categories[c] for c in one] for one in found]
        [['shoe', 'skirt'], ['skirt']]
    """
    if slots is not None:
        index = {name: i for i, name in enumerate(items.categories)}
        for name in slots:
            if name not in index:
                names = ", ".join(items.categories[:8])
                raise FashionGraphError(
                    f"'slots' needs categories of the catalogue, such as {names} (got {name!r})"
                )
        if not slots:
            raise FashionGraphError("'slots' needs at least one category (got none)")
        return [tuple(index[name] for name in slots)]
    if outfits is None or not len(outfits):
        raise FashionGraphError("'slots' needs categories, since the catalogue has no outfits")
    # Number of items of each category, by outfit and of the seed.
    shape = (len(outfits), items.num_categories)
    known = outfits.category_id >= 0
    count = torch.zeros(shape, dtype=torch.int64)
    place = (outfits.batch[known], outfits.category_id[known])
    count.index_put_(place, torch.ones(int(known.sum()), dtype=torch.int64), accumulate=True)
    own = items.category_id[seed]
    added: Tensor = count - torch.bincount(own[own >= 0], minlength=items.num_categories)
    added = added[(added >= 0).all(dim=1) & (added.sum(dim=1) > 0)]
    if not len(added):
        raise FashionGraphError(
            "'slots' needs categories, since no outfit has those of the seed and a further one"
        )
    distinct, frequency = added.unique(dim=0, return_counts=True)
    order = frequency.argsort(descending=True, stable=True)[:_MOST]
    return [
        tuple(torch.repeat_interleave(torch.arange(len(row)), row).tolist())
        for row in distinct[order]
    ]
