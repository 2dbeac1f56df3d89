"""Outfit retrieval: compatible items of the catalogue for one item of an outfit."""

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
    filter_category: bool = True,
    block_size: int = 256,
) -> dict[str, Result]:
    """Retrieve the other items of an outfit, queried by the embedding of one of its items.

    Candidates are the items of the catalogue, ranked by the inner product of their embeddings with
    the query's. With ``filter_category=True``, as published, candidates of the *query's category*
    are left out; with ``False`` all items but the query are candidates. Relevant items are the same
    in both cases, so that the difference is the effect of the filter:

    - **item level**: the other items of the outfit, of other categories than the query's. Recall@k
      is their share in the first k, and AP the mean precision at their ranks over the complete
      ranking. Items that co-occur with the query in other outfits only are irrelevant.
    - **category level**: all items of the categories of these items. AP is as above. Recall@k is
      the share of these *categories* with an item in the first k.

    Irrelevant candidates rank first in ties. Further metrics:

    - **own category@k**: intra-category exclusiveness, the share of candidates of the query's
      category in the first k, always *without* the filter.
    - **categories@k**: cross-category inclusiveness, the number of categories in the first k.

    The protocol differs from complementary item retrieval
    (:func:`~fashiongraph.evaluation.item_retrieval`), in which the query is an outfit without one
    item, and the candidates are items of the category of that item, ranked by scores of outfits.

    Worked example: the query is the top of an outfit with the trousers b and the shoes d. The
    ranking is hat h, trousers c, shoes d, trousers b, shoes e. At item level d and b have the ranks
    3 and 4: Recall@3 = 1/2, AP = (1/3 + 2/4) / 2 = 0.417. At category level c, d, b and e are
    relevant: AP = (1/2 + 2/3 + 3/4 + 4/5) / 4 = 0.679; Recall@2 = 1/2 (trousers), Recall@3 = 1.

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
        model: A model with ``embed``, or a function from features to embeddings.
        outfits: Held-out outfits.
        ks: Numbers of results k.
        cosine: Compare embeddings by cosine; otherwise by inner product.
        catalogue: Rows of the item table to retrieve from, including all items of the outfits; by
            default these.
        position: Position of the query in each outfit [B]; by default drawn by ``seed``.
        seed: Seed of the queries.
        filter_category: Leave candidates of the query's category out.
        block_size: Queries per block; memory is ``block_size`` times the size of the catalogue.

    Returns:
        Each metric by name, with a 95 % bootstrap interval over queries. Outfits without an item
        of another category than the query's are not counted.

    Raises:
        FashionGraphError: If an outfit is empty, the items have no features, or the catalogue
            lacks an item of the outfits.
        ValueError: If a k is not positive.

    Source: Chen, He, "Dress fashionably: learn fashion collocation with deep mixed-category metric
    learning" (AAAI 2018).
    """
    items = outfits.items
    catalogue = outfits.item_id.unique() if catalogue is None else catalogue.unique()
    if not bool(torch.isin(outfits.item_id, catalogue).all()):
        raise FashionGraphError(
            f"'catalogue' needs every item of the outfits (got {len(catalogue)} items)"
        )
    if position is None:
        position = random_position(outfits, np.random.default_rng(seed))
    query = outfits.item_id[row_at(outfits, position)]
    vectors = embed_items(model, items, catalogue, cosine)
    values = [
        _metrics(block, ks)
        for block in _blocks(outfits, catalogue, vectors, query, filter_category, block_size)
    ]
    return mean_results({name: torch.cat([value[name] for value in values]) for name in values[0]})


def _blocks(
    outfits: Outfits,
    catalogue: Tensor,
    vectors: Tensor,
    query: Tensor,
    filter_category: bool,
    block_size: int,
) -> Iterator[RankingBlock]:
    """Blocks of the queries that have a relevant item."""
    category = outfits.items.category_id[catalogue] + 1  # the unknown category becomes 0
    column = torch.searchsorted(catalogue, query)
    item = torch.searchsorted(catalogue, outfits.item_id)
    other = category[item] != category[column][outfits.batch]
    answerable = torch.zeros(len(outfits), dtype=torch.bool)
    answerable[outfits.batch[other]] = True
    for chosen in answerable.nonzero().flatten().split(block_size):
        rows = outfits.rows_of(chosen)
        row = torch.repeat_interleave(outfits.sizes[chosen])
        relevant = torch.zeros(len(chosen), len(catalogue), dtype=torch.bool)
        relevant[row[other[rows]], item[rows][other[rows]]] = True
        score = vectors[column[chosen]] @ vectors.T
        num_categories = outfits.items.num_categories + 1
        yield RankingBlock(
            score, relevant, column[chosen], category, num_categories, filter_category
        )


def _metrics(block: RankingBlock, ks: Sequence[int]) -> dict[str, Tensor]:
    return {
        **block.item_level(ks),
        **block.category_level(ks),
        **block.own_category(ks),
        **block.num_categories(ks),
    }
