"""Set transformer over the items of an outfit (OutfitTransformer)."""

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
    r"""Transformer over an outfit token and the items, with an MLP on the outfit token.

    .. math::
        y = \mathrm{MLP}\bigl(\mathrm{encoder}(\mathbf{t}, \mathbf{W} \mathbf{f}_1 + \mathbf{b},
        \ldots, \mathbf{W} \mathbf{f}_n + \mathbf{b})_{\mathbf{t}}\bigr)

    There is no positional encoding, so the score does not depend on the order of the items. An
    outfit of one item scores 0, because training has none.

    Args:
        in_channels: Size of the features, F.
        hidden_channels: Width of the encoder, divisible by ``num_heads``.
        num_layers: Number of encoder layers.
        num_heads: Number of attention heads.
        feedforward_channels: Hidden width of the feed-forward network of each layer.
        dropout: Dropout probability. With few training outfits, dropout lowers the accuracy.
        norm_first: Normalise before attention and feed-forward network rather than after, which
            does not need a long warm-up.
        normalize: Scale the features of each item to a mean square of 1.

    Shapes:
        - **input:** a batch of B outfits with N items
        - **output:** scores :math:`(B)`

    Source: Sarkar et al., `"OutfitTransformer: learning outfit representations for fashion
    recommendation" <https://arxiv.org/abs/2204.04812>`_ (WACV 2023), its compatibility task.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.loader import OutfitBatcher
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> model = SetTransformer(in_channels=98, num_layers=1)
        >>> model(OutfitBatcher(outfits.items)(outfits)).shape
        torch.Size([60])
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
        """Build the published model: 6 layers of 16 heads, 128 channels, on raw features.

        The publication does not state the feed-forward width and the dropout. The width is that of
        a public re-implementation, the dropout that of the original transformer.
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
        """Item embeddings, ``state`` [U, H]."""
        return {"state": self.embedding(items.x)}

    def embed(self, states: Mapping[str, Tensor]) -> Tensor:
        """Item embeddings before the transformer, scaled to length 1, for shortlists [U, H]."""
        return l2_normalize(at_least_float32(states["state"]))

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        h = self.item_states(batch).nodes("state")
        size = batch.ptr.diff()
        if not len(size):
            return h.new_zeros(0)
        dense, filled = to_dense_batch(h, batch.batch, 0, int(size.max()), len(size))
        token = self.token.to(dense.dtype).expand(len(size), 1, -1)
        padding = torch.nn.functional.pad(~filled, (1, 0), value=False)
        outfit = self.encoder(torch.cat([token, dense], 1), src_key_padding_mask=padding)[:, 0]
        hidden = at_least_float32(torch.relu(self.hidden(outfit)))
        # Not self.out(hidden), whose scores would tie in bfloat16; this sums in float32.
        score: Tensor = (hidden * self.out.weight).sum(dim=-1) + self.out.bias
        return torch.where(size > 1, score, 0.0)
