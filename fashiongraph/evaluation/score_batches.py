"""Batches of an evaluation: outfits with item embeddings that are cached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.encode_items import device_of, evaluating, input_blocks
from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models.outfit_model import OutfitModel

ScoreBatch = Callable[[OutfitModel, Batch], Tensor]
"""A function from a model and a batch of outfits to scores, of outfits, items or questions."""

Engine = Callable[[ScoreBatch, OutfitModel, Outfits, int, str, Tensor | None], Tensor]
"""A function with the arguments and the result of :func:`score_batches`."""

_MIN_REUSE = 2  # nodes per distinct item from which caching saves time
_MAX_BYTES = 2**31  # of cached item embeddings


@torch.no_grad()
def score_batches(
    score: ScoreBatch,
    model: OutfitModel,
    outfits: Outfits,
    batch_size: int,
    unknown: str,
    position: Tensor | None = None,
    catalogue: Tensor | None = None,
) -> Tensor:
    """Apply a function of a model to batches of outfits, in this process.

    Args:
        score: The function.
        model: The model.
        outfits: The outfits.
        batch_size: Outfits per batch.
        unknown: As for :func:`~fashiongraph.evaluation.score_outfits`.
        position: Position of an item in each outfit [B], the batches' ``position``.
        catalogue: Rows of the items of the evaluation; by default those of the outfits.

    Returns:
        The scores on the CPU, batch after batch.
    """
    scores = []
    with evaluation_batches(model, outfits, batch_size, unknown, catalogue) as batches:
        for start, batch in zip(range(0, len(outfits), batch_size), batches, strict=True):
            if position is not None:
                batch.position = position[start : start + batch_size].to(batch.ptr.device)
            scores.append(score(model, batch).float().cpu())
    return torch.cat(scores) if scores else torch.empty(0)


@contextmanager
def evaluation_batches(
    model: OutfitModel,
    outfits: Outfits,
    batch_size: int,
    unknown: str,
    catalogue: Tensor | None = None,
) -> Iterator[Iterator[Batch]]:
    """Context with batches on the device of the model and the model in evaluation mode.

    Args:
        model: The model.
        outfits: The outfits.
        batch_size: Outfits per batch.
        unknown: As for :func:`~fashiongraph.evaluation.score_outfits`.
        catalogue: As for :func:`score_batches`.
    """
    outfits = in_vocabulary(model, outfits, unknown)
    loader = OutfitLoader(outfits, model.graph, batch_size, share_items=True)
    device = device_of(model)
    with evaluating(model), model.catalogue(feature_blocks(outfits, device, catalogue)):
        cached = cached_batches(model, loader, device)
        yield (batch.to(device) for batch in loader) if cached is None else cached


def cached_batches(
    model: OutfitModel,
    loader: OutfitLoader,
    device: torch.device,
    max_bytes: int = _MAX_BYTES,
) -> Iterator[Batch] | None:
    """Batches with cached item embeddings, each item encoded once.

    Args:
        model: The model, in evaluation mode.
        loader: Loader of the outfits, with ``share_items=True``.
        device: Device of the model.
        max_bytes: Maximal size of the cache.

    Returns:
        The batches, or :obj:`None` if the model has no item embeddings, few items recur, or the
        cache would be too large.
    """
    outfits, batcher = loader.outfits, loader.batcher
    rows = outfits.item_id.unique()
    if outfits.items.features is None or not len(rows):
        return None
    if _MIN_REUSE * len(rows) > len(outfits.item_id):
        return None
    _, first = next(input_blocks(batcher, rows[:1], device))
    cache = model.cache_items(first)
    size = sum(value.nbytes for value in cache.values()) * len(rows)
    if not 0 < size <= max_bytes:
        return None
    cache = {name: value.new_empty(len(rows), *value.shape[1:]) for name, value in cache.items()}
    for block, inputs in input_blocks(batcher, rows, device):
        for name, value in model.cache_items(inputs).items():
            cache[name][block] = value
    structure = outfits.with_items(outfits.items.with_features(None))
    structures = OutfitLoader(structure, batcher.graph, loader.batch_size, share_items=True)
    return _with_cache(structures, cache, rows, device)


def _with_cache(
    loader: OutfitLoader, cache: dict[str, Tensor], rows: Tensor, device: torch.device
) -> Iterator[Batch]:
    for batch in loader:
        batch.item_index = torch.searchsorted(rows, batch.item_id)
        batch = batch.to(device)
        batch.item_states = cache
        yield batch


def feature_blocks(
    outfits: Outfits,
    device: torch.device,
    rows: Tensor | None = None,
    block_size: int = 4096,
) -> Iterator[Tensor]:
    """Features of the distinct items of outfits, in blocks of rows [u, F].

    Args:
        outfits: The outfits.
        device: Device of the features.
        rows: Distinct rows of other items to read instead.
        block_size: Items per block.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists([*"abc"], ["top"] * 3, torch.eye(3))
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["a", "c"]])
        >>> [len(x) for x in feature_blocks(outfits, torch.device("cpu"), block_size=2)]
        [2, 1]
    """
    if outfits.items.features is not None:
        rows = outfits.item_id.unique() if rows is None else rows
        for block in rows.split(block_size):
            yield outfits.items.feature_rows(block).to(device)


def in_vocabulary(model: OutfitModel, outfits: Outfits, unknown: str) -> Outfits:
    """Outfits with categories indexed by the vocabulary of the model, if it has one.

    Args:
        model: The model.
        outfits: The outfits.
        unknown: As for :func:`~fashiongraph.evaluation.score_outfits`.

    Raises:
        FashionGraphError: As :func:`~fashiongraph.evaluation.score_outfits`.
    """
    model.check_items(outfits.items, "outfits")
    if not model.categories:
        check_vocabulary([], outfits.category_id[:0], outfits.category_id[:0], unknown)
        return outfits
    indexed = outfits.with_items(outfits.items.with_vocabulary(model.categories, "default"))
    check_vocabulary(outfits.items.categories, outfits.category_id, indexed.category_id, unknown)
    return indexed


def check_vocabulary(
    categories: Sequence[str], category_id: Tensor, indexed: Tensor, unknown: str
) -> None:
    """Check that all items have a category of the vocabulary of a model.

    Args:
        categories: The vocabulary of the items.
        category_id: Categories in the vocabulary of the items [N].
        indexed: Categories in the vocabulary of the model, ``-1`` if unknown [N].
        unknown: ``"error"`` or ``"default"``.

    Raises:
        FashionGraphError: If a category is unknown and ``unknown="error"``, or ``unknown`` is
            neither of both.

    Example:
        >>> category_id = torch.tensor([0, 1])
        >>> check_vocabulary(["top", "shoe"], category_id, torch.tensor([1, 0]), "error")
    """
    if unknown not in ("error", "default"):
        raise FashionGraphError(f"'unknown' needs to be 'error' or 'default' (got {unknown!r})")
    missing = category_id[indexed < 0].unique()
    if missing.numel() and unknown == "error":
        names = [categories[c] if c >= 0 else "no category" for c in missing[:5]]
        raise FashionGraphError(
            f"'outfits' needs categories of the model's vocabulary (unknown: "
            f"{', '.join(names)}{', …' if missing.numel() > 5 else ''}); "
            "pass unknown='default' (--unknown default) to weigh them by default"
        )
