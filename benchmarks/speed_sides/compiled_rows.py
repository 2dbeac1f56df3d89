"""Speed rows of ``torch.compile``, without a target."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch._dynamo.exc import BackendCompilerFailed
from torch._dynamo.utils import counters
from torch_geometric.data import Batch

from speed_sides.case import Case
from speed_sides.scoring_rows import scoring
from speed_sides.timing import Row, Side, ratio
from speed_sides.training_rows import step


def compared(name: str, case: Case, make: Callable[[torch.nn.Module, Batch], Side]) -> Row:
    """Batches of different sizes by the compiled model against the plain one.

    The model is compiled for any size, in the warm-up turn, which is not counted.

    Args:
        name: Name of the row.
        case: Sizes, models and batches.
        make: Makes the timed call from a model and a batch.
    """
    torch.compiler.reset()
    counters.clear()
    batches = [batch.to(case.device) for batch in case.loader(case.catalogue)]

    def side(model: torch.nn.Module) -> Side:
        calls = [make(model, batch) for batch in batches]
        return lambda: [call() for call in calls]

    sides = {"compiled": side(torch.compile(case.model, dynamic=True)), "plain": side(case.model)}
    try:
        row = ratio(name, sides, case.repeats)
    except BackendCompilerFailed as error:  # no C++ compiler, say
        return Row(name, "times", [], details={"reason": str(error).splitlines()[0]})
    graphs = {"graphs": counters["stats"]["unique_graphs"]}  # one serves all sizes
    return Row(row.name, row.unit, row.values, details={**row.details, **graphs})


def train_compiled(case: Case) -> Row:
    """Training steps."""
    case.model.train()
    return compared("training step, torch.compile against plain", case, step)


def infer_compiled(case: Case) -> Row:
    """Scoring without gradients."""

    def alone(model: torch.nn.Module, batch: Batch) -> Side:
        return scoring(model, [batch])

    return compared("scoring, torch.compile against plain", case, alone)


ROWS: dict[str, Callable[[Case], Row]] = {
    row.__name__: row for row in (train_compiled, infer_compiled)
}
