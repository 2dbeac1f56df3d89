"""Products of rows, by either of torch's libraries."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from fashiongraph.nn import functional as room
from fashiongraph.nn import l2_normalize
from fashiongraph.nn.functional import at_least_float32, linear_rows, row_product


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_equals_torchs_to_the_last_bit(dtype, scale):
    x = (scale * torch.randn(50, 3, 7)).to(dtype).requires_grad_()
    weight = torch.randn(50, 3, 7).to(dtype)
    ours, theirs = l2_normalize(x), normalize(x, dim=-1)
    assert torch.equal(ours, theirs)
    gradient = [torch.autograd.grad((y * weight).sum(), x)[0] for y in (ours, theirs)]
    assert torch.equal(*gradient)


def test_a_vector_of_length_zero_stays_and_passes_its_gradient_on():
    x = torch.zeros(2, 3)
    x[1, 0] = 2.0
    x.requires_grad_()
    y = l2_normalize(x)
    assert y.tolist() == [[0, 0, 0], [1, 0, 0]]
    y.backward(torch.ones(2, 3))
    assert x.grad.tolist() == [[1, 1, 1], [0, 0.5, 0.5]]


def test_what_float32_cannot_measure_counts_as_zero():
    x = torch.full((1, 3), 1e-22, requires_grad=True)
    l2_normalize(x).sum().backward()
    assert x.grad.tolist() == [[1, 1, 1]]


def test_gradients():
    x = torch.randn(4, 3, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(unit, x)


def test_nothing_has_no_length():
    assert l2_normalize(torch.empty(0, 3)).shape == (0, 3)


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


SIZES = [(1, 1, 1, 1), (5, 1, 3, 4), (37, 1, 6, 5), (48, 1, 7, 3), (37, 3, 4, 5), (16, 2, 5, 4)]


@pytest.fixture
def convolves(monkeypatch):
    """As if products of any size were faster as convolutions."""
    monkeypatch.setattr(room, "_LARGE", 0)
    monkeypatch.setattr(room, "_knows_more_than_mkl", lambda: True)


@pytest.fixture
def calls(monkeypatch):
    """Rows of the products that were convolutions."""
    rows, forward = [], room._Pointwise.forward

    def count(pixels, kernel):
        rows.append(pixels.size(2))
        return forward(pixels, kernel)

    monkeypatch.setattr(room._Pointwise, "forward", staticmethod(count))
    return rows


def by_loop(x, weight):
    y = np.zeros((*x.shape[:2], weight.shape[1]))
    for r, g in np.ndindex(*x.shape[:2]):
        for o in range(weight.shape[1]):
            for i in range(x.shape[2]):
                y[r, g, o] += weight[g, o, i] * x[r, g, i]
    return y


@pytest.mark.parametrize("size", SIZES)
def test_equals_a_loop(size):
    rows, groups, inner, outer = size
    x, weight = torch.randn(rows, groups, inner).double(), torch.randn(groups, outer, inner)
    y = row_product(x, weight.double())
    np.testing.assert_allclose(y, by_loop(x.numpy(), weight.double().numpy()), atol=1e-12)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("learns", [True, False])
def test_convolutions_equal_a_loop(size, learns, convolves, calls):
    rows, groups, inner, outer = size
    x = torch.randn(rows, groups, inner, requires_grad=learns)
    weight = torch.randn(groups, outer, inner, requires_grad=learns)
    y = row_product(x, weight)
    assert calls == [rows]
    assert y.shape == (rows, groups, outer)
    expected = by_loop(x.detach().double().numpy(), weight.detach().double().numpy())
    np.testing.assert_allclose(y.detach(), expected, atol=1e-5)


@pytest.mark.parametrize("size", SIZES)
def test_gradients_of_convolutions(size, monkeypatch):
    monkeypatch.setattr(room, "_is_faster_as_convolution", lambda x, weight: True)
    rows, groups, inner, outer = size
    x = torch.randn(rows, groups, inner, dtype=torch.double, requires_grad=True)
    weight = torch.randn(groups, outer, inner, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(row_product, (x, weight), check_forward_ad=True)
    assert torch.autograd.gradgradcheck(row_product, (x, weight), fast_mode=True)


@pytest.mark.parametrize("learning", [(True, False), (False, True)])
def test_only_what_learns_gets_a_gradient(learning, convolves, calls):
    x = torch.randn(20, 1, 3, requires_grad=learning[0])
    weight = torch.randn(1, 4, 3, requires_grad=learning[1])
    row_product(x, weight).sum().backward()  # whose gradient is one number everywhere
    assert [x.grad is not None, weight.grad is not None] == list(learning)
    if learning[0]:
        torch.testing.assert_close(x.grad, weight.sum(dim=1).expand(20, 1, 3))
    else:
        torch.testing.assert_close(weight.grad, x.sum(dim=0).expand(1, 4, 3))
    assert calls == [20, 20] if learning[0] else [20]


def test_rows_that_lie_elsewhere(convolves):
    wide = torch.randn(20, 2, 9)
    x, weight = wide[::2, :, 3:7], torch.randn(2, 4, 5).mT
    torch.testing.assert_close(
        row_product(x, weight), torch.einsum("rgi,goi->rgo", x, weight), atol=1e-5, rtol=1e-5
    )


def test_functional_transforms(convolves):
    weight = torch.randn(1, 4, 3)

    def total(x, weight):
        return row_product(x, weight).square().sum()

    xs = torch.randn(6, 5, 1, 3)
    each = torch.func.vmap(torch.func.grad(total), in_dims=(0, None))(xs, weight)
    assert each.shape == xs.shape
    for x, gradient in zip(xs, each, strict=True):
        expected = 2 * (x @ weight[0].mT) @ weight[0]
        torch.testing.assert_close(gradient, expected, atol=1e-4, rtol=1e-4)


def test_rows_of_any_shape(convolves):
    x, weight, bias = torch.randn(2, 3, 4), torch.randn(5, 4), torch.randn(5)
    linear = torch.nn.functional.linear
    torch.testing.assert_close(linear_rows(x, weight, bias), linear(x, weight, bias))
    torch.testing.assert_close(linear_rows(x[0, 0], weight, bias), linear(x[0, 0], weight, bias))


def test_small_products_are_linear():
    x, weight, bias = torch.randn(2, 3, 4), torch.randn(5, 4), torch.randn(5)
    assert torch.equal(linear_rows(x, weight, bias), torch.nn.functional.linear(x, weight, bias))
    assert linear_rows(x[:0], weight).shape == (0, 3, 5)


def test_what_stays_with_other_kernels(convolves, calls, monkeypatch):
    x, weight = torch.randn(20, 1, 3), torch.randn(1, 4, 3)
    row_product(x.double(), weight.double())
    row_product(x.bfloat16(), weight.bfloat16())
    with torch.autocast("cpu", torch.bfloat16):
        assert row_product(x, weight).dtype == torch.bfloat16
    with monkeypatch.context() as patch:
        patch.setattr(torch.backends.mkldnn, "enabled", False)
        row_product(x, weight)
    assert calls == []
    row_product(x, weight)
    assert calls == [20]


def test_exports_for_any_number_of_rows(convolves):
    class Linear(torch.nn.Module):
        def forward(self, x, weight):
            return row_product(x, weight)

    rows = torch.export.Dim("rows", min=2)
    arguments = torch.randn(3, 1, 4), torch.randn(1, 5, 4)
    program = torch.export.export(Linear(), arguments, dynamic_shapes=({0: rows}, None))
    x = torch.randn(7, 1, 4)
    torch.testing.assert_close(program.module()(x, arguments[1]), row_product(x, arguments[1]))


@pytest.mark.parametrize(
    ("able", "knows"),
    [
        ({"cpu_name": "AMD EPYC 9354", "avx512_f": True}, True),
        ({"cpu_name": "AMD EPYC 7763", "avx512_f": False}, False),
        ({"cpu_name": "Intel Xeon 8480", "avx512_f": True}, False),
        ({}, False),
    ],
)
def test_which_processors(able, knows, monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able, raising=False)
    assert room._knows_more_than_mkl.__wrapped__() is knows


def test_small_products_make_no_kernel(monkeypatch, calls):
    monkeypatch.setattr(room, "_knows_more_than_mkl", lambda: True)
    row_product(torch.randn(100, 1, 16), torch.randn(1, 16, 16))
    assert calls == []
    row_product(torch.randn(room._LARGE // 2**15, 1, 2**7), torch.randn(1, 2**8, 2**7))
    assert calls == [room._LARGE // 2**15]
