"""What tells the vectors of one model and catalogue from those of others."""

from __future__ import annotations

import hashlib
import json
from operator import methodcaller

import pandas as pd
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.evaluation.encode_items import Embed

_SAMPLE = 256  # rows of features that tell one encoder's from another's


def embedding_key(model: torch.nn.Module | Embed, items: ItemTable) -> str:
    """A digest of what vectors or states depend on; of the features some rows, as a sample.

    Args:
        model: What embeds: a module by its settings and tensors, and by what its graph remembers
            of items. Of any other function nothing can be told.
        items: The items that are embedded.
    """
    config = getattr(model, "config", {})
    text = json.dumps(config, sort_keys=True, default=methodcaller("item"))
    digest = hashlib.sha256(text.encode())
    tensors = model.state_dict() if isinstance(model, torch.nn.Module) else {}
    graph = getattr(model, "graph", None)
    if graph is not None:
        memory = {name: value for name, value in graph.to_dict().items() if "item" in name}
        tensors = {**tensors, **memory}
    for name, value in sorted(tensors.items()):
        digest.update(name.encode())
        # As bytes, since NumPy does not know all types.
        value = value.detach().cpu().contiguous().flatten()
        digest.update(value.view(torch.uint8).numpy().tobytes() if value.numel() else b"")
    digest.update(
        pd.util.hash_pandas_object(items.ids.to_series(), index=False).to_numpy().tobytes()
    )
    digest.update(items.category_id.numpy().tobytes())
    digest.update(json.dumps(items.categories).encode())
    if items.features is not None:
        rows = torch.linspace(0, max(len(items) - 1, 0), min(len(items), _SAMPLE)).long()
        digest.update(items.features[rows].numpy().tobytes())
    return digest.hexdigest()
