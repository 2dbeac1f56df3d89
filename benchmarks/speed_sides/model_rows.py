"""Rows of the table about models: training steps, scoring, layers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch_geometric.data import Batch
from torch_geometric.nn import GatedGraphConv

from fashiongraph.data import OutfitLoader, Outfits, category_graph
from fashiongraph.data.negatives.protocol import negative_sampler
from fashiongraph.data.questions.draw import draw_fill_in_blank
from fashiongraph.evaluation import score_candidates, score_outfits
from fashiongraph.models import ADDGNN, NGNN, SetTransformer
from fashiongraph.models.incoming import incoming
from fashiongraph.nn import AttributeGatedConv, BPRLoss
from speed_sides.made import made_outfits
from speed_sides.naive import Naive
from speed_sides.timing import Row, Side, interleaved, ratio


@dataclass(frozen=True)
class Case:
    """What the rows measure on.

    Args:
        outfits: Real outfits per training batch, and as many negatives.
        features: Size of the features.
        hidden: Size of a state.
        questions: Blanks to fill in.
        largest: Most outfits of the row about growth.
        transformer: Outfits of the rows with the set transformer.
        repeats: Turns.
    """

    outfits: int = 256
    features: int = 2048
    hidden: int = 256
    questions: int = 10_000
    largest: int = 100_000
    transformer: int = 32
    repeats: int = 7

    @property
    def device(self) -> str:
        """A GPU where there is one."""
        return "cuda" if torch.cuda.is_available() else "cpu"

    @cached_property
    def catalogue(self) -> Outfits:
        """Outfits over a table with four items an outfit."""
        return made_outfits(4 * self.outfits, 4 * self.outfits, self.features)

    @cached_property
    def model(self) -> ADDGNN:
        """The model with the paper's sizes."""
        torch.manual_seed(0)
        model = ADDGNN(self.features, self.hidden).to(self.device)
        outfits = self.catalogue
        model.graph = category_graph(outfits.category_id, outfits.batch, 50)
        return model

    @cached_property
    def pairs(self) -> Batch:
        """A training batch: real outfits with one corrupted edition each."""
        sampler = negative_sampler("uniform", self.catalogue.items)
        loader = self.model.paper_objective().loader(
            self.catalogue, sampler, graph=self.model.graph, batch_size=self.outfits
        )
        return next(iter(loader)).to(self.device)

    def scored(self, count: int) -> Batch:
        """A batch of shared items."""
        few = self.catalogue.select(torch.arange(count))
        loader = OutfitLoader(few, self.model.graph, count, share_items=True)
        return next(iter(loader)).to(self.device)


def step(model: torch.nn.Module, batch: Batch, mixed: bool = False) -> Side:
    """A training step without the optimiser, which costs all sides alike."""
    loss = BPRLoss()

    def run() -> None:
        model.zero_grad(set_to_none=True)
        with torch.autocast(batch.batch.device.type, torch.bfloat16, enabled=mixed):
            score = model(batch).view(-1, 2)
        loss(score[:, 0], score[:, 1]).backward()

    return run


def products(case: Case) -> Side:
    """The matrix products that the shared-encoding algorithm needs for a step, and no more."""
    batch, size, device = case.pairs, case.hidden, case.device
    distinct, nodes, k = len(batch.unique_x), batch.num_nodes, case.model.num_attributes
    forward = [
        (1, distinct, case.features, k * size),
        (1, distinct * k, size, 5 * size),
        (1, nodes * k, size, size),
        *[(1, nodes * k, size, 6 * size)] * (case.model.num_steps - 1),
        (k, nodes, size, size),
    ]
    triples = []
    for place, (count, rows, inner, columns) in enumerate(forward):
        left = torch.randn(count, rows, inner, device=device)
        right = torch.randn(count, inner, columns, device=device)
        triples.append((left, right, torch.randn(count, rows, columns, device=device), place > 0))

    def run() -> None:
        for left, right, gradient, has_input in triples:
            torch.matmul(left, right)
            torch.matmul(left.mT, gradient)
            if has_input:  # features take no gradient
                torch.matmul(gradient, right.mT)

    return run


def train_naive(case: Case) -> Row:
    """Against the naive composition."""
    sides = {
        "ours": step(case.model, case.pairs),
        "naive": step(Naive(case.model), case.pairs),
    }
    return ratio("training step against the naive composition", sides, case.repeats, 3, True)


def train_limit(case: Case) -> Row:
    """Against bare matrix products."""
    sides = {"ours": step(case.model, case.pairs), "products": products(case)}
    name = "training step: share of the speed of its matrix products"
    return ratio(name, sides, case.repeats, 0.85, True)


def train_mixed(case: Case) -> Row:
    """Automatic mixed precision against the plain step."""
    sides = {
        "bfloat16": step(case.model, case.pairs, mixed=True),
        "plain": step(case.model, case.pairs),
    }
    return ratio("training step, bfloat16 against plain", sides, case.repeats)


def train_compiled(case: Case) -> Row:
    """``torch.compile`` against the plain step; compiling itself is not counted."""
    sides = {
        "compiled": step(torch.compile(case.model), case.pairs),
        "plain": step(case.model, case.pairs),
    }
    return ratio("training step, torch.compile against plain", sides, case.repeats)


def transformer(case: Case) -> SetTransformer:
    """The published size over the width of the features."""
    width, heads = case.features, 16
    model = SetTransformer(width, width, 6, heads, 2024, 0.1, norm_first=False, normalize=False)
    return model.to(case.device)


def train_transformer(case: Case) -> Row:
    """Against a set transformer of the published size."""
    small = Case(case.transformer, case.features, case.hidden)
    sides = {
        "ours": step(small.model, small.pairs),
        "set transformer": step(transformer(small), small.pairs),
    }
    return ratio("training step against a set transformer", sides, min(3, case.repeats), 40, True)


def cached(case: Case, batch: Batch) -> Batch:
    """The batch with the encodings of its items."""
    batch = batch.clone()
    batch.update(case.model.precomputed(batch))
    batch.item_slot = batch.unique_slot
    return batch


def scoring(model: torch.nn.Module, batch: Batch) -> Side:
    """Score a batch without gradients, as in evaluation."""
    model.eval()
    return torch.inference_mode()(lambda: model(batch))


@torch.no_grad()
def infer_naive(case: Case) -> Row:
    """Cached encodings against the naive composition."""
    batch = case.scored(2 * case.outfits)
    sides = {
        "ours": scoring(case.model, cached(case, batch)),
        "naive": scoring(Naive(case.model), batch),
    }
    name = "scoring with cached encodings against the naive composition"
    return ratio(name, sides, case.repeats, 5, True)


@torch.no_grad()
def infer_transformer(case: Case) -> Row:
    """Cached encodings against a set transformer."""
    batch = case.scored(2 * case.transformer)
    sides = {
        "ours": scoring(case.model, cached(case, batch)),
        "set transformer": scoring(transformer(case), batch),
    }
    name = "scoring with cached encodings against a set transformer"
    return ratio(name, sides, min(3, case.repeats), 50)


def fitb(case: Case) -> Row:
    """Blanks against as many outfits, batch by batch, by the naive composition."""
    outfits = made_outfits(case.questions, case.questions, case.features)
    questions = draw_fill_in_blank(outfits, "uniform", seed=0)
    naive, asked = Naive(case.model), questions.outfits()
    sides = {
        "ours": lambda: score_candidates(case.model, questions),
        "naive": lambda: score_outfits(naive, asked),
    }
    name = f"{len(questions):,} blanks against {len(asked):,} outfits by the naive composition"
    return ratio(name, sides, 1 if case.questions > 1000 else 2, 5)


def train_ngnn(case: Case) -> Row:
    """Against NGNN with states as wide."""
    other = NGNN(case.features, 50, case.hidden).to(case.device)
    other.graph = case.model.graph
    sides = {"ours": step(case.model, case.pairs), "NGNN": step(other, case.pairs)}
    return ratio("training step against NGNN of one attribute", sides, case.repeats)


def layers(case: Case) -> Row:
    """The layer's rounds on one attribute against PyG's gated layer."""
    batch = case.pairs
    x = torch.randn(batch.num_nodes, 1, case.hidden, device=case.device)
    ours = AttributeGatedConv(case.hidden).to(case.device)
    gated = GatedGraphConv(case.hidden, 2).to(case.device)
    cell = torch.nn.GRUCell(case.hidden, case.hidden).to(case.device)
    edges, adjacency = (batch.edge_index, batch.edge_weight), incoming(batch)

    def grad(layer: torch.nn.Module, run: Callable[[], torch.Tensor]) -> Side:
        def both() -> None:
            layer.zero_grad()
            run().sum().backward()

        return both

    sides = {
        "ours": grad(ours, lambda: ours(x, adjacency)),
        "GatedGraphConv": grad(gated, lambda: gated(x[:, 0], *edges)),
        "GRUCell, without messages": grad(cell, lambda: cell(x[:, 0], cell(x[:, 0], x[:, 0]))),
    }
    return ratio("layer of two rounds against GatedGraphConv", sides, case.repeats)


def exponent(name: str, sides: dict[int, Side], repeats: int, target: float) -> Row:
    """The power of its size that a side's time grows by, from a line through logarithms."""
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
        return lambda: score_outfits(case.model, few)

    sides = {count: side(count) for count in steps}
    repeats = 1 if case.largest > 1000 else 2
    return exponent("whole model, time against outfits", sides, repeats, 1.05)


def train_memory(case: Case) -> Row:
    """Bytes that autograd keeps between forward and backward, against the naive composition."""

    def kept(model: torch.nn.Module) -> float:
        storages: dict[int, int] = {}

        def pack(tensor: torch.Tensor) -> torch.Tensor:
            if tensor.layout == torch.strided:
                storage = tensor.untyped_storage()
                storages[storage.data_ptr()] = storage.nbytes()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            model(case.pairs).sum()
        return float(sum(storages.values()))

    ours, naive = kept(case.model), kept(Naive(case.model))
    details: dict[str, object] = {"bytes": {"ours": ours, "naive": naive}}
    name = "memory kept for a training step against the naive composition"
    return Row(name, "share", [ours / naive], 0.5, True, details)


ROWS: dict[str, Callable[[Case], Row]] = {
    row.__name__: row
    for row in (
        train_naive, train_limit, train_mixed, train_compiled, train_transformer, train_ngnn,
        train_memory,
        infer_naive, infer_transformer, fitb, layers, scorer_growth, model_growth,
    )
}  # fmt: skip
