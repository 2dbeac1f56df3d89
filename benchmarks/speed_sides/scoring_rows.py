"""Speed rows of scoring: cached item states, blanks, growth with size."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import torch
from torch_geometric.data import Batch

from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.evaluation import score_candidates, score_outfits
from fashiongraph.evaluation.draw_questions import draw_fill_in_blank
from fashiongraph.loader.outfit_batch import item_inputs
from speed_sides.bare import item_shapes, limit, node_shapes
from speed_sides.case import Case
from speed_sides.made import made_outfits
from speed_sides.naive import OVER_FLOPS, Naive
from speed_sides.timing import Row, Side, interleaved, ratio

_BLOCK = 4096  # items encoded at once
AT_ONCE = 1024  # outfits in a batch, as the command `fashiongraph evaluate` scores them


def cached(case: Case, batch: Batch) -> Batch:
    """The batch with cached states of its items."""
    batch = batch.clone()
    items, batch.item_index = item_inputs(batch)
    batch.item_states = case.model.cache_items(items)
    return batch


def scoring(model: torch.nn.Module, batches: list[Batch]) -> Side:
    """Score batches without gradients, as in evaluation."""
    model.eval()
    return torch.inference_mode()(lambda: [model(batch) for batch in batches])


@torch.no_grad()
def infer_naive(case: Case) -> Row:
    """Cached encodings against the naive composition, in a batch as large as the command's."""
    batches = case.scored(4 * case.outfits, AT_ONCE)
    sides = {
        "ours": scoring(case.model, [cached(case, batch) for batch in batches]),
        "naive": scoring(Naive(case.model), batches),
    }
    name = "scoring with cached encodings against the naive composition"
    return ratio(name, sides, case.repeats, over_flops=OVER_FLOPS)


@torch.no_grad()
def infer_limit(case: Case) -> Row:
    """Cached encodings against bare matrix products."""
    batches = [cached(case, batch) for batch in case.scored(4 * case.outfits, AT_ONCE)]
    nodes = [batch.num_nodes for batch in batches]
    shapes = [(shape, 1) for count in nodes for shape in node_shapes(case, count, cached=True)]
    bare, taken = limit(case, shapes, train=False)
    sides = {"ours": scoring(case.model, batches), "products": bare}
    name = "scoring with cached encodings: share of the speed of its matrix products"
    return ratio(name, sides, case.repeats, 0.75, details={"limit": taken})


@torch.no_grad()
def infer_transformer(case: Case) -> Row:
    """Cached encodings against a set transformer."""
    batches = case.scored(2 * case.transformer, 2 * case.transformer)
    sides = {
        "ours": scoring(case.model, [cached(case, batch) for batch in batches]),
        "set transformer": scoring(case.transformer_model, batches),
    }
    name = "scoring with cached encodings against a set transformer"
    return ratio(name, sides, min(3, case.repeats), 50)


@lru_cache(maxsize=1)
def blanks(count: int, features: int) -> FillInBlank:
    """Blanks with four candidates, over as many items."""
    return draw_fill_in_blank(made_outfits(count, count, features), "uniform", seed=0)


def fitb(case: Case) -> Row:
    """Blanks against as many outfits, batch by batch, by the naive composition."""
    questions = blanks(case.questions, case.features)
    naive, outfits = Naive(case.model), questions.outfits()
    sides = {
        "ours": lambda: score_candidates(case.model, questions, AT_ONCE),
        "naive": lambda: score_outfits(naive, outfits, AT_ONCE),
    }
    name = f"{len(questions):,} blanks against {len(outfits):,} outfits by the naive composition"
    return ratio(name, sides, min(3, case.repeats), over_flops=OVER_FLOPS)


@torch.no_grad()
def fitb_limit(case: Case) -> Row:
    """Blanks against bare matrix products."""
    questions = blanks(case.questions, case.features)
    outfits = questions.outfits()
    batches = -(-len(outfits) // AT_ONCE)
    nodes = len(outfits.item_id) // batches
    items = min(len(outfits.item_id.unique()), _BLOCK)
    encoded = -(-len(outfits.item_id.unique()) // items)
    shapes = [
        *((shape, encoded) for shape in item_shapes(case, items)),
        *((shape, batches) for shape in node_shapes(case, nodes, cached=True)),
    ]
    bare, taken = limit(case, shapes, train=False)
    sides = {
        "ours": lambda: score_candidates(case.model, questions, AT_ONCE),
        "products": bare,
    }
    name = f"{len(questions):,} blanks: share of the speed of their matrix products"
    return ratio(name, sides, min(3, case.repeats), 0.75, details={"limit": taken})


def exponent(name: str, sides: dict[int, Side], repeats: int, target: float) -> Row:
    """Exponent of the growth of a side's time with its size, by a linear fit of logarithms."""
    seconds = interleaved({str(size): side for size, side in sides.items()}, repeats)
    logs = np.log(list(sides))
    turns = zip(*seconds.values(), strict=True)
    values = [float(np.polyfit(logs, np.log(turn), 1)[0]) for turn in turns]
    medians = {size: float(np.median(times)) for size, times in seconds.items()}
    return Row(name, "exponent", values, target, at_most=True, details={"seconds": medians})


def scorer_growth(case: Case) -> Row:
    """The scorer's time against the size of an outfit."""
    scorer = case.model.scorer

    def side(size: int) -> Side:
        x = torch.randn(64 * size, case.model.num_attributes, case.hidden, device=case.device)
        outfit = torch.arange(64, device=case.device).repeat_interleave(size)
        return torch.inference_mode()(lambda: scorer(x, outfit, 64))

    sizes = [2, 4, 8, 16, 32, 64]
    sides = {size: side(size) for size in sizes}
    return exponent("scorer, time against outfit size", sides, case.repeats, 1.1)


def model_growth(case: Case) -> Row:
    """The whole model's time against the number of outfits."""
    steps = [n for n in (100, 1000, 10_000, 100_000) if n <= case.largest]
    outfits = made_outfits(case.largest, 10_000, case.features)

    def side(count: int) -> Side:
        few = outfits.select(torch.arange(count))
        return lambda: score_outfits(case.model, few, AT_ONCE)

    sides = {count: side(count) for count in steps}
    return exponent("whole model, time against outfits", sides, min(3, case.repeats), 1.05)


ROWS: dict[str, Callable[[Case], Row]] = {
    row.__name__: row
    for row in (
        infer_naive,
        infer_limit,
        infer_transformer,
        fitb,
        fitb_limit,
        scorer_growth,
        model_growth,
    )
}
