"""A linear embedding of items."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.models.node_features import node_features


class ItemEmbedding(torch.nn.Module):
    r"""Embeds the items of a batch, each distinct one once where the batch carries them so.

    .. math::
        \mathbf{h}_i = \mathbf{W} \mathbf{f}_i + \mathbf{b}

    Args:
        in_channels: Size of the features, F.
        hidden_channels: Size of the embedding, H.
        normalize: Scale each item's features to a mean square of 1, so that one recipe serves
            features of any encoder.
    """

    def __init__(self, in_channels: int, hidden_channels: int, normalize: bool) -> None:
        super().__init__()
        self.normalize = normalize
        self.lin = torch.nn.Linear(in_channels, hidden_channels)

    def forward(self, batch: Batch) -> Tensor:
        """Embeddings of the items [N, H]."""
        x, slot = node_features(batch)
        x = x.to(self.lin.weight.dtype)
        x = torch.nn.functional.rms_norm(x, x.shape[-1:]) if self.normalize else x
        h: Tensor = self.lin(x)
        return h if slot is None else h[slot]
