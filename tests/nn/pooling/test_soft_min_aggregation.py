from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch

from fashiongraph.nn import SoftMinAggregation

SIZES = [3, 1, 0, 4]


def numbers(scale=1.0):
    """Numbers of items, and their outfits in no order; the third outfit has none."""
    batch = torch.repeat_interleave(torch.tensor(SIZES))[torch.randperm(8)]
    return scale * torch.randn(8, dtype=torch.double), batch


@pytest.mark.parametrize("sharpness", [0.3, 1.0, 4.0])
def test_equals_the_equation(sharpness):
    pool = SoftMinAggregation(sharpness).double()
    x, batch = numbers()
    score = pool(x, batch).detach().numpy()
    for outfit, size in enumerate(SIZES):
        power = [
            np.exp(-sharpness * float(v)) for v, o in zip(x, batch, strict=True) if o == outfit
        ]
        assert len(power) == size
        expected = -np.log(np.mean(power)) / sharpness if power else 0.0
        assert score[outfit] == pytest.approx(expected, rel=1e-6)


def test_lies_between_the_minimum_and_the_mean_and_meets_both():
    x, batch = torch.tensor([1.0, 3.0, 8.0]), torch.zeros(3, dtype=torch.long)
    assert 1.0 < float(SoftMinAggregation()(x, batch)) < 4.0
    assert float(SoftMinAggregation(1e-4)(x, batch)) == pytest.approx(4.0, rel=1e-2)
    assert float(SoftMinAggregation(1e3)(x, batch)) == pytest.approx(1.0, rel=1e-2)


def test_large_numbers_do_not_overflow():
    for scale in (1e4, -1e4):
        x, batch = numbers(scale)
        assert SoftMinAggregation()(x, batch, 6).isfinite().all()


def test_gradients_are_those_of_finite_differences():
    pool = SoftMinAggregation().double()
    x, batch = numbers()
    torch.autograd.gradcheck(
        lambda x, log: torch.func.functional_call(pool, {"log_sharpness": log}, (x, batch, 4)),
        (x.requires_grad_(), pool.log_sharpness),
    )


def test_no_items_at_all():
    none = torch.empty(0)
    assert SoftMinAggregation()(none, none.long()).shape == (0,)
    assert SoftMinAggregation()(none, none.long(), 2).tolist() == [0.0, 0.0]


def test_a_sharpness_that_is_not_positive_is_refused():
    with pytest.raises(ValueError, match="'sharpness' needs to be positive"):
        SoftMinAggregation(0.0)


def test_repr():
    assert str(SoftMinAggregation(2)) == "SoftMinAggregation(sharpness=2)"


@pytest.mark.parametrize("sharpness", [1e-2, 1e-4, 1e-6, 1e-8])
def test_a_small_sharpness_gives_the_mean_in_single_precision_too(sharpness):
    x = torch.tensor([0.3, 1.7, 2.0], requires_grad=True)
    pool = SoftMinAggregation(sharpness)
    score = pool(x, torch.zeros(3, dtype=torch.long))
    power = np.expm1(-sharpness * x.detach().double().numpy())
    assert float(score.detach()) == pytest.approx(-np.log1p(power.mean()) / sharpness, rel=1e-5)
    score.backward()
    torch.testing.assert_close(x.grad, torch.full((3,), 1 / 3), rtol=2e-2, atol=0)


def test_numbers_are_pooled_in_single_precision_at_least():
    x = torch.randn(200, dtype=torch.bfloat16)
    batch = torch.arange(100).repeat_interleave(2)
    score = SoftMinAggregation()(x, batch)
    torch.testing.assert_close(score, SoftMinAggregation()(x.float(), batch), rtol=0, atol=0)


def test_refuses_items_without_an_outfit():
    with pytest.raises(ValueError, match=r"'batch' needs one entry for each row of 'x'"):
        SoftMinAggregation()(torch.randn(8), torch.zeros(1, dtype=torch.long))
    with pytest.raises(ValueError, match=r"'x' needs one number per item \[N\]"):
        SoftMinAggregation()(torch.randn(8, 2), torch.zeros(8, dtype=torch.long))


def test_starts_again_where_it_started():
    pool = SoftMinAggregation(3.0)
    first = pool.log_sharpness.detach().clone()
    with torch.no_grad():
        pool.log_sharpness.add_(1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert repr(pool) == "SoftMinAggregation(sharpness=8.15)"
    pool.reset_parameters()
    assert torch.equal(pool.log_sharpness, first)
