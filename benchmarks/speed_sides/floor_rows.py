"""A row of the table about the least that a training step could take."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable

import torch

from fashiongraph.models.incoming import incoming
from speed_sides.case import Case
from speed_sides.naive import Naive
from speed_sides.timing import Row, Side, interleaved
from speed_sides.training_rows import products, step

# States [N, K, H] that kernels read and write beside the products, if nothing is touched twice.
_PER_ROUND = (
    (5 + 3)  # gates: their message, U h and h; both gates and r * h
    + (4 + 2)  # candidate: its message, U (r * h), h and z; candidate and new h
    + (4 + 3)  # back: gradient, z, candidate, h; gradients of z and candidate, and a part of h's
    + (4 + 2)  # back: gradient of r * h, r, h and that part; gradients of r and h
)
_SCORER = (
    (1 + 1 + 1 + 2)  # sum over the outfit; h, and the sum without it; the product with W h
    + (2 + 1 + 2 + 1)  # back: both factors; gradient of the sum; of h
)


def sums(case: Case) -> Side:
    """The sparse products over neighbours, there and back."""
    batch, width = case.pairs, case.model.num_attributes * case.hidden
    among = incoming(batch)
    distinct = torch.sparse_csr_tensor(
        among.crow_indices(),
        batch.unique_slot[among.col_indices()],
        among.values(),
        (batch.num_nodes, len(batch.unique_x)),
        check_invariants=False,
    )
    rounds = [(distinct, 3 * width), *[(among, width)] * (case.model.num_steps - 1)]
    calls = [
        (matrix, torch.randn(matrix.size(1), columns, device=case.device))
        for there, columns in rounds
        for matrix in (there, there.to_dense().T.to_sparse_csr())
    ]
    return lambda: [torch.sparse.mm(matrix, states) for matrix, states in calls]


def moves(case: Case) -> Side:
    """As many bytes as the elementwise work has to move, by additions of whole tensors."""
    size = (case.pairs.num_nodes, case.model.num_attributes, case.hidden)
    tensors = [torch.randn(size, device=case.device) for _ in range(30)]  # no cache holds these
    adds = math.ceil((_PER_ROUND * case.model.num_steps + _SCORER) / 3)  # two read, one written

    def run() -> None:
        for place in range(adds):
            left, right, total = (tensors[(3 * place + i) % len(tensors)] for i in range(3))
            torch.add(left, right, out=total)

    return run


def train_floor(case: Case) -> Row:
    """The share of its products' speed that a step would reach that does no more than it must."""
    parts = [products(case), sums(case), moves(case)]
    sides: dict[str, Side] = {
        "least": lambda: [part() for part in parts],
        "products": parts[0],
        "sums over neighbours": parts[1],
        "moves": parts[2],
        "ours": step(case.model, case.pairs),
        "naive": step(Naive(case.model), case.pairs),
    }
    seconds = interleaved(sides, case.repeats)
    turns = list(zip(seconds["products"], seconds["least"], strict=True))
    naive = zip(seconds["naive"], seconds["least"], strict=True)
    details: dict[str, object] = {
        "seconds": {side: statistics.median(times) for side, times in seconds.items()},
        "naive against least": statistics.median(other / least for other, least in naive),
    }
    name = "share of the speed of its products that the least possible step would reach"
    return Row(name, "times", [bare / least for bare, least in turns], details=details)


ROWS: dict[str, Callable[[Case], Row]] = {train_floor.__name__: train_floor}
