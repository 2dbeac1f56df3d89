"""Same-item retrieval, as in DeepFashion In-Shop."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.encode_items import Embed, embed_items
from fashiongraph.evaluation.metrics.functional import (
    ranked_relevance,
    retrieval_hit_rate,
)
from fashiongraph.evaluation.result import Result, mean_results
from fashiongraph.models.outfit_model import OutfitModel


def same_item_retrieval(
    model: OutfitModel | Embed,
    queries: ItemTable,
    gallery: ItemTable,
    identity: str,
    ks: Sequence[int] = (1, 10),
    cosine: bool = True,
    block_size: int = 256,
) -> dict[str, Result]:
    """Recall at k of other pictures of the same garment (R@k).

    A query is a hit at k if one of the first k pictures of the gallery has its identity. The row of
    the gallery with the ``id`` of the query is left out, so that one table can be both. In ties
    other garments rank first.

    Args:
        model: A model with ``embed``, or a function from features to embeddings.
        queries: One row per picture, with features.
        gallery: One row per picture, with features.
        identity: Column of both tables with the garment; a picture with a missing value matches
            no other picture.
        ks: Numbers of results k.
        cosine: Compare by cosine; otherwise by inner product.
        block_size: Queries scored at once.

    Returns:
        ``R@k`` by name, with a 95 % bootstrap interval over the queries whose garment is in the
        gallery.

    Raises:
        FashionGraphError: If a table lacks the column or its features.

    Source: Liu, Luo, Qiu, Wang, Tang, "DeepFashion: powering robust clothes recognition and
    retrieval with rich annotations" (CVPR 2016), https://doi.org/10.1109/CVPR.2016.124.

    Example:
        >>> columns = pd.DataFrame({"garment": ["x", "x", "y"]})
        >>> features = torch.tensor([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]])
        >>> items = ItemTable.from_lists(["a", "b", "c"], ["top"] * 3, features, columns)
        >>> same_item_retrieval(torch.nn.Identity(), items, items, "garment", ks=(1,))["R@1"].value
        1.0
    """
    for name, table in (("queries", queries), ("gallery", gallery)):
        if identity not in table.columns:
            raise FashionGraphError(f"'{name}' needs the column {identity!r}")
    names = [table.columns[identity].map(str, na_action="ignore") for table in (queries, gallery)]
    code, _ = pd.factorize(pd.concat(names))  # -1 for missing values
    garment, gallery_garment = torch.from_numpy(code).split([len(queries), len(gallery)])
    itself = torch.from_numpy(gallery.ids.get_indexer(queries.ids))  # -1 if not in the gallery
    left, right = (embed_items(model, table, cosine=cosine) for table in (queries, gallery))
    hits: dict[str, list[torch.Tensor]] = {f"R@{k}": [] for k in ks}
    for rows in torch.arange(len(queries)).split(block_size):
        score = left[rows] @ right.T
        relevant = (garment[rows].unsqueeze(1) == gallery_garment) & (gallery_garment >= 0)
        present = itself[rows] >= 0
        twin = (present.nonzero().flatten(), itself[rows][present])
        score[twin], relevant[twin] = float("-inf"), False
        ranked = ranked_relevance(score, relevant)
        answerable = relevant.any(dim=1)
        for k in ks:
            hits[f"R@{k}"].append(retrieval_hit_rate(ranked[answerable], k))
    return mean_results({name: torch.cat(blocks) for name, blocks in hits.items()})
