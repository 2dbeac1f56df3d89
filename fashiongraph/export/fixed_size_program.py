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
    """Export a model or a scorer with ``torch.export``, for outfits of a fixed number of items.

    ADD-GNN, ADD-GNN+, siamese and collocation models and ensembles of them can be exported; NGNN,
    Bi-LSTM, type-aware and set-transformer models have sizes that depend on data. The number of
    outfits is dynamic. The inputs are those of :class:`~fashiongraph.export.FixedSizeModel` or
    :class:`~fashiongraph.export.FixedSizeScorer`, as keyword arguments. The program has a copy of
    the weights, so further training of the model does not change it.

    Args:
        model: The trained model, or a scorer.
        num_items: Number of items of each outfit, n.

    Returns:
        The program; ``torch.export.save`` writes it, and ``program.module()`` runs with torch only.

    Raises:
        FashionGraphError: If torch.export cannot trace the model, and as
            :class:`~fashiongraph.export.FixedSizeModel`.

    Example:
        >>> from fashiongraph.models import Siamese
        >>> program = fixed_size_program(Siamese(in_channels=8), num_items=3)
        >>> category_id = torch.zeros(5, 3, dtype=torch.long)
        >>> program.module()(features=torch.randn(5, 3, 8), category_id=category_id).shape
        torch.Size([5])
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
    # torch reports operations that it cannot trace by exceptions of many types.
    except (RuntimeError, ValueError, TypeError) as error:
        if isinstance(error, FashionGraphError):
            raise
        reason = str(error).strip().splitlines()[0]
        raise FashionGraphError(
            f"'model' cannot be exported: {type(model).__name__} has operations that torch.export "
            f"cannot trace ({reason})"
        ) from error
