from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from fashiongraph.nn import l2_normalize
from fashiongraph.nn.functional import (
    at_least_float32,
    check_channels,
    checked_batch,
    mean_over_neighbours,
    outfit_mean,
    rms_normalize,
)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_l2_normalize_equals_torch_to_the_last_bit(dtype, scale):
    x = (scale * torch.randn(50, 3, 7)).to(dtype).requires_grad_()
    weight = torch.randn(50, 3, 7).to(dtype)
    ours, theirs = l2_normalize(x), normalize(x, dim=-1)
    assert torch.equal(ours, theirs)
    gradient = [torch.autograd.grad((y * weight).sum(), x)[0] for y in (ours, theirs)]
    assert torch.equal(*gradient)


def test_zero_vectors_stay_and_pass_their_gradient():
    x = torch.zeros(2, 3)
    x[1, 0] = 2.0
    x.requires_grad_()
    y = l2_normalize(x)
    assert y.tolist() == [[0, 0, 0], [1, 0, 0]]
    y.backward(torch.ones(2, 3))
    assert x.grad.tolist() == [[1, 1, 1], [0, 0.5, 0.5]]


def test_lengths_that_underflow_count_as_zero():
    x = torch.full((1, 3), 1e-22, requires_grad=True)
    l2_normalize(x).sum().backward()
    assert x.grad.tolist() == [[1, 1, 1]]


def test_gradients_of_l2_normalize():
    x = torch.randn(4, 3, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(l2_normalize, x)


def test_l2_normalize_of_no_vectors():
    assert l2_normalize(torch.empty(0, 3)).shape == (0, 3)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.uint8])
def test_narrow_types_become_float32(dtype):
    x = torch.tensor([0, 1, 200]).to(dtype)
    wide = at_least_float32(x)
    assert wide.dtype == torch.float32
    assert wide.tolist() == [0, 1, 200]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_wide_types_are_not_copied(dtype):
    x = torch.randn(3, dtype=dtype)
    assert at_least_float32(x) is x


def test_gradients_keep_the_type():
    x = torch.ones(2, dtype=torch.bfloat16, requires_grad=True)
    at_least_float32(x).sum().backward()
    assert x.grad.dtype == torch.bfloat16


def test_mean_over_neighbours_equals_a_loop():
    edge_index = torch.randint(5, (2, 20))  # with repeated edges and self-loops
    edge_index = edge_index[:, edge_index[1] != 3]
    value = torch.randn(edge_index.size(1), dtype=torch.double, requires_grad=True)
    expected = np.zeros(5)
    for i in range(5):
        values = [
            float(v)
            for v, (j, target) in zip(value.detach(), edge_index.t().tolist(), strict=True)
            if target == i and j != i
        ]
        expected[i] = np.mean(values) if values else 0.0
    mean = mean_over_neighbours(value, edge_index, 5)
    np.testing.assert_allclose(mean.detach(), expected)
    assert mean[3] == 0
    assert torch.autograd.gradcheck(lambda v: mean_over_neighbours(v, edge_index, 5), value)


def test_outfit_mean_equals_a_loop():
    x, batch = torch.randn(7, dtype=torch.double), torch.tensor([2, 0, 0, 2, 3, 2, 0])
    expected = [np.mean(x[batch == o].numpy()) if (batch == o).any() else 0.0 for o in range(5)]
    np.testing.assert_allclose(outfit_mean(x, batch, 5), expected)


def test_default_batch_is_one_outfit():
    batch, size = checked_batch(torch.zeros(3, 8), None, None)
    assert (batch.tolist(), size) == ([0, 0, 0], 1)
    batch, size = checked_batch(torch.zeros(0, 8), None, None)
    assert (batch.tolist(), size) == ([], 1)


def test_default_batch_size_is_read_from_the_batch():
    given = torch.tensor([0, 3, 1])
    batch, size = checked_batch(torch.zeros(3, 8), given, None)
    assert batch is given
    assert size == 4
    assert checked_batch(torch.zeros(3, 8), given, 6)[1] == 6
    assert checked_batch(torch.zeros(0, 8), given[:0], None)[1] == 0


@pytest.mark.parametrize("shape", [(1,), (4,), (3, 1)])
def test_batches_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"'batch' .*\(3, 8\)"):
        checked_batch(torch.zeros(3, 8), torch.zeros(shape, dtype=torch.long), None)


@pytest.mark.parametrize("shape", [(), (5, 1), (8, 5)])
def test_features_of_another_size_are_refused(shape):
    with pytest.raises(ValueError, match=r"'x' needs 8 features .*got"):
        check_channels(torch.zeros(shape), 8)
    check_channels(torch.zeros(5, 3, 8), 8)


@pytest.mark.parametrize("scale", [1.0, 1e-4, 1e-9, 1e15])
def test_rms_normalize_equals_the_equation_at_any_scale(scale):
    x = np.random.default_rng(0).normal(size=(5, 7)) * scale
    expected = np.stack([row / np.sqrt((row**2).mean()) for row in x])
    got = rms_normalize(torch.from_numpy(x).float())
    np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_rms_normalize_keeps_zero_vectors_and_their_gradient():
    x = torch.zeros(1, 4, requires_grad=True)
    rms_normalize(x).sum().backward()
    assert x.grad.tolist() == [[1.0] * 4]
