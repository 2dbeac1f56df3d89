"""Same-item retrieval, in the manner of DeepFashion In-Shop."""

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
    """Find other pictures of the same garment: R@k.

    A query is answered at k if one of the first k of the gallery has its identity. A row of the
    gallery with the query's own ``id`` is left out, so that one table may serve as both. Among
    equal scores other garments rank first.

    Args:
        model: A model with ``embed``, or a function from features to vectors.
        queries: One row a picture, with features.
        gallery: One row a picture, with features.
        identity: Column of both tables that names the garment; where it is empty, the picture
            shows no garment that another one shows.
        ks: Numbers of results that are looked at.
        cosine: Compare by cosine; otherwise by inner product.
        block_size: Queries scored at once.

    Returns:
        ``R@k`` by name, with a 95 % bootstrap interval over queries. Queries whose garment is not
        in the gallery cannot be answered and are not counted.

    Raises:
        FashionGraphError: If a table lacks the column or its features.

    Source: Liu, Luo, Qiu, Wang, Tang, "DeepFashion: powering robust clothes recognition and
    retrieval with rich annotations".
    """
    for name, table in (("queries", queries), ("gallery", gallery)):
        if identity not in table.columns:
            raise FashionGraphError(f"'{name}' needs the column {identity!r}")
    names = [table.columns[identity].map(str, na_action="ignore") for table in (queries, gallery)]
    code, _ = pd.factorize(pd.concat(names))  # -1 where none is named
    garment, kept = torch.from_numpy(code).split([len(queries), len(gallery)])
    itself = torch.from_numpy(gallery.ids.get_indexer(queries.ids))  # -1: not in the gallery
    left, right = (embed_items(model, table, cosine=cosine) for table in (queries, gallery))
    hits: dict[str, list[torch.Tensor]] = {f"R@{k}": [] for k in ks}
    for rows in torch.arange(len(queries)).split(block_size):
        score = left[rows] @ right.T
        relevant = (garment[rows].unsqueeze(1) == kept) & (kept >= 0)
        present = itself[rows] >= 0
        twin = (present.nonzero().flatten(), itself[rows][present])
        score[twin], relevant[twin] = float("-inf"), False
        ranked = ranked_relevance(score, relevant)
        asked = relevant.any(dim=1)
        for k in ks:
            hits[f"R@{k}"].append(retrieval_hit_rate(ranked[asked], k))
    return mean_results({name: torch.cat(parts) for name, parts in hits.items()})
