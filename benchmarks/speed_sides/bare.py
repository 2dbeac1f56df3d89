"""Bare matrix products, each by the faster back end at hand: the limit of a row."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn.functional import conv2d
from torch.nn.grad import conv2d_weight

from speed_sides.case import Case
from speed_sides.timing import Side

Shape = tuple[int, int, int, int]
"""Count, rows, inner size and columns of a product."""
_TRIALS = 4


def node_shapes(case: Case, nodes: int, cached: bool) -> list[Shape]:
    """Products of message passing and of the scorer, for a number of nodes.

    Args:
        case: Sizes.
        nodes: Number of items in all outfits of a batch.
        cached: Whether gates see both states in one product, as without a gradient.
    """
    k, size = case.model.num_attributes, case.hidden
    further = case.model.num_steps - 1
    gates = [(1, nodes * k, 2 * size, 2 * size), (1, nodes * k, 2 * size, size)]
    return [
        (1, nodes * k, size, size),
        *(gates if cached else [(1, nodes * k, size, 6 * size)]) * further,
        (k, nodes, size, size),
    ]


def item_shapes(case: Case, items: int) -> list[Shape]:
    """Products of the encoder and of the first projections, for a number of distinct items."""
    k, size = case.model.num_attributes, case.hidden
    return [(1, items, case.features, k * size), (1, items * k, size, 5 * size)]


def limit(case: Case, shapes: Sequence[tuple[Shape, int]], train: bool) -> tuple[Side, str]:
    """Products by the back end that is faster for each, and the back ends taken.

    Args:
        case: Sizes and device.
        shapes: Shapes, the first one of features, and how often each product is computed.
        train: Also compute the products of the gradients, but for that of features.
    """
    calls: list[tuple[Callable[[], Tensor], int]] = []
    taken: Counter[str] = Counter()
    for place, (shape, times) in enumerate(shapes):
        for choices in _products(case, shape, train, place > 0):
            name, call = min(choices.items(), key=lambda one: _seconds(one[1]))
            taken[name] += 1
            calls.append((call, times))

    def run() -> None:
        for call, times in calls:
            for _ in range(times):
                call()

    return run, ", ".join(f"{name} for {count}" for name, count in sorted(taken.items()))


def _products(
    case: Case, shape: Shape, train: bool, of_input: bool
) -> list[dict[str, Callable[[], Tensor]]]:
    """Each product of a shape by all back ends: itself, and those of its gradients."""
    count, rows, inner, columns = shape
    left = torch.randn(count, rows, inner, device=case.device)
    right = torch.randn(count, inner, columns, device=case.device)
    gradient = torch.randn(count, rows, columns, device=case.device)
    found = [_by_all(left, right)]
    if train:
        weight: dict[str, Callable[[], Tensor]] = {"torch": lambda: torch.matmul(left.mT, gradient)}
        if _has_onednn(case) and count == 1:
            size, x, y = (columns, inner, 1, 1), _pixels(left), _pixels(gradient)
            weight["onednn"] = lambda: conv2d_weight(x, size, y)
        found.append(weight)
        if of_input:
            found.append(_by_all(gradient, right.mT))
    return found if _has_onednn(case) else [{"torch": one["torch"]} for one in found]


def _by_all(left: Tensor, right: Tensor) -> dict[str, Callable[[], Tensor]]:
    kernel = right.mT.reshape(-1, right.size(1), 1, 1).contiguous()
    pixels, groups = _pixels(left), len(left)
    return {
        "torch": lambda: torch.matmul(left, right),
        "onednn": lambda: conv2d(pixels, kernel, groups=groups),
    }


def _pixels(rows: Tensor) -> Tensor:
    """Rows [G, R, I] as the pixels of one image [1, G I, R, 1], channels last."""
    flat = rows.transpose(0, 1).reshape(1, rows.size(1), 1, -1)
    return flat.permute(0, 3, 1, 2)


def _has_onednn(case: Case) -> bool:
    return case.device == "cpu" and torch.backends.mkldnn.is_available()


def _seconds(call: Callable[[], Tensor]) -> float:
    spent = []
    for _ in range(_TRIALS):
        begin = time.perf_counter()
        call()
        spent.append(time.perf_counter() - begin)
    return min(spent)
