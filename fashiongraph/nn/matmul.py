"""Products of rows with matrices, with a choice of the library on processors."""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx
from torch.nn.grad import conv2d_weight

# Multiplications from which a kernel that has to be made for a new number of rows is worth it.
_LARGE = 2**27
# Multiples of rows for which the kernel of the weights' gradient keeps its speed.
_MULTIPLE = 16
_backend = "torch"


def set_matmul_backend(backend: Literal["torch", "onednn"]) -> None:
    """Choose the library that multiplies large float32 matrices on the CPU.

    ``"torch"``, the default, leaves the choice to torch, which takes MKL. ``"onednn"`` computes
    products of at least 2^27 multiplications as convolutions of width one, which torch gives to
    oneDNN; the sums are the same in another order. It pays on processors on which MKL uses half of
    the vector width: on an AMD EPYC with AVX-512 a training step took 0.6 times as long, on another
    EPYC 0.94 times, on an Intel Xeon it makes no difference. ``make bench`` shows the ratio.

    Args:
        backend: ``"torch"`` or ``"onednn"``.

    Raises:
        ValueError: If it is another.
    """
    if backend not in ("torch", "onednn"):
        raise ValueError(f"'backend' needs to be 'torch' or 'onednn' (got {backend!r})")
    global _backend
    _backend = backend


def row_product(x: Tensor, weight: Tensor) -> Tensor:
    r"""Multiply each row by the matrix of its group.

    .. math::
        \mathbf{y}_{rg} = \mathbf{W}_g \, \mathbf{x}_{rg}

    This is :func:`torch.nn.functional.linear` for one group and a batched product for several,
    unless :func:`set_matmul_backend` chose ``"onednn"``.

    Args:
        x: Rows [R, G, I].
        weight: Matrices [G, O, I].

    Returns:
        Products [R, G, O].
    """
    if _is_convolution(x, weight):
        kernel = weight.reshape(-1, weight.size(2), 1, 1)
        learns = torch.is_grad_enabled() and (x.requires_grad or weight.requires_grad)
        pixels = (_Pointwise.apply if learns else _Pointwise.forward)(_pixels(x), kernel)
        return _rows(pixels, len(weight))
    if len(weight) == 1:
        return torch.nn.functional.linear(x, weight[0])
    return torch.matmul(x.transpose(0, 1), weight.mT).transpose(0, 1)


def linear_rows(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Multiply rows by one matrix, :func:`torch.nn.functional.linear` by :func:`row_product`.

    Args:
        x: Rows [..., I].
        weight: The matrix [O, I].
        bias: What to add [O].
    """
    if not _is_convolution(x, weight.unsqueeze(0)):
        return torch.nn.functional.linear(x, weight, bias)
    y = row_product(x.reshape(-1, 1, x.size(-1)), weight.unsqueeze(0))
    y = y.reshape(*x.shape[:-1], len(weight))
    return y if bias is None else y + bias


def _is_convolution(x: Tensor, weight: Tensor) -> bool:
    if _backend != "onednn" or torch.compiler.is_compiling():  # a compiler chooses kernels itself
        return False
    return (
        x.numel() * weight.size(1) >= _LARGE
        and x.device.type == weight.device.type == "cpu"
        and x.dtype == weight.dtype == torch.float32
        and not torch.is_autocast_enabled("cpu")
        and bool(torch.backends.mkldnn.enabled)
        and torch.backends.mkldnn.is_available()
    )


def _pixels(rows: Tensor) -> Tensor:
    """Rows [R, G, I] as pixels of one picture [1, G I, R, 1], where they lie."""
    return rows.reshape(1, len(rows), 1, -1).permute(0, 3, 1, 2)


def _rows(pixels: Tensor, groups: int) -> Tensor:
    """Pixels [1, G I, R, 1] as rows [R, G, I], where they lie."""
    return pixels.permute(0, 2, 3, 1).reshape(pixels.size(2), groups, -1)


class _Pointwise(torch.autograd.Function):
    """Convolutions of width one, whose gradients are products of the same kind."""

    generate_vmap_rule = True

    @staticmethod
    def forward(pixels: Tensor, kernel: Tensor) -> Tensor:
        return torch.nn.functional.conv2d(pixels, kernel, groups=pixels.size(1) // kernel.size(1))

    @staticmethod
    def setup_context(ctx: FunctionCtx, inputs: tuple[Any, ...], output: Any) -> None:
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None]:
        pixels, kernel = ctx.saved_tensors
        groups = pixels.size(1) // kernel.size(1)
        gradient = _rows(gradient, groups)
        of_pixels = of_kernel = None
        if ctx.needs_input_grad[0]:
            weight = kernel.view(groups, -1, kernel.size(1))
            of_pixels = _pixels(row_product(gradient, weight.mT))
        if ctx.needs_input_grad[1]:
            of_kernel = _of_weight(_rows(pixels, groups), gradient).view_as(kernel)
        return of_pixels, of_kernel

    @staticmethod
    def jvp(ctx: Any, of_pixels: Tensor | None, of_kernel: Tensor | None) -> Tensor | None:
        pixels, kernel = ctx.saved_tensors
        parts = [
            None if of_pixels is None else _Pointwise.apply(of_pixels, kernel),
            None if of_kernel is None else _Pointwise.apply(pixels, of_kernel),
        ]
        there = [part for part in parts if part is not None]
        return sum(there[1:], there[0]) if there else None


def _of_weight(x: Tensor, gradient: Tensor) -> Tensor:
    """Sums over the rows of products of two vectors, one of I and one of O [G, O, I]."""
    few = len(x) % _MULTIPLE
    many = len(x) - few
    if x.size(1) > 1 or not many:
        return torch.matmul(gradient.permute(1, 2, 0), x.transpose(0, 1))
    size = (gradient.size(2), x.size(2))
    total: Tensor = conv2d_weight(_pixels(x[:many]), (*size, 1, 1), _pixels(gradient[:many]))
    total = total.view(1, *size)
    if few:
        total[0].addmm_(gradient[many:, 0].mT, x[many:, 0])
    return total
