"""Scores of any outfits by any model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.data.outfit_loader import OutfitLoader
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.evaluating import evaluating
from fashiongraph.evaluation.precomputed_batches import precomputed_batches
from fashiongraph.models.outfit_model import OutfitModel

Scorer = Callable[[Batch], Tensor]

_ROWS = 4096  # of features read at a time


@torch.no_grad()
def score_outfits(
    model: Scorer, outfits: Outfits, batch_size: int = 256, unknown: str = "error"
) -> Tensor:
    """Score outfits in batches.

    Categories are indexed by the model's own vocabulary where it has one, and edges are weighed
    by its category graph, so that outfits of a set it was not trained on can be scored too.

    Args:
        model: An :class:`~fashiongraph.models.OutfitModel`, or any callable that maps a batch to
            one score per outfit.
        outfits: The outfits.
        batch_size: Outfits per batch; a process that keeps its freed memory
            (:func:`~fashiongraph.freed_memory.keep_freed_memory`), and a GPU, may like more.
        unknown: What becomes of items whose category the model does not know: ``"error"``, or
            ``"default"`` to weigh their edges by the graph's default.

    Returns:
        Scores on the CPU [B].

    Raises:
        FashionGraphError: If a category is unknown and ``unknown="error"``, or the items have
            another number of features than the model reads, or it gives anything else than one
            score per outfit.
    """
    with asked_batches(model, outfits, batch_size, unknown) as batches:
        score = [one_score_each(model, batch).float().cpu() for batch in batches]
    return torch.cat(score) if score else torch.empty(0)


def one_score_each(model: Scorer, batch: Batch) -> Tensor:
    """The scores of a batch [B].

    Raises:
        FashionGraphError: If the model gives anything else.
    """
    score = model(batch)
    if not isinstance(score, Tensor) or score.shape != (batch.num_graphs,):
        got = list(score.shape) if isinstance(score, Tensor) else type(score).__name__
        raise FashionGraphError(
            f"'model' needs to give one score per outfit [{batch.num_graphs}] (got {got})"
        )
    return score


@contextmanager
def asked_batches(
    model: Scorer, outfits: Outfits, batch_size: int, unknown: str
) -> Iterator[Iterator[Batch]]:
    """Batches as the model reads them, on its device; meanwhile it is in evaluation mode."""
    outfits = _as_known(model, outfits, unknown)
    loader = OutfitLoader(outfits, getattr(model, "graph", None), batch_size, share_items=True)
    if not isinstance(model, torch.nn.Module):
        yield iter(loader)
        return
    batches = None
    device = next((p.device for p in model.parameters()), torch.device("cpu"))
    features = _features(outfits, device)
    among = model.among(features) if isinstance(model, OutfitModel) else nullcontext()
    with evaluating(model), among:
        if isinstance(model, OutfitModel) and outfits.items.features is not None:
            batches = precomputed_batches(model, loader, device)
        yield (batch.to(device) for batch in loader) if batches is None else batches


def _features(outfits: Outfits, device: torch.device) -> Iterator[Tensor]:
    """Features of the distinct items of the outfits, some rows at a time."""
    features = outfits.items.features
    if features is not None:
        for rows in outfits.item_id.unique().split(_ROWS):
            yield features[rows].float().to(device)


def _as_known(model: Scorer, outfits: Outfits, unknown: str) -> Outfits:
    """The outfits, their categories indexed by the model's own vocabulary where it has one."""
    width = getattr(model, "in_channels", outfits.items.num_features)
    if width != outfits.items.num_features:
        raise FashionGraphError(
            f"'outfits' needs items with the {width} features that the model reads "
            f"(got {outfits.items.num_features})"
        )
    known = getattr(model, "categories", [])
    if unknown not in ("error", "default"):
        raise FashionGraphError(f"'unknown' needs to be 'error' or 'default' (got {unknown!r})")
    if known:
        asked = outfits
        outfits = outfits.with_items(outfits.items.with_vocabulary(known, "default"))
        lacking = asked.category_id[outfits.category_id < 0].unique()
        if lacking.numel() and unknown == "error":
            names = [asked.items.categories[c] if c >= 0 else "no category" for c in lacking[:5]]
            raise FashionGraphError(
                f"'outfits' needs items of categories that the model knows (lacks "
                f"{', '.join(names)}{', …' if lacking.numel() > 5 else ''}); "
                "pass unknown='default' (--unknown default) to go on without"
            )
    return outfits
