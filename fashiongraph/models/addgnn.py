"""ADD-GNN: attribute-wise compatibility over the graph of an outfit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import Batch
from torch_geometric.nn.resolver import activation_resolver

from fashiongraph.loader.outfit_batch import ItemInputs
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.nn import (
    AttributeBilinearScorer,
    AttributeGatedConv,
    AttributeMask,
    MaskedLinear,
)
from fashiongraph.nn.conv.gated_update import ItemProjections


class ADDGNN(OutfitModel):
    r"""Attribute masks, a gated graph convolution and a bilinear score per attribute.

    .. math::
        \mathbf{h}^0_{ik} &= \sigma\big(\mathbf{W}_0\, \sigma(\mathbf{M}^k \odot \mathbf{f}_i)
        + \mathbf{b}_0\big) && \text{(A1, A4)}

        \mathbf{h}_{ik} &= \mathrm{AttributeGatedConv}(\mathbf{h}^0, A)_{ik}
        && \text{(A5, A6)}

        y &= \frac{1}{n (n - 1)} \sum_{i \neq j} \sum_k
        \mathbf{h}_{ik}^\top \mathbf{W}_k \mathbf{h}_{jk} && \text{(A7, A8)}

    The default sizes are the published ones; :meth:`paper` is the published model, with logistic
    activations on raw features. The default differs in two points, because logistic activations
    saturate: it has no activation, and it scales features.

    Args:
        in_channels: Size of the features, F.
        hidden_channels: Size of an item's state per attribute, H.
        num_attributes: Number of attributes, K.
        num_steps: Rounds of message passing; 0 for the published ablation "without graph".
        activation: Activation :math:`\sigma` of masks and states, or :obj:`None`.
        normalize: Scale each item's features to a mean square of 1.

    Source: Chen, Wu, Shen, Jia, "Learning from designers: fashion compatibility analysis via
    dataset distillation" (ICIP 2022), eq. 1 to 8.

    Example:
        >>> from fashiongraph.models import ADDGNN
        >>> ADDGNN(in_channels=512, hidden_channels=64, num_steps=1).config["num_attributes"]
        4
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int = 256,
        num_attributes: int = 4,
        num_steps: int = 2,
        activation: str | None = None,
        normalize: bool = True,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.hidden_channels = hidden_channels
        self.num_attributes = num_attributes
        self.num_steps = num_steps
        self.activation = activation
        self.normalize = normalize
        self.encoder = MaskedLinear(in_channels, hidden_channels, num_attributes, activation)
        self.act = torch.nn.Identity() if activation is None else activation_resolver(activation)
        self.conv = AttributeGatedConv(hidden_channels, num_steps) if num_steps else None
        self.scorer = AttributeBilinearScorer(hidden_channels, num_attributes)

    @classmethod
    def paper(cls, in_channels: int, **config: Any) -> ADDGNN:
        """The published model: logistic activations on raw features, 256 channels, 2 steps."""
        return cls(in_channels, **{"activation": "sigmoid", "normalize": False, **config})

    @property
    def mask(self) -> AttributeMask:
        """The attribute masks, which distillation compares with a teacher's."""
        return self.encoder.mask

    def scale(self, x: Tensor) -> Tensor:
        """Features in the type and scale that the masks read [U, F]."""
        x = x.to(self.encoder.lin.weight.dtype)
        return torch.nn.functional.rms_norm(x, x.shape[-1:]) if self.normalize else x

    def masked(self, x: Tensor) -> Tensor:
        """Masked features (A1), which distillation compares: [U, F] to [U, K, F]."""
        masked: Tensor = self.encoder.mask(self.scale(x))
        return masked

    def encode_items(self, items: ItemInputs) -> dict[str, Tensor]:
        """First states of items (A1 and A4), ``state`` [U, K, H]."""
        return {"state": self.act(self.encoder(self.scale(items.x)))}

    def cache_items(self, items: ItemInputs) -> dict[str, Tensor]:
        """First states, and their projections by the weights of the first round."""
        states = self.encode_items(items)
        if self.conv is None:
            return states
        return {**states, **self.conv.project_items(states["state"])._asdict()}

    def node_states(self, batch: Batch) -> Tensor:
        """States of the items of a batch after message passing [N, K, H]."""
        items = self.item_states(batch)  # A1, A4: each distinct item once
        if self.conv is None:
            return items.nodes("state")
        projections = None
        if "gates" in items.values:  # cached
            projections = ItemProjections(items["gates"], items["candidate"], items["recurrent"])
        h: Tensor = self.conv(  # A5, A6
            items["state"], batch.edge_index, batch.edge_weight, items.index, projections
        )
        return h

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        h = self.node_states(batch)  # A1, A4 to A6
        score: Tensor = self.scorer(h, batch.batch, batch.num_graphs)  # A7, A8
        return score

    def item_scores(self, batch: Batch) -> Tensor:
        """How each item fits the rest of its outfit [N]; the mean over an outfit is its score."""
        return self.scorer.item_scores(self.node_states(batch), batch.batch, batch.num_graphs)

    def pair_scores(self, batch: Batch) -> Tensor:
        r"""Score of each edge :math:`j \to i` [E], :math:`\sum_k h_{ik}^\top W_k h_{jk}` (A7)."""
        h = self.node_states(batch)
        sender, receiver = batch.edge_index
        return self.scorer.bilinear(h[receiver], h[sender]).sum(dim=-1)

    def embed(self, states: Mapping[str, Tensor]) -> Tensor:
        """First states of all attributes side by side [U, K·H]."""
        return states["state"].flatten(1)

    def completion_query(self, embedding: Tensor) -> tuple[Tensor, Tensor]:
        """The score without message passing; see :meth:`AttributeBilinearScorer.query`."""
        query, constant = self.scorer.query(embedding.unflatten(1, (self.num_attributes, -1)))
        return query.flatten(), constant

    @property
    def has_exact_query(self) -> bool:
        """True without message passing."""
        return self.conv is None
