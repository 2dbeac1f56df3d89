"""Export of a trained model with ``torch.export``."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch.export import Dim, ExportedProgram

from fashiongraph.errors import FashionGraphError
from fashiongraph.export.fixed_size_model import FixedSizeModel, FixedSizeScorer
from fashiongraph.models import OutfitModel
from fashiongraph.nn import AttributeBilinearScorer


def fixed_size_program(
    model: OutfitModel | AttributeBilinearScorer, num_items: int
) -> ExportedProgram:
    """Export a model, or a scorer alone, for outfits of a fixed number of items.

    ADD-GNN, ADD-GNN+, siamese and collocation models and ensembles of them can be exported; NGNN,
    Bi-LSTM, type-aware and set-transformer models have sizes that depend on data. Any number of
    outfits may be scored at once. The inputs are those of
    :class:`~fashiongraph.export.FixedSizeModel` or :class:`~fashiongraph.export.FixedSizeScorer`,
    and are given by name. Weights are copied: training the model further leaves the program as it
    is.

    Args:
        model: The trained model, or a scorer.
        num_items: Number of items of each outfit, n.

    Returns:
        The program, which ``torch.export.save`` writes and ``program.module()`` runs with torch
        alone.

    Raises:
        FashionGraphError: If torch.export cannot trace the model, and as
            :class:`~fashiongraph.export.FixedSizeModel`.
    """
    fixed: FixedSizeModel | FixedSizeScorer
    if isinstance(model, AttributeBilinearScorer):
        fixed = FixedSizeScorer(model, num_items)
    else:
        fixed = FixedSizeModel(model, num_items)
    fixed = deepcopy(fixed).cpu().eval().requires_grad_(False)
    example = fixed.example()
    batch = Dim("batch", min=1)
    try:
        return torch.export.export(
            fixed,
            args=(),
            kwargs=example,
            dynamic_shapes={name: {0: batch} for name in example},
            strict=False,
        )
    # What torch cannot trace, such as sizes that depend on data, it reports in many types.
    except (RuntimeError, ValueError, TypeError) as error:
        if isinstance(error, FashionGraphError):
            raise
        reason = str(error).strip().splitlines()[0]
        raise FashionGraphError(
            f"'model' cannot be exported: {type(model).__name__} has operations that torch.export "
            f"cannot trace ({reason})"
        ) from error
