from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from torch_geometric.nn import aggr

from fashiongraph.nn import SoftMinAggregation

SIZES = [3, 1, 0, 4]


def elements(scale=1.0, channels=2):
    """Elements [8, F] and their groups in no order; the third group is empty."""
    index = torch.repeat_interleave(torch.tensor(SIZES))[torch.randperm(8)]
    return scale * torch.randn(8, channels, dtype=torch.double), index


def one_group(x):
    return torch.zeros(len(x), dtype=torch.long)


def loop(x, index, sharpness):
    """The equation, group by group and channel by channel."""
    expected = np.zeros((len(SIZES), x.size(1)))
    for group, channel in np.ndindex(*expected.shape):
        powers = [np.exp(-sharpness * float(v)) for v in x[index == group, channel]]
        expected[group, channel] = -np.log(np.mean(powers)) / sharpness if powers else 0.0
    return torch.from_numpy(expected)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("sharpness", [0.3, 1.0, 4.0])
def test_equals_the_equation(sharpness, channels):
    pool = SoftMinAggregation(sharpness).double()
    x, index = elements(channels=channels)
    out = pool(x, index)
    assert out.shape == (4, channels)
    torch.testing.assert_close(out, loop(x, index, sharpness), rtol=1e-6, atol=1e-6)


def test_ptr_equals_index():
    pool = SoftMinAggregation(0.7).double()
    x, index = elements()
    order = index.argsort(stable=True)
    ptr = torch.tensor([0, *SIZES]).cumsum(0)
    torch.testing.assert_close(pool(x[order], ptr=ptr), pool(x, index))


def test_default_index_is_one_group():
    pool = SoftMinAggregation().double()
    x, _ = elements()
    out = pool(x)
    assert out.shape == (1, 2)
    torch.testing.assert_close(out, pool(x, one_group(x)))


def test_is_an_aggregation_of_pyg():
    pool = SoftMinAggregation().double()
    assert isinstance(pool, aggr.Aggregation)
    x, index = elements()
    both = aggr.MultiAggregation([pool, aggr.MeanAggregation()])
    mean = aggr.MeanAggregation()(x, index)
    torch.testing.assert_close(both(x, index), torch.cat([pool(x, index), mean], dim=-1))
    torch.testing.assert_close(pool(x.t(), index, dim=-1), pool(x, index).t())


def test_lies_between_the_minimum_and_the_mean():
    x = torch.tensor([[1.0], [3.0], [8.0]])
    assert 1.0 < float(SoftMinAggregation()(x)) < 4.0
    assert float(SoftMinAggregation(1e-4)(x)) == pytest.approx(4.0, rel=1e-2)
    assert float(SoftMinAggregation(1e3)(x)) == pytest.approx(1.0, rel=1e-2)


def test_large_elements_do_not_overflow():
    for scale in (1e4, -1e4):
        x, index = elements(scale)
        assert SoftMinAggregation()(x, index, dim_size=6).isfinite().all()


def test_gradients():
    pool = SoftMinAggregation().double()
    x, index = elements()

    def call(x, log_sharpness):
        values = {"log_sharpness": log_sharpness}
        return torch.func.functional_call(pool, values, (x, index), {"dim_size": 4})

    assert torch.autograd.gradcheck(call, (x.requires_grad_(), pool.log_sharpness))


def test_empty_input():
    x, index = torch.empty(0, 2), torch.empty(0, dtype=torch.long)
    assert SoftMinAggregation()(x, index).shape == (0, 2)
    assert SoftMinAggregation()(x, index, dim_size=2).tolist() == [[0.0, 0.0]] * 2


def test_a_sharpness_that_is_not_positive_is_refused():
    with pytest.raises(ValueError, match=r"'sharpness' .*got 0.0"):
        SoftMinAggregation(0.0)


def test_repr():
    assert str(SoftMinAggregation(2)) == "SoftMinAggregation(sharpness=2)"


@pytest.mark.parametrize("sharpness", [1e-2, 1e-4, 1e-6, 1e-8])
def test_a_small_sharpness_gives_the_mean_in_float32(sharpness):
    x = torch.tensor([[0.3], [1.7], [2.0]], requires_grad=True)
    out = SoftMinAggregation(sharpness)(x)
    power = np.expm1(-sharpness * x.detach().double().numpy())
    assert float(out.detach()) == pytest.approx(-np.log1p(power.mean()) / sharpness, rel=1e-5)
    out.backward()
    torch.testing.assert_close(x.grad, torch.full((3, 1), 1 / 3), rtol=2e-2, atol=0)


def test_narrow_elements_are_widened():
    x = torch.randn(200, 1, dtype=torch.bfloat16)
    index = torch.arange(100).repeat_interleave(2)
    assert torch.equal(SoftMinAggregation()(x, index), SoftMinAggregation()(x.float(), index))


def test_reset_restores_the_initial_sharpness():
    pool = SoftMinAggregation(3.0)
    first = pool.log_sharpness.detach().clone()
    with torch.no_grad():
        pool.log_sharpness.add_(1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert repr(pool) == "SoftMinAggregation(sharpness=8.15)"
    pool.reset_parameters()
    assert torch.equal(pool.log_sharpness, first)
