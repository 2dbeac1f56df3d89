"""Gates and states are the same with and without gradients."""

import pytest
import torch

from fashiongraph.nn.conv.gated_update import interpolate_states, sigmoid_gates, tanh_state

TYPES = [torch.float64, torch.float32, torch.bfloat16, torch.float16]


@pytest.mark.parametrize("dtype", TYPES)
def test_equal_with_and_without_a_gradient(dtype):
    x, gates, new = torch.randn(5, 3), torch.randn(5, 6), torch.randn(5, 3)

    def both():
        update, reset = sigmoid_gates(gates.to(dtype, copy=True))
        candidate = tanh_state(new.to(dtype, copy=True))
        return update, reset, candidate, interpolate_states(x, candidate.clone(), update)

    expected = both()
    with torch.no_grad():
        torch.testing.assert_close(both(), expected)
    assert expected[3].dtype == x.dtype


@pytest.mark.parametrize("dtype", TYPES)
def test_small_states_are_exact(dtype):
    x = torch.tensor([1e-2, -3e-3, 30.0, -30.0, 0.0], dtype=dtype)
    with torch.no_grad():
        got = tanh_state(x.clone())
    # The error is 1e-7 in float32; narrower types use tanh itself.
    torch.testing.assert_close(got, x.tanh(), atol=2e-7, rtol=0)
