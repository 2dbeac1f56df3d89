"""Scores of outfits by any model."""

from __future__ import annotations

from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.score_batches import Engine, score_batches
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.models.wrapped_model import Scorer, as_outfit_model


def score_outfits(
    model: Scorer,
    outfits: Outfits,
    batch_size: int = 256,
    unknown: str = "error",
    engine: Engine = score_batches,
) -> Tensor:
    """Score outfits in batches.

    Categories are indexed by the vocabulary of the model if it has one, and edge weights are those
    of its category graph, so that outfits of other data sets can be scored too.

    Args:
        model: An :class:`~fashiongraph.models.OutfitModel`, or a plain module or function that maps
            a batch of B outfits to scores [B].
        outfits: The outfits.
        batch_size: Outfits per batch. Larger batches may be faster on a GPU, or in a process that
            keeps its freed memory (``keep_freed_memory``).
        unknown: Treatment of items with a category outside the vocabulary of the model:
            ``"error"``, or ``"default"`` for the default edge weights of the graph.
        engine: What runs the batches: this process, or several
            (:class:`~fashiongraph.evaluation.RayEngine`).

    Returns:
        Scores on the CPU [B].

    Raises:
        FashionGraphError: If a category is unknown and ``unknown="error"``, the items have another
            number of features than the model reads or one that is not finite, or the model does not
            return one number per outfit.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists(["a", "b"], ["top", "skirt"], torch.eye(2))
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["a"]])
        >>> score_outfits(lambda batch: batch.ptr.diff(), outfits)
        tensor([2., 1.])
    """
    return engine(checked_scores, as_outfit_model(model), outfits, batch_size, unknown, None)


def item_scores(
    model: Scorer,
    outfits: Outfits,
    batch_size: int = 256,
    unknown: str = "error",
    engine: Engine = score_batches,
) -> Tensor:
    """Compatibility of each item with the rest of its outfit, in batches.

    Args:
        model: As for :func:`score_outfits`.
        outfits: The outfits.
        batch_size: Outfits per batch.
        unknown: As for :func:`score_outfits`.
        engine: As for :func:`score_outfits`.

    Returns:
        :meth:`~fashiongraph.models.OutfitModel.item_scores` on the CPU [N].

    Raises:
        FashionGraphError: As :func:`score_outfits`, or if there is not one score per item.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists(["a", "b"], ["top", "skirt"], torch.eye(2))
        >>> outfits = Outfits.from_lists(items, [["a", "b"]])
        >>> item_scores(lambda batch: batch.ptr.diff().float(), outfits)
        tensor([1., 1.])
    """
    return engine(_item_scores, as_outfit_model(model), outfits, batch_size, unknown, None)


def _item_scores(model: OutfitModel, batch: Batch) -> Tensor:
    """Scores of the items of a batch [N], with a check of their shape."""
    score = model.item_scores(batch)
    if score.shape != batch.batch.shape:
        raise FashionGraphError(
            f"'model' needs to return one score per item [{len(batch.batch)}] "
            f"(got {list(score.shape)})"
        )
    return checked_numbers(score)


def checked_scores(model: OutfitModel, batch: Batch) -> Tensor:
    """Scores of a batch [B], with a check of their shape and of NaN.

    Raises:
        FashionGraphError: If the model does not return one score per outfit, or one is NaN.
    """
    score = model(batch)
    if not isinstance(score, Tensor) or score.shape != (batch.num_graphs,):
        got = list(score.shape) if isinstance(score, Tensor) else type(score).__name__
        raise FashionGraphError(
            f"'model' needs to return one score per outfit [{batch.num_graphs}] (got {got})"
        )
    return checked_numbers(score)


def checked_numbers(score: Tensor) -> Tensor:
    """Scores of any shape, none of which is NaN: it would take any rank among the others.

    Args:
        score: The scores.

    Raises:
        FashionGraphError: If one is NaN.

    Example:
        >>> import torch
        >>> checked_numbers(torch.tensor([1.0, 2.0]))
        tensor([1., 2.])
    """
    wrong = int(score.isnan().sum())
    if wrong:
        raise FashionGraphError(
            f"'model' needs to return numbers (got NaN for {wrong:,} of {score.numel():,} scores; "
            "a finite feature or weight is too large)"
        )
    return score
