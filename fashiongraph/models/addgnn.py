"""ADD-GNN: attribute-wise compatibility over the graph of an outfit."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import Batch
from torch_geometric.nn.resolver import activation_resolver
from torch_geometric.utils import scatter

from fashiongraph.errors import FashionGraphError
from fashiongraph.models.addgnn_objective import ADDGNNObjective
from fashiongraph.models.counted_parts import CountedParts
from fashiongraph.models.designer_teacher import DesignerTeacher
from fashiongraph.models.incoming import incoming
from fashiongraph.models.node_features import node_context, node_features
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.nn import (
    ADDGNNLoss,
    AttributeBilinearScorer,
    AttributeGatedConv,
    AttributeMask,
    CandidateSoftmaxLoss,
    MaskedLinear,
    SoftMinimum,
    unit,
)
from fashiongraph.nn.conv.first_products import FirstProducts

_COSINE_SCALE = 10.0
_SPARSE = 6  # what an edge costs more where messages are transformed before they are summed


class ADDGNN(OutfitModel):
    r"""Masks, a gated graph layer per attribute, and a bilinear score per attribute.

    .. math::
        \mathbf{h}^0_{ik} = \sigma(\mathbf{W}_0 (\mathbf{M}^k \odot \mathbf{f}_i) + \mathbf{b}_0)

    then eq. A5 to A8. The sizes are the paper's. The paper to the letter is
    :meth:`ADDGNN.paper` trained with ``ADDGNNObjective()`` and ``Recipe.paper()``.

    Args:
        in_channels: Size of the features, F.
        hidden_channels: Size of an item's state per attribute, H.
        num_attributes: Number of attributes, K.
        num_steps: Rounds of message passing.
        activation: Activation of masks and hidden states; :obj:`None` for none. The paper writes
            an unnamed :math:`\sigma`.
        use_graph: Pass messages; without, this is the paper's row "without graph".
        normalize: Scale each item's features to a mean square of 1, so that one recipe serves
            features of any encoder. The paper does not say that it does.
        use_context: Let an item's first state also hold what the item was worn with in training,
            masked and projected like its features: batches need a graph made by
            :func:`~fashiongraph.data.remember_items`. Not in the paper.
        context_dropout: In training, the share of items whose context is hidden. An outfit is
            always new to what it is learned from, so its items look rarer than they will later.
        use_lift: Add how much more often the outfit's categories meet than chance would have them
            (:func:`~fashiongraph.models.category_lift.category_lift`), with a learned factor. Not
            in the paper.
        unit_states: Scale an item's state per attribute to length 1 before items are compared, so
            that with :math:`W_k` near the identity an attribute's score is a cosine. Not in the
            paper.
        soft_minimum: Score an outfit by the :class:`~fashiongraph.nn.SoftMinimum` of how each item
            goes with the rest, instead of by the mean. Not in the paper.
        use_pairs: Add to what two items score together how much more often they were worn together
            in training than chance would have had it (:class:`~fashiongraph.nn.CountLift`):
            batches need a graph made by :func:`~fashiongraph.data.remember_items`. Not in the
            paper.

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
        normalize: bool = True,
        use_context: bool = False,
        context_dropout: float = 0.0,
        use_lift: bool = False,
        unit_states: bool = False,
        soft_minimum: bool = False,
        use_pairs: bool = False,
    ) -> None:
        super().__init__()
        if not 0 <= context_dropout <= 1:
            raise FashionGraphError(
                f"'context_dropout' needs to lie in [0, 1] (got {context_dropout})"
            )
        self.in_channels = in_channels
        self.hidden_channels = hidden_channels
        self.num_attributes = num_attributes
        self.num_steps = num_steps
        self.activation = activation
        self.use_graph = use_graph
        self.normalize = normalize
        self.use_context = use_context
        self.context_dropout = context_dropout
        self.use_lift = use_lift
        self.unit_states = unit_states
        self.soft_minimum = soft_minimum
        self.use_pairs = use_pairs
        sizes = (in_channels, hidden_channels, num_attributes, activation)
        self.encoder = MaskedLinear(*sizes)
        self.act = torch.nn.Identity() if activation is None else activation_resolver(activation)
        self.conv = AttributeGatedConv(hidden_channels, num_steps) if use_graph else None
        self.scorer = AttributeBilinearScorer(hidden_channels, num_attributes)
        if unit_states:
            # Cosines lie in [-1, 1]: without a scale a softmax over scores could never be certain.
            with torch.no_grad():
                self.scorer.weight.mul_(_COSINE_SCALE * hidden_channels / num_attributes)
        self.counted = CountedParts(use_lift, use_pairs)
        self.pool = SoftMinimum() if soft_minimum else None
        self.context_encoder = MaskedLinear(*sizes, bias=False) if use_context else None

    @classmethod
    def paper(cls, in_channels: int, use_graph: bool = True) -> ADDGNN:
        """The published model: logistic activations, raw features, and its sizes."""
        return cls(in_channels, 256, 4, 2, "sigmoid", use_graph, normalize=False)

    @classmethod
    def best(cls, in_channels: int, **settings: Any) -> ADDGNN:
        """The library's own preset: all that it adds to the paper, in a small size.

        It needs batches of a graph made by :func:`~fashiongraph.data.remember_items`.

        Args:
            in_channels: Size of the features.
            **settings: Other arguments, in place of the preset's.
        """
        preset: dict[str, Any] = {
            "hidden_channels": 64,
            "num_steps": 1,
            "use_context": True,
            "use_lift": True,
            "unit_states": True,
            "soft_minimum": True,
            "use_pairs": True,
        }
        return cls(in_channels, **(preset | settings))

    @property
    def mask(self) -> AttributeMask:
        """The masks of the features, which a teacher's are compared with."""
        return self.encoder.mask

    def prepared(self, x: Tensor) -> Tensor:
        """Features as the masks read them [U, F]."""
        x = x.to(self.encoder.lin.weight.dtype)
        return torch.nn.functional.rms_norm(x, x.shape[-1:]) if self.normalize else x

    def masked(self, x: Tensor) -> Tensor:
        """Masked features (eq. A1), which distillation compares: [U, F] to [U, K, F]."""
        masked: Tensor = self.encoder.mask(self.prepared(x))
        return masked

    def encode(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        """First states of items (eq. A1 and A4): [U, F] to [U, K, H].

        Args:
            x: Features [U, F].
            context: Mean features of what the items were worn with [U, F], for a model that
                reads them.

        Raises:
            FashionGraphError: If the model reads a context and there is none, or the reverse.
        """
        if (context is None) == self.use_context:
            raise FashionGraphError(
                f"'context' needs to be there if and only if 'use_context' (got {self.use_context})"
            )
        h = self.encoder(self.prepared(x))
        if context is not None and self.context_encoder is not None:
            h = h + self.context_encoder(self.prepared(context))
        state: Tensor = self.act(h)
        return state

    def precomputed(self, batch: Batch) -> dict[str, Tensor]:
        """First states of a batch's distinct items, and their products of the first round."""
        h = self.encode(node_features(batch)[0], self._context(batch))
        if self.conv is None:
            return {"item_state": h}
        products = self.conv.first_products(h)._asdict()
        return {"item_state": h} | {f"item_{name}": value for name, value in products.items()}

    def _context(self, batch: Batch) -> Tensor | None:
        """What the distinct items were worn with, for a model that reads it [U, F]."""
        context = node_context(batch) if self.use_context else None
        if context is not None and self.training and self.context_dropout:
            hidden = torch.rand(len(context), 1, device=context.device) < self.context_dropout
            context = context.masked_fill(hidden, 0.0)
        return context

    def states(self, batch: Batch) -> Tensor:
        """States of the items of a batch after message passing [N, K, H]."""
        if "item_state" in batch:  # precomputed
            h, slot = batch.item_state, batch.item_slot
            products = None
            if self.conv is not None:
                products = FirstProducts(batch.item_gates, batch.item_candidate, batch.item_own)
        else:
            x, slot = node_features(batch)
            h, products = self.encode(x, self._context(batch)), None
        if slot is not None and products is None:
            saved = self.hidden_channels * (len(slot) - len(h))
            if self.conv is None or saved <= _SPARSE * batch.edge_index.size(1):
                h, slot = h.index_select(0, slot), None
        if self.conv is not None:
            if self.conv.explain or torch.compiler.is_compiling():  # both need every single edge
                h = self.conv(h, batch.edge_index, batch.edge_weight, slot, products)
            else:
                h = self.conv(h, incoming(batch), None, slot, products)
        return self.compared(h)

    def compared(self, h: Tensor) -> Tensor:
        """The states that items are compared by [N, K, H], of those that message passing gave."""
        return unit(h) if self.unit_states else h

    def item_scores(self, batch: Batch) -> Tensor:
        """How each item goes with the rest of its outfit [N]; the mean is eq. A8's score."""
        score: Tensor = self.scorer.item_scores(self.states(batch), batch.batch, batch.num_graphs)
        return self.counted.by_item(score, batch, self.graph)

    def mean_score(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch by eq. A8, with what counts of training add to it."""
        score = self.scorer(self.states(batch), batch.batch, batch.num_graphs)
        total: Tensor = self.counted(score, batch, self.graph)
        return total

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        return self.mean_score(batch) if self.pool is None else self.both_scores(batch)[1]

    def both_scores(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """What a model with ``soft_minimum`` compares candidates and outfits by, each [B]."""
        assert self.pool is not None
        items, size = self.item_scores(batch), batch.num_graphs
        mean: Tensor = scatter(items, batch.batch, dim_size=size, reduce="mean")
        return mean, self.pool(items, batch.batch, size)

    def score_candidates(self, batch: Batch, position: Tensor, num_candidates: int) -> Tensor:
        """Score the candidates for Q blanks by eq. A8 [Q, A]."""
        return self.mean_score(batch).view(-1, num_candidates)

    def objective(self, teacher: DesignerTeacher | None = None) -> ADDGNNObjective:
        """Eight negatives per blank under a softmax, and a light pointwise term.

        Args:
            teacher: A trained teacher to distil from.
        """
        loss = ADDGNNLoss(0.0, 1e-3, 0.0, ranking=CandidateSoftmaxLoss())
        return ADDGNNObjective(loss, num_negatives=8, teacher=teacher)

    def paper_objective(self, teacher: DesignerTeacher | None = None) -> ADDGNNObjective:
        """The published loss on one negative (eq. A12).

        Args:
            teacher: A trained teacher to distil from.
        """
        return ADDGNNObjective(teacher=teacher)
