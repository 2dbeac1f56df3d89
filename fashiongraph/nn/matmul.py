"""Row-wise matrix products, with a switch between torch and oneDNN on the CPU."""

from __future__ import annotations

import time
from typing import Any, Literal

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx
from torch.nn.grad import conv2d_weight

# The kernel of the weights' gradient is fast for numbers of rows that are multiples of this.
_MULTIPLE = 16
# oneDNN compiles a kernel for each new number of rows, which pays for large products only.
_DEFAULT_MIN_SIZE = 2**27
_backend: Literal["torch", "onednn"] = "torch"
_min_size = _DEFAULT_MIN_SIZE
_WORTH = 1.03  # gain from which oneDNN is taken, since it compiles a kernel for each shape
_TURNS = 5


def set_matmul_backend(
    backend: Literal["torch", "onednn", "auto"], min_size: int = _DEFAULT_MIN_SIZE
) -> Literal["torch", "onednn"]:
    """Choose the library that multiplies large float32 matrices on the CPU.

    ``"torch"``, the default, leaves the choice to torch, which takes MKL. ``"onednn"`` computes
    large products as convolutions of width one, which torch dispatches to oneDNN; the sums are the
    same in another order. It pays on processors on which MKL uses half of the vector width: on an
    AMD EPYC with AVX-512 a training step took 0.6 times as long, on another EPYC 0.94 times, on an
    Intel Xeon it makes no difference. ``make bench`` shows the ratio.

    ``"auto"`` times a product and its gradient both ways, which takes some 50 ms, and takes oneDNN
    if that is at least 3 % faster. Two processes may choose differently where both are about as
    fast, so a run that is to be repeated to the bit needs the name that is returned.

    Args:
        backend: ``"torch"``, ``"onednn"`` or ``"auto"``.
        min_size: Number of multiplications from which a product is given to oneDNN.

    Returns:
        The back end taken.

    Raises:
        ValueError: If ``backend`` is another name.

    Example:
        >>> from fashiongraph.nn.matmul import set_matmul_backend
        >>> set_matmul_backend("onednn")
        'onednn'
        >>> set_matmul_backend("torch")
        'torch'
    """
    if backend not in ("torch", "onednn", "auto"):
        raise ValueError(f"'backend' needs to be 'torch', 'onednn' or 'auto' (got {backend!r})")
    global _backend, _min_size
    _backend = _faster() if backend == "auto" else backend
    _min_size = min_size
    return _backend


def _faster() -> Literal["torch", "onednn"]:
    """The back end that multiplies faster in this process; leaves the last one switched on."""
    if not (torch.backends.mkldnn.enabled and torch.backends.mkldnn.is_available()):
        return "torch"
    global _backend, _min_size
    x = torch.ones(2048, 1, 256, requires_grad=True)
    weight = torch.ones(1, 512, 256, requires_grad=True)
    gradient = torch.ones(2048, 1, 512)
    seconds: dict[Literal["torch", "onednn"], list[float]] = {"torch": [], "onednn": []}
    for turn in range(_TURNS + 1):  # the first one compiles
        for name, spent in seconds.items():
            _backend, _min_size = name, 0
            begin = time.perf_counter()
            torch.autograd.grad(row_product(x, weight), [x, weight], gradient)
            spent += [time.perf_counter() - begin] if turn else []
    return "onednn" if min(seconds["torch"]) >= _WORTH * min(seconds["onednn"]) else "torch"


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

    Example:
        >>> import torch
        >>> from fashiongraph.nn.matmul import row_product
        >>> row_product(torch.ones(5, 2, 3), torch.ones(2, 4, 3)).shape
        torch.Size([5, 2, 4])
    """
    if _is_convolution(x, weight):
        kernel = weight.reshape(-1, weight.size(2), 1, 1)
        needs_grad = torch.is_grad_enabled() and (x.requires_grad or weight.requires_grad)
        pixels = (_Pointwise.apply if needs_grad else _Pointwise.forward)(_pixels(x), kernel)
        return _rows(pixels, len(weight))
    if len(weight) == 1:
        return torch.nn.functional.linear(x, weight[0])
    return torch.matmul(x.transpose(0, 1), weight.mT).transpose(0, 1)


def linear_rows(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """:func:`torch.nn.functional.linear` computed by :func:`row_product`.

    Args:
        x: Rows [..., I].
        weight: Matrix [O, I].
        bias: Bias [O].

    Returns:
        Rows [..., O].

    Example:
        >>> import torch
        >>> from fashiongraph.nn.matmul import linear_rows
        >>> linear_rows(torch.ones(5, 3), torch.ones(4, 3), torch.ones(4)).shape
        torch.Size([5, 4])
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
        x.numel() * weight.size(1) >= _min_size
        and x.device.type == weight.device.type == "cpu"
        and x.dtype == weight.dtype == torch.float32
        and not torch.is_autocast_enabled("cpu")
        and bool(torch.backends.mkldnn.enabled)
        and torch.backends.mkldnn.is_available()
    )


def _pixels(rows: Tensor) -> Tensor:
    """View of rows [R, G, I] as the pixels of one image [1, G I, R, 1]."""
    return rows.reshape(1, len(rows), 1, -1).permute(0, 3, 1, 2)


def _rows(pixels: Tensor, groups: int) -> Tensor:
    """View of pixels [1, G I, R, 1] as rows [R, G, I]."""
    return pixels.permute(0, 2, 3, 1).reshape(pixels.size(2), groups, -1)


class _Pointwise(torch.autograd.Function):
    """Convolution of width one, whose gradients are products of the same kind."""

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
        terms = []
        if of_pixels is not None:
            terms.append(_Pointwise.apply(of_pixels, kernel))
        if of_kernel is not None:
            terms.append(_Pointwise.apply(pixels, of_kernel))
        return sum(terms[1:], terms[0]) if terms else None


def _of_weight(x: Tensor, gradient: Tensor) -> Tensor:
    """Gradient of the matrices, the sum of outer products of rows [G, O, I]."""
    rest = len(x) % _MULTIPLE
    full = len(x) - rest
    if x.size(1) > 1 or not full:
        return torch.matmul(gradient.permute(1, 2, 0), x.transpose(0, 1))
    size = (gradient.size(2), x.size(2))
    total: Tensor = conv2d_weight(_pixels(x[:full]), (*size, 1, 1), _pixels(gradient[:full]))
    total = total.view(1, *size)
    if rest:
        total[0].addmm_(gradient[full:, 0].mT, x[full:, 0])
    return total
