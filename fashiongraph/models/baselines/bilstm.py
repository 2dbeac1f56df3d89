"""Bi-LSTM: an outfit as a sequence whose items predict each other."""

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

_LOGITS = 2**24  # held at a time: bounds what a large catalogue costs


class BiLSTM(OutfitModel):
    r"""One LSTM foretells the next item of an outfit, another the one before.

    .. math::
        \mathbf{x}_t = \mathbf{W} \mathbf{f}_t, \qquad
        \mathbf{p}_t = \mathbf{V} \, \mathrm{LSTM}(\mathbf{x}_1, \dots, \mathbf{x}_t) + \mathbf{b},
        \qquad P(\mathbf{x}_{t+1} \mid \mathbf{x}_1, \dots, \mathbf{x}_t) =
        \frac{e^{\mathbf{p}_t^{\top} \mathbf{x}_{t+1}}}
        {\sum_{\mathbf{x} \in \mathcal{X}} e^{\mathbf{p}_t^{\top} \mathbf{x}}}

    and the same from the outfit's end. The last target of each direction is END, a vector of
    zeros. An outfit's score is the mean over t of :math:`\ln P`, both directions added;
    :math:`\mathcal{X}` holds END and all items that the evaluation asks about, or else those of
    the batch. The order of items matters, and the score depends on the company asked about. An
    outfit of one item has only its ends to predict, which says little of it.

    Args:
        in_channels: Size of the features, F.
        hidden_channels: Size of the embedding and of both LSTMs, H.
        dropout: Share of the LSTMs' inputs and outputs that is dropped in training; published
            is 0.3, which costs more than it brings on stored features.
        category_order: Names of categories in the order of an outfit's items; those of any other
            category come last. By default items keep the order of the outfit's rows.
        normalize: Scale each item's features to a mean square of 1.

    Source: Han, Wu, Jiang, Davis, "Learning fashion compatibility with bidirectional LSTMs" (ACM
    MM 2017), its visual part.
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
        """Draw weights from ±0.08; biases are 0, but 1 for the exclude gates, as in TensorFlow."""
        for name, parameter in self.named_parameters():
            if "bias" in name:
                torch.nn.init.zeros_(parameter)
            else:
                torch.nn.init.uniform_(parameter, -0.08, 0.08)
            if name.endswith("bias_ih_l0"):
                torch.nn.init.ones_(parameter.detach().chunk(4)[1])

    @classmethod
    def paper(cls, in_channels: int, **config: Any) -> BiLSTM:
        """The published sizes, on raw features."""
        published = {"hidden_channels": 512, "dropout": 0.3, "normalize": False}
        return cls(in_channels, **{**published, **config})

    def encode_items(self, items: ItemInputs) -> dict[str, Tensor]:
        """Embeddings of items, ``state`` [U, H]."""
        return {"state": self.embedding(items.x)}

    def embed(self, states: Mapping[str, Tensor]) -> Tensor:
        """Embeddings scaled to length 1, for shortlists [U, H]."""
        return l2_normalize(at_least_float32(states["state"]))

    def order(self, batch: Batch) -> Tensor:
        """The rows of a batch in the order in which they are read, outfit after outfit [N]."""
        if self.category_order is None:
            return torch.arange(batch.num_nodes, device=batch.batch.device)
        if not self.categories:
            raise FashionGraphError("'category_order' needs a model that knows its categories")
        place = {name: i for i, name in enumerate(self.category_order)}
        ranks = [place.get(name, len(place)) for name in self.categories] + [len(place)]
        rank = torch.tensor(ranks, device=batch.batch.device)[batch.category_id]  # -1 is the last
        key: Tensor = batch.batch * (len(place) + 1) + rank
        return key.argsort(stable=True)

    def read(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Embeddings of the distinct items [U, H], and of all in the order of :meth:`order`."""
        states, order = self.item_states(batch), self.order(batch)
        items = states["state"]
        if "item_states" in batch:  # of a catalogue, of which the batch holds a part
            items = items[batch.item_index.unique()]
        elif states.index is None and "item_id" in batch:
            unique, node = torch.unique(batch.item_id, return_inverse=True)
            first = node.new_empty(len(unique)).scatter_(0, node, torch.arange(len(node)).to(node))
            items = items[first]
        return items, states.nodes("state")[order]

    def predict(self, x: Tensor, ptr: Tensor) -> tuple[tuple[Tensor, Tensor], ...]:
        """What each direction predicts at each item and what stands there: pairs of [N, H].

        Args:
            x: Embeddings in the order in which they are read [N, H].
            ptr: Offsets of the outfits [B + 1].
        """
        held = ptr.diff() > 0
        end = x.new_zeros(min(len(x), 1), x.size(1))
        after = torch.cat([x[1:], end]).index_fill(0, ptr[1:][held] - 1, 0)
        before = torch.cat([end, x[:-1]]).index_fill(0, ptr[:-1][held], 0)
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
        """Log-probability of each candidate among those for its blank, given what stands around it.

        The logarithm of the mean of both directions, each under a softmax over the candidates, as
        softmax scores of candidates are for other models. A direction in which nothing stands
        before the blank says nothing, and all candidates score 0 where neither speaks. With a
        ``category_order`` each candidate stands where its own category does.
        """
        _, x = self.read(batch)
        blank = self.order(batch).argsort()[
            batch.ptr[:-1] + position.repeat_interleave(num_candidates)
        ]
        (ahead, _), (back, _) = self.predict(x, batch.ptr)
        score = ahead.new_full((len(position), num_candidates), -torch.inf)
        heard = torch.zeros_like(score)
        for predicted, seen_from, speaks in (
            (ahead, blank - 1, blank > batch.ptr[:-1]),
            (back, blank + 1, blank < batch.ptr[1:] - 1),
        ):
            logit = (predicted[seen_from.clamp(0, max(len(x) - 1, 0))] * x[blank]).sum(dim=-1)
            logit = logit.masked_fill(~speaks, -torch.inf).view_as(score)
            speaks = speaks.view_as(score)
            told = logit.log_softmax(dim=-1).masked_fill(~speaks, -torch.inf)
            score = torch.logaddexp(score, told)
            heard = heard + speaks
        return (score - heard.log()).masked_fill(heard == 0, 0.0)

    @contextmanager
    def catalogue(self, features: Iterable[Tensor]) -> Iterator[None]:
        """Inside this context, the softmax of scores is over all items that are asked about."""
        parts = [at_least_float32(self.embedding(rows)) for rows in features]
        self._catalogue = torch.cat(parts) if parts else None
        try:
            yield
        finally:
            self._catalogue = None


def _log_total(predicted: Tensor, items: Tensor) -> Tensor:
    """Logarithm of the softmax's denominator over items and END, whose logit is 0 [N]."""
    parts, items = predicted.split(max(1, _LOGITS // max(len(items), 1))), at_least_float32(items)
    with torch.autocast(items.device.type, enabled=False):
        total = torch.cat([(rows @ items.t()).logsumexp(dim=-1) for rows in parts])
    return torch.nn.functional.softplus(total)
