"""The model that a command embeds items with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fashiongraph.errors import FashionGraphError

if TYPE_CHECKING:
    from fashiongraph.evaluation.embed_items import Embed, Embedder
    from fashiongraph.models import ADDGNN


def opened(checkpoint: Path | None) -> ADDGNN | Embedder | Embed:
    """A trained model, or where none is named the identity, whose vectors are the features.

    Raises:
        DataError: If no model lies there.
        FashionGraphError: If it has neither vectors nor states to search by.
    """
    from torch.nn import Identity

    from fashiongraph.evaluation.embed_items import Embedder
    from fashiongraph.models import ADDGNN, OutfitModel

    if checkpoint is None:
        return Identity()
    model = OutfitModel.load(checkpoint)
    if isinstance(model, ADDGNN | Embedder):
        return model
    raise FashionGraphError(
        f"'--checkpoint' needs a model that embeds items, or an ADDGNN (got {type(model).__name__})"
    )
