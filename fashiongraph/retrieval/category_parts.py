"""What the categories of completed outfits add to their scores."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.evaluation.score_outfits import asked_batches
from fashiongraph.retrieval.completed_scores import completed_outfits
from fashiongraph.retrieval.item_encoder import ItemEncoder

_BATCH_SIZE = 1024  # outfits


@torch.no_grad()
def category_parts(
    encode: ItemEncoder, own: Tensor, candidate: Tensor, unknown: str = "error"
) -> Tensor:
    """The part of an outfit's score that its categories make, for the outfit with each candidate.

    It is asked for once per category: all candidates of one make the same outfit of categories.

    Args:
        encode: The encoder of a model over the catalogue.
        own: Rows of the outfit's items [n].
        candidate: Rows of the items to add, one at a time [M].
        unknown: As for :func:`fashiongraph.evaluation.score_outfits`.

    Returns:
        :meth:`~fashiongraph.models.counted_parts.CountedParts.category_part` on the CPU [M].
    """
    model, counted, items = encode.model, encode.model.counted, encode.items
    if counted.lift is None or not len(candidate):
        return torch.zeros(len(candidate))
    category, place = items.category_id[candidate].unique(return_inverse=True)
    example = candidate.new_empty(len(category)).scatter_(0, place, candidate)  # any one of each
    outfits = completed_outfits(items, own, example)
    with asked_batches(model, outfits, _BATCH_SIZE, unknown) as batches:
        parts = [counted.category_part(batch, model.graph) for batch in batches]
    return torch.cat([torch.as_tensor(part).float().cpu() for part in parts])[place]
