"""Speed rows of data: batches, negatives, graphs, questions, completion, imports."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations

import faiss
import networkx as nx
import numpy as np
import torch
from pytorch_metric_learning import miners
from torch.profiler import ProfilerActivity, profile
from torch_geometric.loader import DataLoader

from fashiongraph.data import category_graph
from fashiongraph.evaluation.draw_questions import draw_fill_in_blank
from fashiongraph.loader import OutfitLoader
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.loader.outfit_subgraphs import OutfitSubgraphs
from fashiongraph.models import ADDGNN
from fashiongraph.nn import SemiHardMiner, exemplar_labels
from fashiongraph.retrieval import LocalCatalogue, complete
from speed_sides.made import made_outfits
from speed_sides.memory import peak_growth
from speed_sides.timing import Row, Side, interleaved, ratio

_LOOP = 50  # the networkx loop reads one outfit in so many, and its time is multiplied
_IMPORT = (
    "import time, torch, torch_geometric.nn, torch_geometric.utils; start = time.perf_counter();"
    " import fashiongraph.nn; print(time.perf_counter() - start)"
)


@dataclass(frozen=True)
class Counts:
    """Sizes of the rows.

    Args:
        batches: Outfits of a pass.
        negatives: Negatives to draw.
        graph: Outfits of the category graph.
        questions: Blanks to draw.
        items: Items of the catalogue to complete from.
        repeats: Turns.
    """

    batches: int = 5000
    negatives: int = 1_000_000
    graph: int = 1_000_000
    questions: int = 100_000
    items: int = 1_000_000
    repeats: int = 5


def seconds(name: str, side: Side, repeats: int, target: float) -> Row:
    """Seconds of one side."""
    return Row(name, "s", interleaved({"ours": side}, repeats)["ours"], target, at_most=True)


def batches(counts: Counts) -> Row:
    """Batches by index arithmetic against PyG's collation."""
    outfits = made_outfits(counts.batches, counts.batches, 128)
    graph = category_graph(outfits.category_id, outfits.batch, 50)
    ours = OutfitLoader(outfits, graph, 256)
    theirs = DataLoader(OutfitSubgraphs(outfits, graph), 256)
    sides = {"OutfitLoader": lambda: list(ours), "DataLoader": lambda: list(theirs)}
    name = "batches against PyG's DataLoader over dataset[i]"
    return ratio(name, sides, min(3, counts.repeats), 20)


def negatives(counts: Counts, protocol: str, target: float) -> Row:
    """Negatives of one protocol."""
    outfits = made_outfits(counts.negatives, max(counts.negatives // 10, 200))
    position = torch.zeros(len(outfits), dtype=torch.long)
    sampler = negative_sampler(protocol, outfits.items)
    rng = np.random.default_rng(0)
    name = f"{counts.negatives:,} negatives, {protocol}"
    return seconds(name, lambda: sampler.draw(outfits, position, 1, rng), counts.repeats, target)


def uniform(counts: Counts) -> Row:
    """Uniform negatives."""
    return negatives(counts, "uniform", 1)


def matched(counts: Counts) -> Row:
    """Matched negatives."""
    return negatives(counts, "matched", 2)


def graph_seconds(counts: Counts) -> Row:
    """The category graph."""
    outfits = made_outfits(counts.graph, 10_000, 0, 1000, 6, 6)
    category, batch = outfits.category_id, outfits.batch
    name = f"category graph of {counts.graph:,} outfits"
    return seconds(name, lambda: category_graph(category, batch, 1000), counts.repeats, 3)


def graph_memory(counts: Counts) -> Row:
    """Peak memory of the category graph against its input, in a separate process.

    This process keeps freed memory, which would hide the peak.
    """
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        share = pool.submit(_graph_share, counts.graph).result()
    return Row("category graph, memory beside its input", "times", [share], 4, at_most=True)


def _graph_share(count: int) -> float:
    """Growth of the peak resident memory while a graph is made, over the size of its input."""
    outfits = made_outfits(count, 10_000, 0, 1000, 6, 6)
    category, batch = outfits.category_id, outfits.batch
    category_graph(category[:600], batch[:600], 1000)  # loads libraries that load late
    growth = peak_growth(lambda: category_graph(category, batch, 1000))
    return growth / (category.nbytes + batch.nbytes)


def graph_networkx(counts: Counts) -> Row:
    """The category graph against a loop over networkx edges."""
    outfits = made_outfits(counts.graph, 10_000, 0, 1000, 6, 6)
    category, batch = outfits.category_id, outfits.batch
    few = category[: 6 * (counts.graph // _LOOP)].view(-1, 6).tolist()

    def loop() -> None:
        graph = nx.Graph()
        for outfit in few:
            for a, b in combinations(sorted(set(outfit)), 2):
                times = graph.get_edge_data(a, b, {"count": 0})["count"]
                graph.add_edge(a, b, count=times + 1)

    sides = {"ours": lambda: category_graph(category, batch, 1000), "networkx": loop}
    row = ratio("category graph against a networkx loop", sides, min(3, counts.repeats), 50)
    return Row(row.name, row.unit, [_LOOP * value for value in row.values], row.target)


def questions(counts: Counts) -> Row:
    """Blanks drawn."""
    outfits = made_outfits(counts.questions, counts.questions // 2)
    name = f"{counts.questions:,} blanks drawn"
    return seconds(name, lambda: draw_fill_in_blank(outfits, "uniform"), counts.repeats, 1)


def completion_sides(counts: Counts) -> dict[str, Side]:
    """Ten items that complete an outfit of three in one of 200 categories."""
    outfits = made_outfits(100, counts.items, 16, 200, 3, 3)
    items = outfits.items
    torch.manual_seed(0)
    model = ADDGNN(16, 64, num_steps=0).eval()
    model.categories = items.categories
    states = LocalCatalogue.build(model, items)
    outfit = items.ids[outfits.item_id[:3].numpy()].tolist()
    query = torch.randn(states.values.size(1))
    category = items.category_id[states.item]
    rows = states.rows(0)
    index = faiss.IndexFlatIP(states.values.size(1))
    index.add(states.values[rows].numpy())

    def dense() -> torch.Tensor:
        score = torch.matmul(states.values, query)
        return score.masked_fill(category != 0, float("-inf")).topk(10).indices

    return {
        "ours": lambda: complete(model, outfit, items, items.categories[:1], 10, 100, states),
        "dense": dense,
        "faiss over the category alone": lambda: index.search(query[None].numpy(), 10),
    }


def completion(counts: Counts) -> Row:
    """Exact completion within a category against scoring all items."""
    sides = completion_sides(counts)
    name = f"completion from {counts.items:,} items against matmul and topk"
    return ratio(name, sides, counts.repeats, 1)


def completion_memory(counts: Counts) -> Row:
    """Memory allocated for an answer, against scoring all items."""
    allocated = []
    for side in list(completion_sides(counts).values())[:2]:
        side()
        with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
            side()
        allocated.append(sum(max(e.self_cpu_memory_usage, 0) for e in record.key_averages()))
    name = "completion, memory allocated against matmul and topk"
    return Row(name, "share", [allocated[0] / allocated[1]], 0.1, at_most=True)


def mining(counts: Counts) -> Row:
    """Our semi-hard miner against pytorch-metric-learning's batch-hard one."""
    labels = exemplar_labels(torch.arange(256).repeat_interleave(5))
    embeddings = torch.randn(len(labels), 128)
    ours, theirs = SemiHardMiner(), miners.BatchHardMiner()
    sides = {
        "SemiHardMiner": lambda: ours(embeddings, labels),
        "BatchHardMiner": lambda: theirs(embeddings, labels),
    }
    return ratio("miner against pytorch-metric-learning", sides, counts.repeats)


def imports(counts: Counts) -> Row:
    """Import of the layers after torch and PyG."""
    command = [sys.executable, "-W", "ignore", "-c", _IMPORT]
    values = [float(subprocess.check_output(command)) for _ in range(counts.repeats)]
    return Row("import of fashiongraph.nn beyond torch and PyG", "s", values, 0.1, at_most=True)


ROWS: dict[str, Callable[[Counts], Row]] = {
    row.__name__: row
    for row in (
        batches, uniform, matched, graph_seconds, graph_memory, graph_networkx, questions,
        completion, completion_memory, mining, imports,
    )
}  # fmt: skip
