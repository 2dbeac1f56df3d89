"""Stores of item vectors by their place."""

from __future__ import annotations

from pathlib import Path

from fashiongraph.data.item_table import ItemTable
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.retrieval.catalogue import Catalogue
from fashiongraph.retrieval.local_catalogue import LocalCatalogue
from fashiongraph.retrieval.milvus_catalogue import MilvusCatalogue
from fashiongraph.retrieval.milvus_connection import is_milvus


def open_catalogue(place: str | Path, model: OutfitModel, items: ItemTable) -> Catalogue:
    """Open stored item vectors.

    Args:
        place: Folder of a :class:`LocalCatalogue`, or of a :class:`MilvusCatalogue` the file
            ``….db`` or the URL.
        model: The model that encoded them.
        items: The items that were encoded.

    Raises:
        DataError: If nothing is there, or it has the vectors of another model or of other items.
        FashionGraphError: If Milvus cannot be reached.

    Example:
        >>> import tempfile
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.models import Siamese
        >>> items = SyntheticOutfits.attributes_only(num_outfits=60, seed=0).items
        >>> model = Siamese(items.num_features)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     built = LocalCatalogue.build(model, items, f"{folder}/states")
        ...     len(open_catalogue(f"{folder}/states", model, items))
        100
    """
    if is_milvus(place):
        return MilvusCatalogue.load(str(place), model, items)
    return LocalCatalogue.load(place, model, items)
