"""ADD-GNN: attribute-wise compatibility over the graph of an outfit."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Batch
from torch_geometric.nn.resolver import activation_resolver

from fashiongraph.models.addgnn_objective import ADDGNNObjective
from fashiongraph.models.designer_teacher import DesignerTeacher
from fashiongraph.models.node_features import node_features
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.nn import (
    ADDGNNLoss,
    AttributeBilinearScorer,
    AttributeGatedConv,
    AttributeMask,
    CandidateSoftmaxLoss,
)


class ADDGNN(OutfitModel):
    r"""Masks, a gated graph layer per attribute, and a bilinear score per attribute.

    .. math::
        \mathbf{h}^0_{ik} = \sigma(\mathbf{W}_0 (\mathbf{M}^k \odot \mathbf{f}_i) + \mathbf{b}_0)

    then eq. A5 to A8. The defaults are the paper's sizes; its paper-true training is
    ``ADDGNN.paper(...)`` with ``ADDGNNObjective()`` and ``Recipe.paper()``.

    Args:
        in_channels: Size of the features, F.
        hidden_channels: Size of an item's state per attribute, H.
        num_attributes: Number of attributes, K.
        num_steps: Rounds of message passing.
        activation: Activation of masks and hidden states; :obj:`None` for none. The paper writes
            an unnamed :math:`\sigma`.
        use_graph: Pass messages; without, this is the paper's row "without graph".

    Source: Chen, Wu, Shen, Jia, "Learning from designers: fashion compatibility analysis via
    dataset distillation".
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int = 256,
        num_attributes: int = 4,
        num_steps: int = 2,
        activation: str | None = None,
        use_graph: bool = True,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.hidden_channels = hidden_channels
        self.num_attributes = num_attributes
        self.num_steps = num_steps
        self.activation = activation
        self.use_graph = use_graph
        self.mask = AttributeMask(in_channels, num_attributes, activation)
        self.lin = torch.nn.Linear(in_channels, hidden_channels)
        self.act = torch.nn.Identity() if activation is None else activation_resolver(activation)
        self.conv = AttributeGatedConv(hidden_channels, num_steps) if use_graph else None
        self.scorer = AttributeBilinearScorer(hidden_channels, num_attributes)

    def encode(self, x: Tensor) -> Tensor:
        """First states of items (eq. A1 and A4): [U, F] to [U, K, H]."""
        x = x.to(self.lin.weight.dtype)
        if self.activation is None:
            # Without an activation the mask is a factor of W_0: [U, K, F] is never written out.
            weight = self.mask.weight.unsqueeze(1) * self.lin.weight  # [K, H, F]
            h = torch.nn.functional.linear(x, weight.flatten(0, 1))
            h = h.view(-1, self.num_attributes, self.hidden_channels) + self.lin.bias
        else:
            h = self.act(self.lin(self.mask(x)))
        return h

    def states(self, batch: Batch) -> Tensor:
        """States of the items of a batch after message passing [N, K, H]."""
        x, slot = node_features(batch)
        h = self.encode(x)
        h = h if slot is None else h[slot]
        if self.conv is not None:
            h = self.conv(h, batch.edge_index, batch.edge_weight)
        return h

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        score: Tensor = self.scorer(self.states(batch), batch.batch, batch.num_graphs)
        return score

    def objective(self, teacher: DesignerTeacher | None = None) -> ADDGNNObjective:
        """Eight negatives per blank under a softmax, and a light pointwise term.

        Args:
            teacher: A trained teacher to distil from.
        """
        loss = ADDGNNLoss(0.0, 1e-3, 0.0, ranking=CandidateSoftmaxLoss())
        return ADDGNNObjective(loss, num_negatives=8, teacher=teacher)
