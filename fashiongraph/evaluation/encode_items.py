"""Item states and item vectors of a table, encoded in blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_batch import ItemInputs, item_inputs
from fashiongraph.loader.outfit_batcher import OutfitBatcher
from fashiongraph.models.outfit_model import OutfitModel

Embed = Callable[[Tensor], Tensor]
"""A function from features [U, F] to vectors [U, D]."""

_BLOCK = 512  # items encoded at a time: few enough to reuse the memory of the last block


@contextmanager
def evaluating(module: torch.nn.Module) -> Iterator[None]:
    """Context in which a module is in evaluation mode.

    Afterwards each submodule has its own earlier mode: ``module.train(module.training)`` would set
    all alike, and unfreeze those that a training keeps in evaluation mode.
    """
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training


def device_of(module: torch.nn.Module) -> torch.device:
    """The device of a module's parameters; the CPU for a module without any."""
    return next((p.device for p in module.parameters()), torch.device("cpu"))


def input_blocks(
    batcher: OutfitBatcher, rows: Tensor, device: torch.device, block_size: int = _BLOCK
) -> Iterator[tuple[slice, ItemInputs]]:
    """Inputs of items by rows of their table, some at a time.

    Args:
        batcher: A batcher over the table that shares items.
        rows: Rows of the table, ascending and distinct [U].
        device: Device of the inputs.
        block_size: Items per block.

    Yields:
        The slice of ``rows`` and its inputs.
    """
    for start in range(0, max(len(rows), 1), block_size):  # an empty block has widths too
        part = rows[start : start + block_size]
        alone = Outfits(batcher.items, torch.arange(len(part) + 1), part)
        inputs, _ = item_inputs(batcher(alone).to(device))
        yield slice(start, start + len(part)), inputs


@torch.no_grad()
def embed_items(
    model: OutfitModel | Embed,
    items: ItemTable,
    rows: Tensor | None = None,
    cosine: bool = True,
    batch_size: int = 4096,
) -> Tensor:
    """One vector per item, in batches.

    Args:
        model: A model, or a function from features [U, F] to vectors [U, D], such as
            ``torch.nn.Identity()`` for the features themselves.
        items: Items with features.
        rows: Rows of the table to embed, in any order [n]; by default all.
        cosine: Scale vectors to length 1, so that inner products are cosines.
        batch_size: Items per batch.

    Returns:
        Vectors on the CPU, in float32 at least [n, D].

    Raises:
        FashionGraphError: If the items have no features, or the model has no item vectors.
    """
    if items.features is None:
        raise FashionGraphError("'items' needs features to embed")
    rows = torch.arange(len(items)) if rows is None else rows
    vectors = (
        _model_vectors(model, items, rows, batch_size)
        if isinstance(model, OutfitModel)
        else _function_vectors(model, items.features, rows, batch_size)
    )
    return torch.nn.functional.normalize(vectors, dim=1) if cosine else vectors


def _model_vectors(model: OutfitModel, items: ItemTable, rows: Tensor, batch_size: int) -> Tensor:
    if model.in_channels not in (None, items.num_features):
        raise FashionGraphError(
            f"'items' needs the {model.in_channels} features that the model reads "
            f"(got {items.num_features})"
        )
    distinct, place = rows.unique(return_inverse=True)
    batcher = OutfitBatcher(items, model.graph, share_items=True)
    blocks = []
    with evaluating(model):
        for _, inputs in input_blocks(batcher, distinct, device_of(model), batch_size):
            vectors = model.embed(model.encode_items(inputs))
            if vectors is None:
                raise FashionGraphError(
                    f"'model' needs item vectors, which {type(model).__name__} has not "
                    "(OutfitModel.embed)"
                )
            blocks.append(vectors.to("cpu", torch.promote_types(vectors.dtype, torch.float32)))
    return torch.cat(blocks)[place]


def _function_vectors(embed: Embed, features: Tensor, rows: Tensor, batch_size: int) -> Tensor:
    module = embed if isinstance(embed, torch.nn.Module) else torch.nn.Identity()
    device = device_of(module)
    blocks = []
    with evaluating(module):
        # An empty batch still gives the width of the vectors.
        for part in rows.split(batch_size) if rows.numel() else (rows,):
            vectors = embed(features[part].float().to(device))
            blocks.append(vectors.to("cpu", torch.promote_types(vectors.dtype, torch.float32)))
    return torch.cat(blocks)
