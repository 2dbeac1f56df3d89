"""An LSTM over sequences of any lengths."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence


class RaggedLSTM(torch.nn.Module):
    """Runs an LSTM over sequences that lie one after the other, without padding any.

    Rows are sorted by step, long sequences first: that is the layout of a
    :class:`~torch.nn.utils.rnn.PackedSequence`, so all sequences advance together.

    Args:
        in_channels: Size of a row.
        hidden_channels: Size of the state, H.
        reverse: Read each sequence from its end.
        dropout: Share of the inputs and of the outputs that is dropped in training.

    Shapes:
        - **input:** rows :math:`(N, F)`, offsets of the sequences :math:`(B + 1)`
        - **output:** the state after each row :math:`(N, H)`
    """

    def __init__(
        self, in_channels: int, hidden_channels: int, reverse: bool = False, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.hidden_channels = hidden_channels
        self.reverse = reverse
        self.lstm = torch.nn.LSTM(in_channels, hidden_channels)
        self.dropout = torch.nn.Dropout(dropout)

    def reset_parameters(self) -> None:
        """Draw the weights anew."""
        self.lstm.reset_parameters()

    def forward(self, x: Tensor, ptr: Tensor) -> Tensor:
        """Read every sequence."""
        if not len(x):  # torch refuses an empty packed sequence
            return x.new_zeros(0, self.hidden_channels)
        size = ptr.diff()
        sequence = torch.repeat_interleave(size)
        step = torch.arange(len(x), device=x.device) - ptr[sequence]
        if self.reverse:
            step = size[sequence] - 1 - step
        longest_first = size.argsort(descending=True, stable=True).argsort()
        order = (step * len(size) + longest_first[sequence]).argsort()
        packed = PackedSequence(self.dropout(x[order]), step.bincount().cpu())
        state = self.dropout(self.lstm(packed)[0].data)
        return torch.empty_like(state).index_copy(0, order, state)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.in_channels}, {self.hidden_channels}, "
            f"reverse={self.reverse}, dropout={self.dropout.p})"
        )
