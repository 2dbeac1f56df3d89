"""The retrieval protocol: which items of the catalogue go with one of an outfit's items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from fashiongraph.data.outfits import Outfits
from fashiongraph.data.replace import random_position, row_at
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.encode_items import Embed, embed_items
from fashiongraph.evaluation.ranking_block import RankingBlock
from fashiongraph.evaluation.result import Result, mean_results
from fashiongraph.models.outfit_model import OutfitModel


def outfit_retrieval(
    model: OutfitModel | Embed,
    outfits: Outfits,
    ks: Sequence[int] = (1, 5, 10, 20),
    cosine: bool = True,
    catalogue: Tensor | None = None,
    position: Tensor | None = None,
    seed: int = 0,
    block_size: int = 256,
) -> dict[str, Result]:
    """Query with one item of each held-out outfit; retrieve what goes with it from the catalogue.

    Candidates are all items of the catalogue of *other* categories than the query's, ranked by
    the inner product with the query's vector. What is relevant:

    - **item level**: the outfit's other items of other categories. Recall@k is the share of them
      among the first k, AP the mean of the precision at their ranks, over the whole ranking.
      Items that go with the query in another outfit count as irrelevant.
    - **category level**: any item of a category that the outfit holds. AP is as above. What there
      is to recall are the *categories*: Recall@k is the share of the outfit's other categories of
      which an item is among the first k. (The share of all their items, thousands, would be near
      nothing for any model.)

    Among candidates with equal scores the irrelevant ones rank first. Beside these metrics:

    - **own category@k**: intra-category exclusiveness, the share of the first k that are of the
      query's own category where candidates are *not* filtered (all items but the query). Under
      the protocol itself it is 0.
    - **categories@k**: cross-category inclusiveness, the number of categories among the first k
      under the protocol.

    Worked example: the query is the top of an outfit with the trousers b and the shoes d. The
    model ranks a hat h first, then trousers c, shoes d, trousers b, shoes e. At item level b and d
    have the ranks 4 and 3: Recall@3 = 1/2, AP = (1/3 + 2/4) / 2 = 0.417. At category level c, d,
    b and e are all relevant: AP = (1/2 + 2/3 + 3/4 + 4/5) / 4 = 0.679; Recall@2 = 1/2 (trousers),
    Recall@3 = 1.

    >>> from fashiongraph.data import ItemTable, Outfits
    >>> kinds = ["top", "trousers", "trousers", "shoe", "shoe", "hat"]
    >>> features = torch.tensor([[1.0], [0.6], [0.8], [0.7], [0.5], [0.9]])
    >>> items = ItemTable.from_lists(["a", "b", "c", "d", "e", "h"], kinds, features)
    >>> outfits = Outfits.from_lists(items, [["a", "b", "d"]])
    >>> found = outfit_retrieval(
    ...     torch.nn.Identity(), outfits, ks=(2, 3), cosine=False,
    ...     catalogue=torch.arange(6), position=torch.tensor([0]),
    ... )
    >>> {name: round(result.value, 3) for name, result in found.items() if "own" not in name}
    ... # doctest: +NORMALIZE_WHITESPACE
    {'item Recall@2': 0.0, 'item Recall@3': 0.5, 'item mAP': 0.417,
     'category Recall@2': 0.5, 'category Recall@3': 1.0, 'category mAP': 0.679,
     'categories@2': 2.0, 'categories@3': 3.0}

    Args:
        model: A model with ``embed``, or a function from features to vectors.
        outfits: Held-out outfits.
        ks: Numbers of results that are looked at.
        cosine: Compare by cosine; otherwise by the inner product of vectors as they come.
        catalogue: Rows of the item table to retrieve from; by default the distinct items of the
            outfits. It needs to hold all of these.
        position: The query's place in each outfit [B]; by default drawn by ``seed``.
        seed: Seed of the queries.
        block_size: Queries scored at once: never more than ``block_size`` times the catalogue.

    Returns:
        Each metric by name, with a 95 % bootstrap interval over queries. Outfits without an item
        of another category than the query's ask nothing and are not counted.

    Raises:
        FashionGraphError: If an outfit is empty, the items have no features, or the catalogue
            lacks an item of the outfits.
        ValueError: If a k is not positive.

    Source: the protocol of Chen, He, "Dress fashionably: learn fashion collocation with deep
    mixed-category metric learning".
    """
    items = outfits.items
    catalogue = outfits.item_id.unique() if catalogue is None else catalogue.unique()
    if not bool(torch.isin(outfits.item_id, catalogue).all()):
        raise FashionGraphError("'catalogue' needs to hold every item of the outfits")
    if position is None:
        position = random_position(outfits, np.random.default_rng(seed))
    query = outfits.item_id[row_at(outfits, position)]
    vectors = embed_items(model, items, catalogue, cosine)
    asked = [
        _measured(block, ks) for block in _blocks(outfits, catalogue, vectors, query, block_size)
    ]
    return mean_results({name: torch.cat([part[name] for part in asked]) for name in asked[0]})


def _blocks(
    outfits: Outfits, catalogue: Tensor, vectors: Tensor, query: Tensor, block_size: int
) -> Iterator[RankingBlock]:
    """The queries that ask something, a block at a time."""
    category = outfits.items.category_id[catalogue] + 1  # unknown becomes a category, 0
    column = torch.searchsorted(catalogue, query)
    member = torch.searchsorted(catalogue, outfits.item_id)
    other = category[member] != category[column][outfits.batch]
    asks = torch.zeros(len(outfits), dtype=torch.bool).index_put_(
        (outfits.batch[other],), torch.tensor(True)
    )
    for chosen in asks.nonzero().flatten().split(block_size):
        rows = outfits.rows_of(chosen)
        row = torch.repeat_interleave(outfits.sizes[chosen])
        own = torch.zeros(len(chosen), len(catalogue), dtype=torch.bool)
        own[row[other[rows]], member[rows][other[rows]]] = True
        score = vectors[column[chosen]] @ vectors.T
        yield RankingBlock(score, own, column[chosen], category, outfits.items.num_categories + 1)


def _measured(block: RankingBlock, ks: Sequence[int]) -> dict[str, Tensor]:
    return {
        **block.item_level(ks),
        **block.category_level(ks),
        **block.own_category(ks),
        **block.num_categories(ks),
    }
