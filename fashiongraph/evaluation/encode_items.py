"""Item inputs and item embeddings of a table, in blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_batch import ItemInputs
from fashiongraph.loader.outfit_batcher import OutfitBatcher
from fashiongraph.models.outfit_model import OutfitModel

Embed = Callable[[Tensor], Tensor]
"""A function from features [U, F] to embeddings [U, D]."""

_BLOCK = 512  # small enough for the allocator to reuse the memory of the last block


@contextmanager
def evaluating(module: torch.nn.Module) -> Iterator[None]:
    """Context with a module in evaluation mode, which restores the mode of each submodule.

    ``module.train(module.training)`` would set all submodules alike, also those that a training
    keeps in evaluation mode. A module that is in evaluation mode already is left alone, so that
    several threads may evaluate it at once.

    Args:
        module: The module.

    Example:
        >>> layer = torch.nn.Dropout()
        >>> with evaluating(layer):
        ...     layer.training
        False
        >>> layer.training
        True
    """
    changed = [submodule for submodule in module.modules() if submodule.training]
    if changed:
        module.eval()
    try:
        yield
    finally:
        for submodule in changed:
            submodule.training = True


def device_of(module: torch.nn.Module) -> torch.device:
    """Device of the parameters of a module, or the CPU if it has none.

    Args:
        module: The module.

    Example:
        >>> device_of(torch.nn.Linear(2, 2))
        device(type='cpu')
    """
    return next((p.device for p in module.parameters()), torch.device("cpu"))


def input_blocks(
    batcher: OutfitBatcher, rows: Tensor, device: torch.device, block_size: int = _BLOCK
) -> Iterator[tuple[slice, ItemInputs]]:
    """Inputs of the items of a table in blocks.

    Args:
        batcher: A batcher over the table with ``share_items=True``.
        rows: Rows of the table, ascending and distinct [U].
        device: Device of the inputs.
        block_size: Items per block.

    Yields:
        The slice of ``rows`` and its inputs.

    Example:
        >>> items = ItemTable.from_lists([*"abc"], ["top"] * 3, torch.eye(3))
        >>> batcher = OutfitBatcher(items, share_items=True)
        >>> blocks = input_blocks(batcher, torch.arange(3), torch.device("cpu"), block_size=2)
        >>> [(place, tuple(inputs.x.shape)) for place, inputs in blocks]
        [(slice(0, 2, None), (2, 3)), (slice(2, 3, None), (1, 3))]
    """
    for start in range(0, max(len(rows), 1), block_size):  # an empty block has widths too
        block = rows[start : start + block_size]
        x, category_id, context = batcher.inputs(block)
        context = None if context is None else context.to(device)
        yield (
            slice(start, start + len(block)),
            ItemInputs(x.to(device), category_id.to(device), context),
        )


@torch.no_grad()
def embed_items(
    model: OutfitModel | Embed,
    items: ItemTable,
    rows: Tensor | None = None,
    cosine: bool = True,
    batch_size: int = 4096,
) -> Tensor:
    """Item embeddings by a model or a function, in batches.

    Args:
        model: A model with :meth:`~fashiongraph.models.OutfitModel.embed`, or a function from
            features [U, F] to embeddings [U, D], such as ``torch.nn.Identity()``.
        items: Items with features.
        rows: Rows of the table to embed, in any order [n]; by default all.
        cosine: Normalise embeddings to length 1, so that inner products are cosines.
        batch_size: Items per batch.

    Returns:
        Embeddings on the CPU, in float32 or float64 [n, D].

    Raises:
        FashionGraphError: If the items have no features, or the model has no item embeddings.

    Example:
        >>> items = ItemTable.from_lists(["a", "b"], ["top", "skirt"], [[3.0, 4.0], [0.0, 2.0]])
        >>> embed_items(torch.nn.Identity(), items)
        tensor([[0.6000, 0.8000],
                [0.0000, 1.0000]])
    """
    if items.features is None:
        raise FashionGraphError("'items' needs features to embed")
    rows = torch.arange(len(items)) if rows is None else rows
    vectors = (
        _model_vectors(model, items, rows, batch_size)
        if isinstance(model, OutfitModel)
        else _function_vectors(model, items, rows, batch_size)
    )
    return torch.nn.functional.normalize(vectors, dim=1) if cosine else vectors


def _model_vectors(model: OutfitModel, items: ItemTable, rows: Tensor, batch_size: int) -> Tensor:
    model.check_items(items)
    distinct, place = rows.unique(return_inverse=True)
    batcher = OutfitBatcher(items, model.graph, share_items=True)
    blocks = []
    with evaluating(model):
        for _, inputs in input_blocks(batcher, distinct, device_of(model), batch_size):
            vectors = model.embed(model.encode_items(inputs))
            if vectors is None:
                raise FashionGraphError(
                    f"'model' needs item embeddings (got {type(model).__name__}, "
                    "which does not implement embed())"
                )
            blocks.append(vectors.to("cpu", torch.promote_types(vectors.dtype, torch.float32)))
    return torch.cat(blocks)[place]


def _function_vectors(embed: Embed, items: ItemTable, rows: Tensor, batch_size: int) -> Tensor:
    module = embed if isinstance(embed, torch.nn.Module) else torch.nn.Identity()
    device = device_of(module)
    blocks = []
    with evaluating(module):
        # An empty batch still has the width D.
        for block in rows.split(batch_size) if rows.numel() else (rows,):
            vectors = embed(items.feature_rows(block).to(device))
            blocks.append(vectors.to("cpu", torch.promote_types(vectors.dtype, torch.float32)))
    return torch.cat(blocks)
