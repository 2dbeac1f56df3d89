"""ADD-GNN: attribute-wise compatibility on the graph of an outfit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import Batch
from torch_geometric.nn.resolver import activation_resolver

from fashiongraph.loader.outfit_batch import ItemInputs
from fashiongraph.models.item_states import ItemStates
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.nn import (
    AttributeBilinearScorer,
    AttributeGatedConv,
    AttributeMask,
    MaskedLinear,
)
from fashiongraph.nn.conv.gated_update import ItemProjections
from fashiongraph.nn.functional import rms_normalize


class ADDGNN(OutfitModel):
    r"""ADD-GNN: attribute masks, gated graph convolution and a bilinear score per attribute.

    .. math::
        \mathbf{h}^0_{ik} &= \sigma\bigl(\mathbf{W}_0\, \sigma(\mathbf{M}^k \odot \mathbf{f}_i)
        + \mathbf{b}_0\bigr) && \text{(A1, A4)}

        \mathbf{h}_{ik} &= \mathrm{AttributeGatedConv}(\mathbf{h}^0, A)_{ik}
        && \text{(A5, A6)}

        y &= \frac{1}{n (n - 1)} \sum_{i \neq j} \sum_k
        \mathbf{h}_{ik}^\top \mathbf{W}_k \mathbf{h}_{jk} && \text{(A7, A8)}

    The default sizes are the published ones. :meth:`paper` builds the published model, with
    logistic activations on raw features. Logistic activations saturate, so the default has no
    activation and scales the features.

    Args:
        in_channels: Size of the features, F.
        hidden_channels: Size of the item embedding per attribute, H.
        num_attributes: Number of attributes, K.
        num_steps: Rounds of message passing; 0 for the published ablation "without graph".
        activation: Activation :math:`\sigma` of masks and item embeddings, or :obj:`None`.
        normalize: Scale the features of each item to a mean square of 1.

    Shapes:
        - **input:** a batch of B outfits with N items
        - **output:** scores :math:`(B)`

    Source: Chen, Wu, Shen, Jia, "Learning from designers: fashion compatibility analysis via
    dataset distillation" (ICIP 2022), eq. 1 to 8.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.loader import OutfitBatcher
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> model = ADDGNN(in_channels=98, hidden_channels=64, num_steps=1)
        >>> model(OutfitBatcher(outfits.items)(outfits)).shape
        torch.Size([60])
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
        """Build the published model: logistic activations, raw features, 256 channels, 2 steps."""
        return cls(in_channels, **{"activation": "sigmoid", "normalize": False, **config})

    @property
    def mask(self) -> AttributeMask:
        """The attribute masks, which distillation compares with those of a teacher."""
        return self.encoder.mask

    def scale(self, x: Tensor) -> Tensor:
        """Features in the dtype and scale of the masks [U, F]."""
        x = x.to(self.encoder.lin.weight.dtype)
        return rms_normalize(x) if self.normalize else x

    def masked(self, x: Tensor) -> Tensor:
        """Masked features (A1), which distillation compares: [U, F] to [U, K, F]."""
        masked: Tensor = self.encoder.mask(self.scale(x))
        return masked

    def encode_items(self, items: ItemInputs) -> dict[str, Tensor]:
        """Initial item embeddings (A1 and A4), ``state`` [U, K, H]."""
        return {"state": self.act(self.encoder(self.scale(items.x)))}

    def cache_items(self, items: ItemInputs) -> dict[str, Tensor]:
        """Initial item embeddings, and their projections for the first round of message passing."""
        encoded = self.encode_items(items)
        if self.conv is None:
            return encoded
        return {**encoded, **self.conv.project_items(encoded["state"])._asdict()}

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        items = self.item_states(batch)  # A1, A4: each distinct item once
        h = self.pass_messages(items, batch)  # A5, A6
        score: Tensor = self.scorer(h, batch.batch, batch.num_graphs)  # A7, A8
        return score

    def pass_messages(self, items: ItemStates, batch: Batch) -> Tensor:
        """Item embeddings of the nodes after message passing [N, K, H]."""
        if self.conv is None:
            return items.nodes("state")
        projections = None
        if "gates" in items.values:  # cached
            projections = ItemProjections(items["gates"], items["candidate"], items["recurrent"])
        h: Tensor = self.conv(
            items["state"], batch.edge_index, batch.edge_weight, items.index, projections
        )
        return h

    def node_states(self, batch: Batch) -> Tensor:
        """Item embeddings of a batch as they are compared [N, K, H]."""
        return self.pass_messages(self.item_states(batch), batch)

    def item_scores(self, batch: Batch) -> Tensor:
        """Compatibility of each item with the rest of its outfit [N]; their mean is the score."""
        return self.scorer.item_scores(self.node_states(batch), batch.batch, batch.num_graphs)

    def pair_scores(self, batch: Batch) -> Tensor:
        r"""Score of each edge :math:`j \to i` [E], the sum of :meth:`pair_terms`."""
        return torch.stack(list(self.pair_terms(batch).values())).sum(dim=0)

    def pair_terms(self, batch: Batch) -> dict[str, Tensor]:
        r"""Score of each edge by attribute, :math:`h_{ik}^\top W_k h_{jk}` (A7) [E] each."""
        h = self.node_states(batch)
        source, target = batch.edge_index
        terms = self.scorer.bilinear(h[target], h[source]).unbind(dim=-1)
        return {f"attribute {k}": term for k, term in enumerate(terms, start=1)}

    def embed(self, states: Mapping[str, Tensor]) -> Tensor:
        """Concatenated initial embeddings of all attributes [U, K·H]."""
        return states["state"].flatten(1)

    def completion_query(self, embedding: Tensor) -> tuple[Tensor, Tensor]:
        """Query of the score without message passing; see :meth:`AttributeBilinearScorer.query`."""
        query, constant = self.scorer.query(embedding.unflatten(1, (self.num_attributes, -1)))
        return query.flatten(), constant

    @property
    def has_exact_query(self) -> bool:
        """True if the model has no message passing."""
        return self.conv is None
