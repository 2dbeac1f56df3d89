"""Row products are the same with both libraries."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch

from fashiongraph.nn.matmul import linear_rows, row_product, set_matmul_backend

SIZES = [(1, 1, 1, 1), (5, 1, 3, 4), (37, 1, 6, 5), (48, 1, 7, 3), (37, 3, 4, 5), (16, 2, 5, 4)]


@pytest.fixture(autouse=True)
def default_backend():
    yield
    set_matmul_backend("torch")


@pytest.fixture
def onednn():
    """Gives products of any size to oneDNN."""
    set_matmul_backend("onednn", min_size=0)


@pytest.fixture
def convolved(monkeypatch):
    """Numbers of rows of the products that were computed as convolutions."""
    rows, conv2d = [], torch.nn.functional.conv2d

    def count(pixels, *args, **kwargs):
        rows.append(pixels.size(2))
        return conv2d(pixels, *args, **kwargs)

    monkeypatch.setattr(torch.nn.functional, "conv2d", count)
    return rows


def by_loop(x, weight):
    y = np.zeros((*x.shape[:2], weight.shape[1]))
    for r, g in np.ndindex(*x.shape[:2]):
        for o in range(weight.shape[1]):
            for i in range(x.shape[2]):
                y[r, g, o] += weight[g, o, i] * x[r, g, i]
    return y


@pytest.mark.parametrize("size", SIZES)
def test_equals_a_loop(size, convolved):
    rows, groups, inner, outer = size
    x, weight = torch.randn(rows, groups, inner).double(), torch.randn(groups, outer, inner)
    y = row_product(x, weight.double())
    np.testing.assert_allclose(y, by_loop(x.numpy(), weight.double().numpy()), atol=1e-12)
    assert convolved == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("needs_grad", [True, False])
def test_onednn_equals_a_loop(size, needs_grad, onednn, convolved):
    rows, groups, inner, outer = size
    x = torch.randn(rows, groups, inner, requires_grad=needs_grad)
    weight = torch.randn(groups, outer, inner, requires_grad=needs_grad)
    y = row_product(x, weight)
    assert convolved == [rows]
    assert y.shape == (rows, groups, outer)
    expected = by_loop(x.detach().double().numpy(), weight.detach().double().numpy())
    np.testing.assert_allclose(y.detach(), expected, atol=1e-5)


@pytest.mark.filterwarnings("ignore:Input .* requires gradient and is not a double")
@pytest.mark.parametrize("size", SIZES)
def test_gradients_with_onednn(size, onednn, convolved):
    rows, groups, inner, outer = size
    x = torch.randn(rows, groups, inner, requires_grad=True)
    weight = torch.randn(groups, outer, inner, requires_grad=True)
    # Differences of a bilinear function are exact for any step, so a large one serves float32.
    close = {"eps": 0.5, "atol": 1e-4, "rtol": 1e-4, "nondet_tol": 1e-5}
    assert torch.autograd.gradcheck(row_product, (x, weight), check_forward_ad=True, **close)
    assert torch.autograd.gradgradcheck(row_product, (x, weight), **close)
    assert convolved


@pytest.mark.parametrize("needs_grad", [(True, False), (False, True)])
def test_gradients_are_computed_only_where_needed(needs_grad, onednn, convolved):
    x = torch.randn(20, 1, 3, requires_grad=needs_grad[0])
    weight = torch.randn(1, 4, 3, requires_grad=needs_grad[1])
    row_product(x, weight).sum().backward()  # its gradient is an expanded scalar
    assert [x.grad is not None, weight.grad is not None] == list(needs_grad)
    if needs_grad[0]:
        torch.testing.assert_close(x.grad, weight.sum(dim=1).expand(20, 1, 3))
        assert convolved == [20, 20]
    else:
        torch.testing.assert_close(weight.grad, x.sum(dim=0).expand(1, 4, 3))
        assert convolved == [20]


def test_strided_rows_with_onednn(onednn, convolved):
    wide = torch.randn(20, 2, 9)
    x, weight = wide[::2, :, 3:7], torch.randn(2, 4, 5).mT
    torch.testing.assert_close(
        row_product(x, weight), torch.einsum("rgi,goi->rgo", x, weight), atol=1e-5, rtol=1e-5
    )
    assert convolved == [10]


def test_functional_transforms_with_onednn(onednn):
    weight = torch.randn(1, 4, 3)

    def total(x, weight):
        return row_product(x, weight).square().sum()

    xs = torch.randn(6, 5, 1, 3)
    gradients = torch.func.vmap(torch.func.grad(total), in_dims=(0, None))(xs, weight)
    assert gradients.shape == xs.shape
    for x, gradient in zip(xs, gradients, strict=True):
        expected = 2 * (x @ weight[0].mT) @ weight[0]
        torch.testing.assert_close(gradient, expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("backend", ["torch", "onednn"])
def test_linear_rows_equals_linear_for_any_shape(backend):
    set_matmul_backend(backend, min_size=0)
    weight, bias = torch.randn(5, 4), torch.randn(5)
    for shape in ((2, 3, 4), (3, 4), (4,)):
        x = torch.randn(shape)
        for b in (None, bias):
            expected = torch.nn.functional.linear(x, weight, b)
            torch.testing.assert_close(linear_rows(x, weight, b), expected)


def test_linear_rows_of_no_rows():
    assert linear_rows(torch.empty(0, 3, 4), torch.randn(5, 4)).shape == (0, 3, 5)


def test_other_types_and_settings_stay_with_torch(onednn, convolved, monkeypatch):
    x, weight = torch.randn(20, 1, 3), torch.randn(1, 4, 3)
    row_product(x.double(), weight.double())
    row_product(x.bfloat16(), weight.bfloat16())
    with torch.autocast("cpu", torch.bfloat16):
        assert row_product(x, weight).dtype == torch.bfloat16
    with monkeypatch.context() as patch:
        patch.setattr(torch.backends.mkldnn, "enabled", False)
        row_product(x, weight)
    assert convolved == []
    row_product(x, weight)
    assert convolved == [20]


def test_exports_for_any_number_of_rows(onednn):
    class Linear(torch.nn.Module):
        def forward(self, x, weight):
            return row_product(x, weight)

    rows = torch.export.Dim("rows", min=2)
    arguments = torch.randn(3, 1, 4), torch.randn(1, 5, 4)
    program = torch.export.export(Linear(), arguments, dynamic_shapes=({0: rows}, None))
    x = torch.randn(7, 1, 4)
    torch.testing.assert_close(program.module()(x, arguments[1]), row_product(x, arguments[1]))


def test_products_below_the_minimum_size_stay_with_torch(convolved):
    set_matmul_backend("onednn", min_size=100 * 16 * 16)
    row_product(torch.randn(99, 1, 16), torch.randn(1, 16, 16))
    assert convolved == []
    row_product(torch.randn(100, 1, 16), torch.randn(1, 16, 16))
    assert convolved == [100]


def test_default_minimum_size_is_large(convolved):
    set_matmul_backend("onednn")
    row_product(torch.randn(2**11, 1, 2**8), torch.randn(1, 2**8, 2**8))
    assert convolved == [2**11]
    row_product(torch.randn(2**11 - 1, 1, 2**8), torch.randn(1, 2**8, 2**8))
    assert convolved == [2**11]


def test_torch_is_the_default_and_can_be_restored(convolved):
    x, weight = torch.randn(2**11, 1, 2**8), torch.randn(1, 2**8, 2**8)
    default = row_product(x, weight)
    set_matmul_backend("onednn")
    torch.testing.assert_close(row_product(x, weight), default, atol=1e-3, rtol=1e-4)
    set_matmul_backend("torch")
    assert torch.equal(row_product(x, weight), default)
    assert convolved == [2**11]


@pytest.mark.parametrize(("slow", "taken"), [("torch", "onednn"), ("onednn", "torch")])
def test_auto_takes_the_faster_one(slow, taken, monkeypatch):
    linear, conv2d = torch.nn.functional.linear, torch.nn.functional.conv2d

    def slowed(call):
        def run(*args, **kwargs):
            time.sleep(0.05)
            return call(*args, **kwargs)

        return run

    name, call = ("linear", linear) if slow == "torch" else ("conv2d", conv2d)
    monkeypatch.setattr(torch.nn.functional, name, slowed(call))
    assert set_matmul_backend("auto") == taken


def test_auto_leaves_it_to_torch_without_onednn(monkeypatch):
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    assert set_matmul_backend("auto") == "torch"


def test_auto_keeps_the_minimum_size(convolved):
    set_matmul_backend("auto")
    convolved.clear()
    row_product(torch.ones(48, 1, 7), torch.ones(1, 3, 7))
    assert convolved == []


def test_unknown_backends_are_refused():
    with pytest.raises(ValueError, match=r"'backend' .*got 'mkl'"):
        set_matmul_backend("mkl")
