"""Scores of one outfit with each of many further items."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.evaluation.score_outfits import asked_batches
from fashiongraph.models import ADDGNN

_BATCH_SIZE = 256


def completed_scores(
    model: ADDGNN,
    items: ItemTable,
    own: Tensor,
    candidate: Tensor,
    unknown: str = "error",
    block_size: int = 4096,
) -> Tensor:
    """Score an outfit with each candidate added, by what the model compares candidates by.

    Args:
        model: The model.
        items: The item table.
        own: Rows of the outfit's items [n].
        candidate: Rows of the items to add, one at a time [M].
        unknown: As for :func:`fashiongraph.evaluation.score_outfits`.
        block_size: Candidates whose features are in memory at once.

    Returns:
        Scores on the CPU [M], by :meth:`~fashiongraph.models.ADDGNN.mean_score`.
    """
    remembers = model.graph is not None and "item_key" in model.graph
    scores = [torch.empty(0)]
    for part in candidate.split(block_size) if len(candidate) else ():
        outfits = completed_outfits(items, own, part, remembers)
        with torch.no_grad(), asked_batches(model, outfits, _BATCH_SIZE, unknown) as batches:
            scores += [model.mean_score(batch).float().cpu() for batch in batches]
    return torch.cat(scores)


def completed_outfits(
    items: ItemTable, own: Tensor, candidate: Tensor, whole_table: bool = False
) -> Outfits:
    """The outfit with each candidate.

    Args:
        items: The item table.
        own: Rows of the outfit's items [n].
        candidate: Rows of the items to add [M].
        whole_table: Keep the whole table, for a model that remembers what items were worn with;
            otherwise the table holds no more items than it takes, lest the cost of an answer grow
            with the catalogue.
    """
    n, count = len(own), len(candidate)
    item_id = torch.cat([own.expand(count, n), candidate.unsqueeze(1)], dim=1).flatten()
    ptr = torch.arange(count + 1) * (n + 1)
    if whole_table:
        return Outfits(items, ptr, item_id)
    used, row = torch.unique(item_id, return_inverse=True)
    table = ItemTable(
        ids=items.ids[used.numpy()],
        category_id=items.category_id[used],
        categories=items.categories,
        features=None if items.features is None else items.features[used],
    )
    return Outfits(table, ptr, row)
