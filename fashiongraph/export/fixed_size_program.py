"""A trained model as a program of ``torch.export``."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch.export import Dim, ExportedProgram

from fashiongraph.export.fixed_size_model import FixedSizeModel, FixedSizeScorer
from fashiongraph.models import OutfitModel
from fashiongraph.nn import AttributeBilinearScorer


def fixed_size_program(
    model: OutfitModel | AttributeBilinearScorer, num_items: int
) -> ExportedProgram:
    """Export a model, or a scorer alone, for outfits of a fixed number of items.

    Any number of outfits may be scored at once. The inputs are those of
    :class:`~fashiongraph.export.FixedSizeModel` or :class:`~fashiongraph.export.FixedSizeScorer`,
    and are given by name. Weights are copied: training the model further leaves the program as it
    is.

    Args:
        model: The trained model, or a scorer.
        num_items: Number of items of each outfit, n.

    Returns:
        The program, which ``torch.export.save`` writes and which runs as ``program.module()``
        wherever torch is, without this library.

    Raises:
        FashionGraphError: If the model is of another kind or cannot be written as a program of
            fixed size; see there.
    """
    fixed: FixedSizeModel | FixedSizeScorer
    if isinstance(model, AttributeBilinearScorer):
        fixed = FixedSizeScorer(model, num_items)
    else:
        fixed = FixedSizeModel(model, num_items)
    fixed = deepcopy(fixed).cpu().eval().requires_grad_(False)
    example = fixed.example()
    batch = Dim("batch", min=1)
    return torch.export.export(
        fixed,
        args=(),
        kwargs=example,
        dynamic_shapes={name: {0: batch} for name in example},
        strict=False,
    )
