from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.func import functional_call

from fashiongraph.nn.category_linear import CategoryLinear


def loop(weight, x, category_id):
    """The docstring's equation, row by row."""
    weight, x = weight.detach().double().numpy(), x.detach().double().numpy()
    rows = [
        row @ (weight[c] if c >= 0 else weight.mean(axis=0))
        for row, c in zip(x, category_id.tolist(), strict=True)
    ]
    return torch.from_numpy(np.array(rows))


def gradients_by_loop(weight, x, category_id, grad):
    """Of the sum of ``grad * y``, row by row."""
    weight, x, grad = (v.detach().double().numpy() for v in (weight, x, grad))
    size = len(weight)
    of_weight, of_x = np.zeros_like(weight), np.zeros_like(x)
    for i, c in enumerate(category_id.tolist()):
        matrix = weight[c] if c >= 0 else weight.mean(axis=0)
        of_x[i] = matrix @ grad[i]
        for k in range(size):
            share = (1.0 if k == c else 0.0) if c >= 0 else 1 / size
            of_weight[k] += share * np.outer(x[i], grad[i])
    return torch.from_numpy(of_weight), torch.from_numpy(of_x)


def test_repr():
    assert str(CategoryLinear(8, 4, 5)) == "CategoryLinear(8, 4, num_categories=5)"


@pytest.mark.parametrize("sizes", [(8, 4), (7, 3)])  # with and without a grouped product of torch
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("lowest", [0, -1])
def test_equals_the_equation_with_its_gradients(sizes, dtype, lowest):
    layer = CategoryLinear(*sizes, 6).to(dtype)
    category_id = torch.randint(lowest, 5, (300,))  # category 5 has no row
    category_id[:150] = 2  # more rows than one block holds
    x = torch.randn(300, sizes[0], dtype=dtype, requires_grad=True)
    y = layer(x, category_id)
    assert y.dtype == dtype
    close = {} if dtype == torch.float64 else {"atol": 2e-4, "rtol": 1e-4}
    torch.testing.assert_close(y.double(), loop(layer.weight, x, category_id), **close)
    grad = torch.randn_like(y)
    found = torch.autograd.grad(y, [layer.weight, x], grad)
    expected = gradients_by_loop(layer.weight, x, category_id, grad)
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a.double(), b, **close)


@pytest.mark.skipif(
    not hasattr(torch.nn.functional, "grouped_mm"), reason="this torch has no grouped product"
)
def test_grouped_and_blocked_products_agree(monkeypatch):
    calls, grouped_mm = [], torch.nn.functional.grouped_mm

    def count(*args, **kwargs):
        calls.append(1)
        return grouped_mm(*args, **kwargs)

    monkeypatch.setattr(torch.nn.functional, "grouped_mm", count)
    layer, x, category_id = CategoryLinear(8, 12, 4), torch.randn(200, 8), torch.randint(4, (200,))
    grouped = layer(x, category_id)
    assert len(calls) == 1
    monkeypatch.delattr(torch.nn.functional, "grouped_mm")
    torch.testing.assert_close(layer(x, category_id), grouped)
    assert len(calls) == 1


def test_gradcheck():
    layer = CategoryLinear(3, 2, 4).double()
    category_id = torch.tensor([3, 0, 0, -1, 3])
    x = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)

    def call(x, weight):
        return functional_call(layer, {"weight": weight}, (x, category_id))

    weight = layer.weight.detach().requires_grad_()
    assert torch.autograd.gradcheck(call, (x, weight))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_permutation_and_empty_batch(dtype):
    layer = CategoryLinear(4, 4, 3).to(dtype)
    x, category_id, order = torch.randn(9, 4, dtype=dtype), torch.arange(9) % 3, torch.randperm(9)
    torch.testing.assert_close(layer(x[order], category_id[order]), layer(x, category_id)[order])
    torch.testing.assert_close(layer(x[:1], category_id[:1]), layer(x, category_id)[:1])
    none = layer(x[:0], category_id[:0])
    assert none.shape == (0, 4)
    none.sum().backward()
    assert (layer.weight.grad == 0).all()


def test_initial_variance_is_one_over_the_input_size():
    layer = CategoryLinear(2048, 16, 3)
    assert layer.weight.std().item() == pytest.approx(2048**-0.5, rel=0.02)


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"'in_channels'.*got 0, 4 and 2"):
        CategoryLinear(0, 4, 2)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_refuses_rows_and_categories_out_of_range(dtype):
    layer = CategoryLinear(8, 4, 3).to(dtype)
    x = torch.ones(4, 8, dtype=dtype)
    with pytest.raises(ValueError, match=r"'category_id' .*below 3 \(got 3"):
        layer(x, torch.tensor([0, 1, 2, 3]))
    with pytest.raises(ValueError, match=r"'category_id' .*\(2,\) and \(4, 8\)"):
        layer(x, torch.tensor([0, 1]))
    with pytest.raises(ValueError, match=r"'x' needs 8 .*\(4, 7\)"):
        layer(x[:, :7], torch.tensor([0, 1, 2, 0]))


@pytest.mark.parametrize("sizes", [(8, 4), (7, 3)])
def test_every_negative_category_is_unknown(sizes):
    layer = CategoryLinear(*sizes, 6)
    x = torch.randn(3, sizes[0])
    expected = layer(x, torch.tensor([-1, 2, -1]))
    torch.testing.assert_close(layer(x, torch.tensor([-2, 2, -7])), expected)
