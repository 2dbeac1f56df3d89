"""Bi-LSTM: bidirectional next-item prediction on the sequence of an outfit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch_geometric.data import Batch
from torch_geometric.utils import scatter

from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_batch import ItemInputs
from fashiongraph.models.item_embedding import ItemEmbedding
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.nn.functional import at_least_float32, l2_normalize
from fashiongraph.nn.ragged_lstm import RaggedLSTM

_MAX_LOGITS = 2**24  # in memory at a time, which bounds the memory of a large catalogue


class BiLSTM(OutfitModel):
    r"""Bi-LSTM: one LSTM predicts the next item of an outfit, another one the previous item.

    .. math::
        \mathbf{x}_t = \mathbf{W} \mathbf{f}_t, \qquad
        \mathbf{p}_t = \mathbf{V} \, \mathrm{LSTM}(\mathbf{x}_1, \ldots, \mathbf{x}_t) + \mathbf{b},
        \qquad P(\mathbf{x}_{t+1} \mid \mathbf{x}_1, \ldots, \mathbf{x}_t) =
        \frac{e^{\mathbf{p}_t^{\top} \mathbf{x}_{t+1}}}
        {\sum_{\mathbf{x} \in \mathcal{X}} e^{\mathbf{p}_t^{\top} \mathbf{x}}}

    and the same in reverse order. The last target of each direction is END, a vector of zeros. The
    score of an outfit is the mean over t of :math:`\ln P`, summed over both directions.
    :math:`\mathcal{X}` contains END and all items of the evaluation (:meth:`catalogue`), or else
    those of the batch, so the score depends on these items, and on the order of the outfit. For an
    outfit of one item END is the only target.

    Args:
        in_channels: Size of the features, F.
        hidden_channels: Size of the embedding and of both LSTMs, H.
        dropout: Dropout probability of inputs and outputs of the LSTMs; the published 0.3 lowers
            the accuracy on stored features.
        category_order: Names of categories in the order of the items of an outfit; items of other
            categories come last. By default items keep the order of the rows of the outfit.
        normalize: Scale the features of each item to a mean square of 1.

    Shapes:
        - **input:** a batch of B outfits with N items
        - **output:** scores :math:`(B)`

    Source: Han, Wu, Jiang, Davis, `"Learning fashion compatibility with bidirectional LSTMs"
    <https://arxiv.org/abs/1707.05691>`_ (ACM MM 2017), its visual model.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.loader import OutfitBatcher
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> model = BiLSTM(in_channels=98, hidden_channels=16)
        >>> model(OutfitBatcher(outfits.items)(outfits)).shape
        torch.Size([60])
    """

    candidates_interact: ClassVar[bool] = True

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int = 64,
        dropout: float = 0.0,
        category_order: Sequence[str] | None = None,
        normalize: bool = True,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.hidden_channels = hidden_channels
        self.dropout = dropout
        self.category_order = category_order
        self.normalize = normalize
        self.embedding = ItemEmbedding(in_channels, hidden_channels, normalize, bias=False)
        size = (hidden_channels, hidden_channels)
        self.forward_lstm = RaggedLSTM(*size, dropout=dropout)
        self.backward_lstm = RaggedLSTM(*size, reverse=True, dropout=dropout)
        self.forward_head = torch.nn.Linear(*size)
        self.backward_head = torch.nn.Linear(*size)
        self._catalogue: Tensor | None = None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights from ±0.08; biases are 1 for the forget gates as in TensorFlow, else 0."""
        for name, parameter in self.named_parameters():
            if "bias" in name:
                torch.nn.init.zeros_(parameter)
            else:
                torch.nn.init.uniform_(parameter, -0.08, 0.08)
            if name.endswith("bias_ih_l0"):
                torch.nn.init.ones_(parameter.detach().chunk(4)[1])

    @classmethod
    def paper(cls, in_channels: int, **config: Any) -> BiLSTM:
        """Build the model in the published size, on raw features."""
        published = {"hidden_channels": 512, "dropout": 0.3, "normalize": False}
        return cls(in_channels, **{**published, **config})

    def encode_items(self, items: ItemInputs) -> dict[str, Tensor]:
        """Item embeddings, ``state`` [U, H]."""
        return {"state": self.embedding(items.x)}

    def embed(self, states: Mapping[str, Tensor]) -> Tensor:
        """Item embeddings scaled to length 1, for shortlists [U, H]."""
        return l2_normalize(at_least_float32(states["state"]))

    def order(self, batch: Batch) -> Tensor:
        """Order of the rows of a batch as sequences, outfit by outfit [N].

        Raises:
            FashionGraphError: If ``category_order`` is given and the model has no vocabulary.
        """
        if self.category_order is None:
            return torch.arange(batch.num_nodes, device=batch.batch.device)
        if not self.categories:
            raise FashionGraphError("'category_order' needs a model with 'categories'")
        place = {name: i for i, name in enumerate(self.category_order)}
        ranks = [place.get(name, len(place)) for name in self.categories] + [len(place)]
        rank = torch.tensor(ranks, device=batch.batch.device)[batch.category_id]  # -1 is last
        key: Tensor = batch.batch * (len(place) + 1) + rank
        return key.argsort(stable=True)

    def read(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Embeddings of the distinct items [U, H], and of the nodes in :meth:`order` [N, H]."""
        states, order = self.item_states(batch), self.order(batch)
        items = states["state"]
        if "item_states" in batch:  # the cache may have further items
            items = items[batch.item_index.unique()]
        elif states.index is None and "item_id" in batch:
            unique, node = torch.unique(batch.item_id, return_inverse=True)
            first = node.new_empty(len(unique)).scatter_(0, node, torch.arange(len(node)).to(node))
            items = items[first]
        return items, states.nodes("state")[order]

    def predict(self, x: Tensor, ptr: Tensor) -> tuple[tuple[Tensor, Tensor], ...]:
        """Predictions and targets of the forward and the backward direction.

        Args:
            x: Embeddings in the order of :meth:`order` [N, H].
            ptr: Offsets of the outfits [B + 1].

        Returns:
            A pair of predictions and targets for each direction, each [N, H].
        """
        filled = ptr.diff() > 0
        end = x.new_zeros(min(len(x), 1), x.size(1))
        after = torch.cat([x[1:], end]).index_fill(0, ptr[1:][filled] - 1, 0)
        before = torch.cat([end, x[:-1]]).index_fill(0, ptr[:-1][filled], 0)
        return (
            (
                at_least_float32(self.forward_head(self.forward_lstm(x, ptr))),
                at_least_float32(after),
            ),
            (
                at_least_float32(self.backward_head(self.backward_lstm(x, ptr))),
                at_least_float32(before),
            ),
        )

    def forward(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        items, x = self.read(batch)
        others = items if self._catalogue is None else self._catalogue
        log_probability = sum(
            (predicted * target).sum(dim=-1) - _log_total(predicted, others)
            for predicted, target in self.predict(x, batch.ptr)
        )
        score: Tensor = scatter(
            log_probability, batch.batch, dim_size=batch.num_graphs, reduce="mean"
        )
        return score

    def score_candidates(self, batch: Batch, position: Tensor, num_candidates: int) -> Tensor:
        """Log-probability of each candidate of a question, given the other items [Q, A].

        The logarithm of the mean probability of both directions, each under a softmax over the
        candidates. A direction without an item before the blank is left out, and all candidates
        score 0 if both are. With a ``category_order`` the position of a candidate is that of its
        category.
        """
        _, x = self.read(batch)
        blank = self.order(batch).argsort()[
            batch.ptr[:-1] + position.repeat_interleave(num_candidates)
        ]
        (ahead, _), (back, _) = self.predict(x, batch.ptr)
        score = ahead.new_full((len(position), num_candidates), -torch.inf)
        num_directions = torch.zeros_like(score)
        for predicted, neighbour, exists in (
            (ahead, blank - 1, blank > batch.ptr[:-1]),
            (back, blank + 1, blank < batch.ptr[1:] - 1),
        ):
            logit = (predicted[neighbour.clamp(0, max(len(x) - 1, 0))] * x[blank]).sum(dim=-1)
            logit = logit.masked_fill(~exists, -torch.inf).view_as(score)
            exists = exists.view_as(score)
            log_probability = logit.log_softmax(dim=-1).masked_fill(~exists, -torch.inf)
            score = torch.logaddexp(score, log_probability)
            num_directions = num_directions + exists
        return (score - num_directions.log()).masked_fill(num_directions == 0, 0.0)

    @contextmanager
    def catalogue(self, features: Iterable[Tensor]) -> Iterator[None]:
        """Context manager that extends the softmax of the scores to all items of an evaluation."""
        blocks = [at_least_float32(self.embedding(block)) for block in features]
        self._catalogue = torch.cat(blocks) if blocks else None
        try:
            yield
        finally:
            self._catalogue = None


def _log_total(predicted: Tensor, items: Tensor) -> Tensor:
    """Logarithm of the softmax denominator over items and END, whose logit is 0 [N]."""
    blocks = predicted.split(max(1, _MAX_LOGITS // max(len(items), 1)))
    items = at_least_float32(items)
    with torch.autocast(items.device.type, enabled=False):
        total = torch.cat([(rows @ items.t()).logsumexp(dim=-1) for rows in blocks])
    return torch.nn.functional.softplus(total)
