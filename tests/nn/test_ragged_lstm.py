from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.func import functional_call

from fashiongraph.nn.ragged_lstm import RaggedLSTM

PTR = torch.tensor([0, 2, 2, 7, 8, 11, 16])  # of 2, 0, 5, 1, 3 and 5 rows


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def loop(layer, x, ptr):
    """The LSTM, sequence by sequence and step by step."""
    p = {name: value.detach().double().numpy() for name, value in layer.lstm.named_parameters()}
    x = x.detach().double().numpy()
    out = np.zeros((len(x), layer.hidden_channels))
    for start, end in zip(ptr[:-1].tolist(), ptr[1:].tolist(), strict=True):
        h = c = np.zeros(layer.hidden_channels)
        for row in reversed(range(start, end)) if layer.reverse else range(start, end):
            gates = p["weight_ih_l0"] @ x[row] + p["bias_ih_l0"]
            gates = gates + p["weight_hh_l0"] @ h + p["bias_hh_l0"]
            i, f, g, o = gates.reshape(4, -1)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            out[row] = h
    return torch.from_numpy(out)


def test_repr():
    assert str(RaggedLSTM(3, 4)) == "RaggedLSTM(3, 4, reverse=False, dropout=0.0)"


@pytest.mark.parametrize("reverse", [False, True])
def test_equals_an_lstm_step_by_step(reverse):
    layer = RaggedLSTM(3, 4, reverse).double()
    x = torch.randn(16, 3, dtype=torch.float64)
    torch.testing.assert_close(layer(x, PTR), loop(layer, x, PTR))


@pytest.mark.parametrize("reverse", [False, True])
def test_gradcheck(reverse):
    layer = RaggedLSTM(2, 3, reverse).double()
    ptr = torch.tensor([0, 1, 4, 6])
    x = torch.randn(6, 2, dtype=torch.float64, requires_grad=True)
    names, values = zip(*layer.named_parameters(), strict=True)

    def call(x, *parameters):
        return functional_call(layer, dict(zip(names, parameters, strict=True)), (x, ptr))

    inputs = (x, *(v.detach().requires_grad_() for v in values))
    assert torch.autograd.gradcheck(call, inputs)


def test_sequences_are_independent_and_may_be_absent():
    layer = RaggedLSTM(3, 4)
    x = torch.randn(16, 3)
    alone = layer(x[2:7], torch.tensor([0, 5]))
    torch.testing.assert_close(layer(x, PTR)[2:7], alone)
    assert layer(x[:0], torch.zeros(1, dtype=torch.long)).shape == (0, 4)


def test_dropout_in_training_only():
    layer, x = RaggedLSTM(3, 4, dropout=0.5), torch.randn(16, 3)
    assert (layer.train()(x, PTR) == 0).any()
    torch.testing.assert_close(layer.eval()(x, PTR).double(), loop(layer, x, PTR))


def test_refuses_rows_and_offsets_of_another_size():
    layer = RaggedLSTM(3, 4)
    with pytest.raises(ValueError, match=r"'x' needs 3 .*\(16, 2\)"):
        layer(torch.randn(16, 2), PTR)
    with pytest.raises(ValueError, match=r"'ptr' .*end at 15 \(got 16"):
        layer(torch.randn(15, 3), PTR)
