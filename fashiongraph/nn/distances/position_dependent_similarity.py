"""Learned position-dependent similarity of embeddings (PDDM)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import linear, normalize, relu

from fashiongraph.nn.distances.distance import Distance
from fashiongraph.nn.functional import at_least_float32


class PositionDependentSimilarity(Distance):
    r"""Position-dependent deep metric (PDDM), a learned similarity of two embeddings.

    .. math::
        \mathbf{u} &= |\mathbf{x} - \mathbf{y}|, \quad
        \mathbf{v} = \tfrac{1}{2} |\mathbf{x} + \mathbf{y}| \\
        \mathbf{u}' &= \sigma(\mathbf{W}_u \hat{\mathbf{u}} + \mathbf{b}_u), \quad
        \mathbf{v}' = \sigma(\mathbf{W}_v \hat{\mathbf{v}} + \mathbf{b}_v) \\
        \mathbf{c} &= \sigma(\mathbf{W}_c [\hat{\mathbf{u}}'; \hat{\mathbf{v}}'] + \mathbf{b}_c),
        \quad S(\mathbf{x}, \mathbf{y}) = \mathbf{w}_s^\top \hat{\mathbf{c}} + b_s

    with :math:`\hat{\mathbf{a}} = \mathbf{a} / \lVert \mathbf{a} \rVert_2` and ReLU for
    :math:`\sigma`. The input :math:`\mathbf{u}` depends on the relative and :math:`\mathbf{v}` on
    the absolute position of the pair. The similarity is larger for closer embeddings.

    ``forward`` needs memory for n times m hidden vectors; prefer :meth:`pairwise_distance` if few
    pairs are needed.

    Args:
        channels: Size of the embeddings, D.
        hidden_channels: Size of the hidden layers; by default D.

    Raises:
        ValueError: If a size is not positive.

    Source: Huang, Loy, Tang, `"Local similarity-aware deep feature embedding"
    <https://arxiv.org/abs/1610.08904>`_ (NIPS 2016).

    Example:
        >>> import torch
        >>> from fashiongraph.nn import PositionDependentSimilarity
        >>> similarity = PositionDependentSimilarity(channels=8)
        >>> similarity(torch.randn(3, 8), torch.randn(5, 8)).shape
        torch.Size([3, 5])
        >>> similarity.pairwise_distance(torch.randn(3, 8), torch.randn(3, 8)).shape
        torch.Size([3])
    """

    is_inverted = True

    def __init__(self, channels: int, hidden_channels: int | None = None) -> None:
        super().__init__(normalize_embeddings=True)
        hidden_channels = channels if hidden_channels is None else hidden_channels
        if channels < 1 or hidden_channels < 1:
            raise ValueError(
                f"'channels' and 'hidden_channels' need to be positive integers "
                f"(got {channels} and {hidden_channels})"
            )
        self.channels = channels
        self.hidden_channels = hidden_channels
        self.difference = torch.nn.Linear(channels, hidden_channels)
        self.mean = torch.nn.Linear(channels, hidden_channels)
        self.both = torch.nn.Linear(2 * hidden_channels, hidden_channels)
        self.score = torch.nn.Linear(hidden_channels, 1)

    def reset_parameters(self) -> None:
        """Reset all weights."""
        for layer in (self.difference, self.mean, self.both, self.score):
            layer.reset_parameters()

    def between_all(self, query: Tensor, ref: Tensor) -> Tensor:
        """Similarities [n, m]."""
        return self.between_rows(query.unsqueeze(1), ref.unsqueeze(0))

    def between_rows(self, query: Tensor, ref: Tensor) -> Tensor:
        """Similarities [n]."""
        u = relu(self._layer(self.difference, normalize((query - ref).abs(), dim=-1)))
        v = relu(self._layer(self.mean, normalize((query + ref).abs() / 2, dim=-1)))
        both = torch.cat([normalize(u, dim=-1), normalize(v, dim=-1)], dim=-1)
        c = relu(self._layer(self.both, both))
        return self._layer(self.score, normalize(c, dim=-1)).squeeze(-1)

    @staticmethod
    def _layer(layer: torch.nn.Linear, x: Tensor) -> Tensor:
        """Apply a linear layer of any type in at least float32."""
        return linear(x, at_least_float32(layer.weight), at_least_float32(layer.bias))

    def extra_repr(self) -> str:
        """The sizes."""
        return f"{self.channels}, hidden_channels={self.hidden_channels}"
