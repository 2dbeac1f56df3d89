"""Scores of training outfits without their own co-occurrence."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.data.duplicates import outfit_keys
from fashiongraph.data.outfits import Outfits
from fashiongraph.evaluation.encode_items import device_of, evaluating
from fashiongraph.evaluation.score_batches import (
    Engine,
    feature_blocks,
    in_vocabulary,
    score_batches,
)
from fashiongraph.evaluation.score_outfits import checked_scores, score_outfits
from fashiongraph.loader.outfit_batcher import OutfitBatcher
from fashiongraph.models.outfit_model import OutfitModel


def in_training(model: OutfitModel, outfits: Outfits) -> Tensor:
    """Whether each outfit was trained on [B]; not so for a model that stores no training outfits.

    Args:
        model: The model.
        outfits: The outfits.

    Example:
        >>> from fashiongraph.data import ItemTable
        >>> from fashiongraph.models import Siamese
        >>> items = ItemTable.from_lists(["a", "b", "c"], ["top", "skirt", "shoe"], torch.eye(3))
        >>> outfits, model = Outfits.from_lists(items, [["a", "b"], ["b", "c"]]), Siamese(3)
        >>> model.training_outfits = outfit_keys(outfits.select([0]))
        >>> in_training(model, outfits).tolist()
        [True, False]
    """
    if model.training_outfits is None:
        return torch.zeros(len(outfits), dtype=torch.bool)
    return torch.isin(outfit_keys(outfits), model.training_outfits)


@torch.no_grad()
def score_left_out(
    model: OutfitModel,
    outfits: Outfits,
    batch_size: int = 256,
    unknown: str = "error",
    engine: Engine = score_batches,
) -> Tensor:
    """Score outfits, those of the training without their own co-occurrence of items.

    Training leaves the co-occurrence of its batch out of the counts. This leaves out that of each
    outfit alone, so that an outfit does not confirm itself. Weights and category counts stay those
    of the training. A model that reads no co-occurrence of items
    (:attr:`~fashiongraph.models.OutfitModel.batch_inputs`) scores as always.

    Args:
        model: The model.
        outfits: The outfits.
        batch_size: As for :func:`~fashiongraph.evaluation.score_outfits`.
        unknown: As for :func:`~fashiongraph.evaluation.score_outfits`.
        engine: What scores the outfits. Counts are left out in this process, one outfit after
            another.

    Returns:
        Scores on the CPU [B].

    Raises:
        FashionGraphError: As :func:`~fashiongraph.evaluation.score_outfits`.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.models import Siamese
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> model = Siamese(outfits.items.num_features).eval()
        >>> torch.equal(score_left_out(model, outfits), score_outfits(model, outfits))
        True
    """
    score = score_outfits(model, outfits, batch_size, unknown, engine)
    places = torch.nonzero(in_training(model, outfits)).flatten()
    if not model.batch_inputs or not len(places):
        return score
    indexed = in_vocabulary(model, outfits, unknown)
    batcher = OutfitBatcher(indexed.items, model.graph, share_items=True)
    device = device_of(model)
    with evaluating(model), model.catalogue(feature_blocks(indexed, device)):
        for place in places.tolist():  # one by one, since each leaves out other counts
            one = indexed.select([place])
            score[place] = checked_scores(model, batcher(one, exclude=one).to(device)).item()
    return score
