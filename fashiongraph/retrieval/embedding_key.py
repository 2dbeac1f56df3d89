"""Digest that identifies the item vectors of a model and a catalogue."""

from __future__ import annotations

import hashlib
import json
from operator import methodcaller

import pandas as pd
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.evaluation.encode_items import Embed

_SAMPLE_SIZE = 256  # rows of features in the digest


def embedding_key(model: torch.nn.Module | Embed, items: ItemTable) -> str:
    """Digest of everything that item vectors depend on, with a sample of the features.

    Args:
        model: The model: its configuration, its tensors and the item co-occurrence of its graph
            enter the digest. A plain function contributes nothing.
        items: The items.

    Returns:
        A hexadecimal SHA-256 digest.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.models import Siamese
        >>> items = SyntheticOutfits.attributes_only(num_outfits=60, seed=0).items
        >>> one, other = Siamese(items.num_features), Siamese(items.num_features)
        >>> embedding_key(one, items) == embedding_key(other, items)
        False
    """
    config = getattr(model, "config", {})
    text = json.dumps(config, sort_keys=True, default=methodcaller("item"))
    digest = hashlib.sha256(text.encode())
    tensors = model.state_dict() if isinstance(model, torch.nn.Module) else {}
    graph = getattr(model, "graph", None)
    if graph is not None:
        cooccurrence = {name: value for name, value in graph.to_dict().items() if "item" in name}
        tensors = {**tensors, **cooccurrence}
    for name, value in sorted(tensors.items()):
        digest.update(name.encode())
        # As bytes, because NumPy does not have all dtypes.
        value = value.detach().cpu().contiguous().flatten()
        digest.update(value.view(torch.uint8).numpy().tobytes() if value.numel() else b"")
    digest.update(
        pd.util.hash_pandas_object(items.ids.to_series(), index=False).to_numpy().tobytes()
    )
    digest.update(items.category_id.numpy().tobytes())
    digest.update(json.dumps(items.categories).encode())
    if items.features is not None:
        rows = torch.linspace(0, max(len(items) - 1, 0), min(len(items), _SAMPLE_SIZE)).long()
        digest.update(items.features[rows].numpy().tobytes())
    return digest.hexdigest()
