from __future__ import annotations

import pytest
import torch

from fashiongraph.nn.at_least_float32 import at_least_float32


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.uint8])
def test_widens_what_is_narrower(dtype):
    x = torch.tensor([0, 1, 200]).to(dtype)
    wide = at_least_float32(x)
    assert wide.dtype == torch.float32
    assert wide.tolist() == [0, 1, 200]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_leaves_the_rest_as_it_is(dtype):
    x = torch.randn(3, dtype=dtype)
    assert at_least_float32(x) is x


def test_gradients_keep_the_type():
    x = torch.ones(2, dtype=torch.bfloat16, requires_grad=True)
    at_least_float32(x).sum().backward()
    assert x.grad.dtype == torch.bfloat16
