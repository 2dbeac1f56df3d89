"""LSTM over concatenated sequences of different lengths."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from fashiongraph.nn.functional import check_channels


class RaggedLSTM(torch.nn.Module):
    """LSTM over concatenated sequences of different lengths, without padding.

    Rows are sorted by step, long sequences first, which is the layout of a
    :class:`~torch.nn.utils.rnn.PackedSequence`; all sequences advance together.

    Args:
        in_channels: Size of a row, F.
        hidden_channels: Size of the state, H.
        reverse: Read each sequence from its last row to its first.
        dropout: Dropout probability of inputs and outputs.

    Shapes:
        - **input:** rows :math:`(N, F)`, offsets of the sequences :math:`(B + 1)`
        - **output:** the state after each row :math:`(N, H)`

    Example:
        >>> import torch
        >>> from fashiongraph.nn import RaggedLSTM
        >>> lstm = RaggedLSTM(in_channels=8, hidden_channels=16)
        >>> lstm(torch.randn(5, 8), ptr=torch.tensor([0, 2, 5])).shape  # 2 rows, then 3
        torch.Size([5, 16])
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
        """Reset the weights."""
        self.lstm.reset_parameters()

    def forward(self, x: Tensor, ptr: Tensor) -> Tensor:
        """States after each row.

        Args:
            x: Rows [N, F], sequence after sequence.
            ptr: Offsets of the sequences [B + 1].

        Raises:
            ValueError: If rows have another size, or the offsets do not end at N.
        """
        check_channels(x, self.in_channels)
        if not len(x):  # torch refuses an empty packed sequence
            return x.new_zeros(0, self.hidden_channels)
        size = ptr.diff()
        sequence = torch.repeat_interleave(size)
        if len(sequence) != len(x):
            raise ValueError(f"'ptr' needs to end at {len(x)} (got {int(ptr[-1])})")
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
