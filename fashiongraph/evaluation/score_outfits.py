"""Scores of outfits by any model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.encode_items import device_of, evaluating, input_blocks
from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.models.wrapped_model import Scorer, as_outfit_model

_ROWS = 4096  # of features read at a time
_SHARED = 2  # nodes per distinct item from which caching saves time
_BYTES = 2**31  # of cached states


@torch.no_grad()
def score_outfits(
    model: Scorer, outfits: Outfits, batch_size: int = 256, unknown: str = "error"
) -> Tensor:
    """Score outfits in batches.

    Categories are indexed by the vocabulary of the model if it has one, and edges are weighed by
    its category graph, so that outfits of a data set it was not trained on can be scored too.

    Args:
        model: An :class:`~fashiongraph.models.OutfitModel`, or any callable that maps a batch to
            one score per outfit.
        outfits: The outfits.
        batch_size: Outfits per batch; a process that keeps its freed memory
            (:func:`~fashiongraph.freed_memory.keep_freed_memory`), and a GPU, may profit from more.
        unknown: Treatment of items whose category is not in the model's vocabulary: ``"error"``, or
            ``"default"`` to weigh their edges by the graph's default.

    Returns:
        Scores on the CPU [B].

    Raises:
        FashionGraphError: If a category is unknown and ``unknown="error"``, the items have another
            number of features than the model reads, or the model does not return one score per
            outfit.
    """
    model = as_outfit_model(model)
    with evaluation_batches(model, outfits, batch_size, unknown) as batches:
        score = [checked_scores(model, batch).float().cpu() for batch in batches]
    return torch.cat(score) if score else torch.empty(0)


def checked_scores(model: OutfitModel, batch: Batch) -> Tensor:
    """The scores of a batch [B].

    Raises:
        FashionGraphError: If the model returns anything else.
    """
    score = model(batch)
    if not isinstance(score, Tensor) or score.shape != (batch.num_graphs,):
        got = list(score.shape) if isinstance(score, Tensor) else type(score).__name__
        raise FashionGraphError(
            f"'model' needs to return one score per outfit [{batch.num_graphs}] (got {got})"
        )
    return score


@contextmanager
def evaluation_batches(
    model: OutfitModel, outfits: Outfits, batch_size: int, unknown: str
) -> Iterator[Iterator[Batch]]:
    """Batches on the model's device, in a context in which the model is in evaluation mode."""
    outfits = in_vocabulary(model, outfits, unknown)
    loader = OutfitLoader(outfits, model.graph, batch_size, share_items=True)
    device = device_of(model)
    with evaluating(model), model.catalogue(_features(outfits, device)):
        cached = _cached_batches(model, loader, device)
        yield (batch.to(device) for batch in loader) if cached is None else cached


def _cached_batches(
    model: OutfitModel, loader: OutfitLoader, device: torch.device
) -> Iterator[Batch] | None:
    """Batches with cached item states.

    Returns:
        The batches, or :obj:`None` if the model has no item states, items hardly repeat, or their
        states would fill memory.
    """
    outfits, batcher = loader.outfits, loader.batcher
    rows = outfits.item_id.unique()
    if outfits.items.features is None or not len(rows):
        return None
    if _SHARED * len(rows) > len(outfits.item_id):
        return None
    _, first = next(input_blocks(batcher, rows[:1], device))
    states = model.cache_items(first)
    size = sum(value.nbytes for value in states.values()) * len(rows)
    if not 0 < size <= _BYTES:
        return None
    states = {name: value.new_empty(len(rows), *value.shape[1:]) for name, value in states.items()}
    for block, inputs in input_blocks(batcher, rows, device):
        for name, value in model.cache_items(inputs).items():
            states[name][block] = value
    bare = outfits.with_items(outfits.items.with_features(None))
    bare_loader = OutfitLoader(bare, batcher.graph, loader.batch_size, share_items=True)
    return _with_states(bare_loader, states, rows, device)


def _with_states(
    loader: OutfitLoader, states: dict[str, Tensor], rows: Tensor, device: torch.device
) -> Iterator[Batch]:
    for batch in loader:
        batch.item_index = torch.searchsorted(rows, batch.item_id)
        batch = batch.to(device)
        batch.item_states = states
        yield batch


def _features(outfits: Outfits, device: torch.device) -> Iterator[Tensor]:
    """Features of the distinct items of the outfits, some rows at a time."""
    features = outfits.items.features
    if features is not None:
        for rows in outfits.item_id.unique().split(_ROWS):
            yield features[rows].float().to(device)


def in_vocabulary(model: OutfitModel, outfits: Outfits, unknown: str) -> Outfits:
    """Outfits with categories indexed by the vocabulary of the model, if it has one.

    Raises:
        FashionGraphError: As :func:`score_outfits`.
    """
    if model.in_channels not in (None, outfits.items.num_features):
        raise FashionGraphError(
            f"'outfits' needs items with the {model.in_channels} features that the model reads "
            f"(got {outfits.items.num_features})"
        )
    if not model.categories:
        check_vocabulary([], outfits.category_id[:0], outfits.category_id[:0], unknown)
        return outfits
    indexed = outfits.with_items(outfits.items.with_vocabulary(model.categories, "default"))
    check_vocabulary(outfits.items.categories, outfits.category_id, indexed.category_id, unknown)
    return indexed


def check_vocabulary(
    categories: Sequence[str], category_id: Tensor, indexed: Tensor, unknown: str
) -> None:
    """Check that all items have a category of the model's vocabulary.

    Args:
        categories: The vocabulary of the items.
        category_id: Categories in it [N].
        indexed: The same categories in the model's vocabulary, ``-1`` if unknown [N].
        unknown: ``"error"`` or ``"default"``.

    Raises:
        FashionGraphError: If a category is unknown and ``unknown="error"``, or ``unknown`` is
            neither of both.
    """
    if unknown not in ("error", "default"):
        raise FashionGraphError(f"'unknown' needs to be 'error' or 'default' (got {unknown!r})")
    lacking = category_id[indexed < 0].unique()
    if lacking.numel() and unknown == "error":
        names = [categories[c] if c >= 0 else "no category" for c in lacking[:5]]
        raise FashionGraphError(
            f"'outfits' needs categories of the model's vocabulary (unknown: "
            f"{', '.join(names)}{', …' if lacking.numel() > 5 else ''}); "
            "pass unknown='default' (--unknown default) to go on without"
        )
