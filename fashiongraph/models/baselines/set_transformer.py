"""A transformer over the set of an outfit's items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import Batch
from torch_geometric.utils import to_dense_batch

from fashiongraph.loader.outfit_batch import ItemInputs
from fashiongraph.models.item_embedding import ItemEmbedding
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.nn.functional import at_least_float32, l2_normalize


class SetTransformer(OutfitModel):
    r"""An outfit token attends to the items, and a small network turns it into a score.

    .. math::
        y = \mathrm{MLP}\big(\mathrm{encoder}(\mathbf{t}, \mathbf{W} \mathbf{f}_1 + \mathbf{b},
        \dots, \mathbf{W} \mathbf{f}_n + \mathbf{b})_{\mathbf{t}}\big)

    Nothing encodes positions, so the order of items does not matter. An outfit of one item scores
    0: training never sees one.

    Args:
        in_channels: Size of the features, F.
        hidden_channels: Width of the encoder, divisible by ``num_heads``.
        num_layers: Layers of the encoder.
        num_heads: Heads of attention.
        feedforward_channels: Hidden width of each layer's feed-forward part.
        dropout: Share of activations dropped in training. With few outfits to train on, and scores
            that are compared within a batch, it does more harm than good.
        norm_first: Normalise before attention and feed-forward part rather than after, which
            trains without a long warm-up.
        normalize: Scale each item's features to a mean square of 1.

    Source: Sarkar et al., "OutfitTransformer: learning outfit representations for fashion
    recommendation" (WACV 2023), its compatibility task.
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int = 64,
        num_layers: int = 2,
        num_heads: int = 4,
        feedforward_channels: int = 128,
        dropout: float = 0.0,
        norm_first: bool = True,
        normalize: bool = True,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.hidden_channels = hidden_channels
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.feedforward_channels = feedforward_channels
        self.dropout = dropout
        self.norm_first = norm_first
        self.normalize = normalize
        self.embedding = ItemEmbedding(in_channels, hidden_channels, normalize)
        self.token = torch.nn.Parameter(0.02 * torch.randn(hidden_channels))
        layer = torch.nn.TransformerEncoderLayer(
            hidden_channels,
            num_heads,
            feedforward_channels,
            dropout,
            batch_first=True,
            norm_first=norm_first,
        )
        last = torch.nn.LayerNorm(hidden_channels) if norm_first else None
        self.encoder = torch.nn.TransformerEncoder(
            layer, num_layers, last, enable_nested_tensor=False
        )
        self.hidden = torch.nn.Linear(hidden_channels, hidden_channels)
        self.out = torch.nn.Linear(hidden_channels, 1)

    @classmethod
    def paper(cls, in_channels: int, **config: Any) -> SetTransformer:
        """The published size: 6 layers of 16 heads, 128 wide, over raw features.

        The publication states neither the feed-forward width, which is that of a public
        re-implementation, nor the dropout, which is that of the transformer it builds on.
        """
        published = {
            "hidden_channels": 128,
            "num_layers": 6,
            "num_heads": 16,
            "feedforward_channels": 2024,
            "dropout": 0.1,
            "norm_first": False,
            "normalize": False,
        }
        return cls(in_channels, **{**published, **config})

    def encode_items(self, items: ItemInputs) -> dict[str, Tensor]:
        """Embeddings of items, ``state`` [U, H]."""
        return {"state": self.embedding(items.x)}

    def embed(self, states: Mapping[str, Tensor]) -> Tensor:
        """Embeddings before the transformer, scaled to length 1, for shortlists [U, H]."""
        return l2_normalize(at_least_float32(states["state"]))

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        h = self.item_states(batch).nodes("state")
        size = batch.ptr.diff()
        if not len(size):
            return h.new_zeros(0)
        dense, held = to_dense_batch(h, batch.batch, 0, int(size.max()), len(size))
        token = self.token.to(dense.dtype).expand(len(size), 1, -1)
        padding = torch.nn.functional.pad(~held, (1, 0), value=False)
        outfit = self.encoder(torch.cat([token, dense], 1), src_key_padding_mask=padding)[:, 0]
        hidden = at_least_float32(torch.relu(self.hidden(outfit)))
        # Not self.out(hidden): in bfloat16 its scores would tie, while this adds up in float32.
        score: Tensor = (hidden * self.out.weight).sum(dim=-1) + self.out.bias
        return torch.where(size > 1, score, 0.0)
