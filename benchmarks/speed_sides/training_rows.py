"""Speed rows of training: steps, their limit, memory, layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch_geometric.data import Batch
from torch_geometric.nn import GatedGraphConv

from fashiongraph.models.baselines import NGNN
from fashiongraph.nn import AttributeGatedConv, BPRLoss
from fashiongraph.nn.conv.sparse import csr_adjacency
from fashiongraph.nn.matmul import row_product, set_matmul_backend
from speed_sides.bare import Shape, item_shapes, limit, node_shapes
from speed_sides.case import Case
from speed_sides.naive import OVER_FLOPS, Naive
from speed_sides.timing import Row, Side, ratio


def step(model: torch.nn.Module, batch: Batch, mixed: bool = False) -> Side:
    """A training step without the optimiser, whose cost is the same for all sides."""
    loss = BPRLoss()

    def run() -> None:
        model.zero_grad(set_to_none=True)
        with torch.autocast(batch.batch.device.type, torch.bfloat16, enabled=mixed):
            score = model(batch).view(-1, 2)
        loss(score[:, 0], score[:, 1]).backward()

    return run


def shapes(case: Case) -> list[Shape]:
    """Products that shared encoding needs for a step, that of features first."""
    batch = case.pairs
    return [
        *item_shapes(case, len(batch.unique_x)),
        *node_shapes(case, batch.num_nodes, cached=False),
    ]


def row_products(case: Case) -> Side:
    """The same products by :func:`fashiongraph.nn.matmul.row_product`."""
    triples = []
    for place, (count, rows, inner, columns) in enumerate(shapes(case)):
        x = torch.randn(rows, count, inner, device=case.device, requires_grad=place > 0)
        weight = torch.randn(count, columns, inner, device=case.device, requires_grad=True)
        triples.append((x, weight, torch.randn(rows, count, columns, device=case.device)))

    def run() -> None:
        for x, weight, gradient in triples:
            learns = [tensor for tensor in (x, weight) if tensor.requires_grad]
            torch.autograd.grad(row_product(x, weight), learns, gradient)

    return run


def matrix_products(case: Case) -> Row:
    """Products of the library against the faster back end for each."""
    bare, taken = limit(case, [(shape, 1) for shape in shapes(case)], train=True)
    sides = {"ours": row_products(case), "bare": bare}
    name = "matrix products of a training step against the faster back end for each"
    return ratio(name, sides, case.repeats, details={"limit": taken})


def train_naive(case: Case) -> Row:
    """Against the naive composition."""
    sides = {
        "ours": step(case.model, case.pairs),
        "naive": step(Naive(case.model), case.pairs),
    }
    name = "training step against the naive composition"
    return ratio(name, sides, case.repeats, over_flops=OVER_FLOPS)


def train_onednn(case: Case) -> Row:
    """The onednn backend of :func:`fashiongraph.nn.matmul.set_matmul_backend` against torch's."""

    def by(backend: Literal["torch", "onednn"]) -> Side:
        run = step(case.model, case.pairs)

        def switched() -> None:
            set_matmul_backend(backend)
            try:
                run()
            finally:
                set_matmul_backend(case.matmul)

        return switched

    sides = {"onednn": by("onednn"), "torch": by("torch")}
    return ratio("training step, onednn backend against torch backend", sides, case.repeats)


def train_limit(case: Case) -> Row:
    """Against bare matrix products."""
    bare, taken = limit(case, [(shape, 1) for shape in shapes(case)], train=True)
    sides = {"ours": step(case.model, case.pairs), "products": bare}
    name = "training step: share of the speed of its matrix products"
    return ratio(name, sides, case.repeats, 0.85, details={"limit": taken})


def train_mixed(case: Case) -> Row:
    """Automatic mixed precision against the plain step."""
    sides = {
        "bfloat16": step(case.model, case.pairs, mixed=True),
        "plain": step(case.model, case.pairs),
    }
    return ratio("training step, bfloat16 against plain", sides, case.repeats)


def train_transformer(case: Case) -> Row:
    """Against a set transformer of the published size."""
    small = Case(case.transformer, case.features, case.hidden)
    sides = {
        "ours": step(small.model, small.pairs),
        "set transformer": step(small.transformer_model, small.pairs),
    }
    return ratio("training step against a set transformer", sides, min(3, case.repeats), 40)


def train_ngnn(case: Case) -> Row:
    """Against NGNN with states of the same size."""
    other = NGNN(case.features, 50, case.hidden).to(case.device)
    other.graph = case.model.graph
    sides = {"ours": step(case.model, case.pairs), "NGNN": step(other, case.pairs)}
    return ratio("training step against NGNN of one attribute", sides, case.repeats)


def train_memory(case: Case) -> Row:
    """Bytes that autograd saves between forward and backward, against the naive composition."""

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


def layers(case: Case) -> Row:
    """Two rounds of the layer on one attribute against PyG's gated layer."""
    batch = case.pairs
    x = torch.randn(batch.num_nodes, 1, case.hidden, device=case.device)
    ours = AttributeGatedConv(case.hidden).to(case.device)
    gated = GatedGraphConv(case.hidden, 2).to(case.device)
    cell = torch.nn.GRUCell(case.hidden, case.hidden).to(case.device)
    edges = (batch.edge_index, batch.edge_weight)
    adjacency = csr_adjacency(*edges, batch.num_nodes)

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


ROWS: dict[str, Callable[[Case], Row]] = {
    row.__name__: row
    for row in (
        train_naive,
        train_onednn,
        matrix_products,
        train_limit,
        train_mixed,
        train_transformer,
        train_ngnn,
        train_memory,
        layers,
    )
}
