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

_MIN_REUSE = 2  # nodes per distinct item from which caching saves time
_MAX_BYTES = 2**31  # of cached item embeddings


@torch.no_grad()
def score_outfits(
    model: Scorer, outfits: Outfits, batch_size: int = 256, unknown: str = "error"
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

    Returns:
        Scores on the CPU [B].

    Raises:
        FashionGraphError: If a category is unknown and ``unknown="error"``, the items have another
            number of features than the model reads or one that is not finite, or the model does not
            return one number per outfit.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists(["a", "b"], ["top", "skirt"], torch.eye(2))
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["a"]])
        >>> score_outfits(lambda batch: batch.ptr.diff(), outfits)
        tensor([2., 1.])
    """
    model = as_outfit_model(model)
    with evaluation_batches(model, outfits, batch_size, unknown) as batches:
        score = [checked_scores(model, batch).float().cpu() for batch in batches]
    return torch.cat(score) if score else torch.empty(0)


@torch.no_grad()
def item_scores(
    model: Scorer, outfits: Outfits, batch_size: int = 256, unknown: str = "error"
) -> Tensor:
    """Compatibility of each item with the rest of its outfit, in batches.

    Args:
        model: As for :func:`score_outfits`.
        outfits: The outfits.
        batch_size: Outfits per batch.
        unknown: As for :func:`score_outfits`.

    Returns:
        :meth:`~fashiongraph.models.OutfitModel.item_scores` on the CPU [N].

    Raises:
        FashionGraphError: As :func:`score_outfits`, or if there is not one score per item.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists(["a", "b"], ["top", "skirt"], torch.eye(2))
        >>> outfits = Outfits.from_lists(items, [["a", "b"]])
        >>> item_scores(lambda batch: batch.ptr.diff().float(), outfits)
        tensor([1., 1.])
    """
    model = as_outfit_model(model)
    scores = [torch.empty(0)]
    with evaluation_batches(model, outfits, batch_size, unknown) as batches:
        for batch in batches:
            score = model.item_scores(batch)
            if score.shape != batch.batch.shape:
                raise FashionGraphError(
                    f"'model' needs to return one score per item [{len(batch.batch)}] "
                    f"(got {list(score.shape)})"
                )
            scores.append(checked_numbers(score).float().cpu())
    return torch.cat(scores)


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


@contextmanager
def evaluation_batches(
    model: OutfitModel, outfits: Outfits, batch_size: int, unknown: str
) -> Iterator[Iterator[Batch]]:
    """Context with batches on the device of the model and the model in evaluation mode.

    Args:
        model: The model.
        outfits: The outfits.
        batch_size: Outfits per batch.
        unknown: As for :func:`score_outfits`.
    """
    outfits = in_vocabulary(model, outfits, unknown)
    loader = OutfitLoader(outfits, model.graph, batch_size, share_items=True)
    device = device_of(model)
    with evaluating(model), model.catalogue(feature_blocks(outfits, device)):
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
    outfits: Outfits, device: torch.device, block_size: int = 4096
) -> Iterator[Tensor]:
    """Features of the distinct items of outfits, in blocks of rows [u, F].

    Args:
        outfits: The outfits.
        device: Device of the features.
        block_size: Items per block.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists([*"abc"], ["top"] * 3, torch.eye(3))
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["a", "c"]])
        >>> [len(x) for x in feature_blocks(outfits, torch.device("cpu"), block_size=2)]
        [2, 1]
    """
    if outfits.items.features is not None:
        for rows in outfits.item_id.unique().split(block_size):
            yield outfits.items.feature_rows(rows).to(device)


def in_vocabulary(model: OutfitModel, outfits: Outfits, unknown: str) -> Outfits:
    """Outfits with categories indexed by the vocabulary of the model, if it has one.

    Args:
        model: The model.
        outfits: The outfits.
        unknown: As for :func:`score_outfits`.

    Raises:
        FashionGraphError: As :func:`score_outfits`.
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
