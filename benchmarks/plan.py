"""Bytes of every array of a data set of a given size, and hours by rates measured here.

    python benchmarks/plan.py --outfits 100000000 --items 1000000000

Rates are measured on a small synthetic set in a file, on one thread and in seconds of processor
time, so that other load on the machine hardly matters. The rest is arithmetic: rates are assumed to
hold at any size, and all workers to be equally fast.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from speed_sides.case import Case
from speed_sides.made import made_outfits
from speed_sides.mapped_rows import feature_file

from fashiongraph.data import Outfits, category_graph
from fashiongraph.datasets.io.feature_file import open_features
from fashiongraph.evaluation import score_outfits
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.models import ADDGNN
from fashiongraph.objectives import default_objective
from fashiongraph.retrieval import LocalCatalogue

FEATURES, HIDDEN, ATTRIBUTES, CATEGORIES = 1280, 64, 4, 1000
SIZE = 5.5  # items of an outfit, of three to eight
PAIRS = 83 / 3  # ordered pairs of items of an outfit
LONG, HALF, EDGE, NAME = 8, 2, 28, 12  # bytes; an edge has two ends, a count and a weight
FIELDS = 60  # bytes of the identifier, the category and a few columns of an item


def array_bytes(outfits: int, items: int) -> dict[str, float]:
    """Bytes of every array of a set and of what is derived from it."""
    kept = min(items, outfits * SIZE / 2)  # items of two outfits and more have co-occurrence
    return {
        "`item_id`": outfits * SIZE * LONG,
        "`ptr`": outfits * LONG,
        "outfit of each row (`batch`)": outfits * SIZE * LONG,
        "`category_id` and `frequency`": 2 * items * LONG,
        "pool of uniform negatives": 8 * items * LONG,
        "identifiers": items * (LONG + NAME),
        "features, half precision": items * FEATURES * HALF,
        f"category graph, {CATEGORIES:,} categories, every pair": CATEGORIES**2 * EDGE,
        "item co-occurrence, at most": (outfits * PAIRS * 2 + kept * 2) * LONG,
        "item embeddings of the catalogue, half precision": items * ATTRIBUTES * HIDDEN * HALF,
    }


def cluster_bytes(items: int) -> dict[str, tuple[float, float]]:
    """Bytes of item vectors in the memory of query nodes and on their disks, by index.

    By the defaults that Milvus documents, IVF_SQ8 has a byte for each number. DiskANN has in memory
    codes of 0.125 and a cache of 0.1 of the vectors, and 56 neighbours of each item on disk.
    """
    numbers = items * ATTRIBUTES * HIDDEN
    vectors = 4 * numbers
    return {
        "FLAT, float32 (exact; what the library makes)": (vectors, vectors),
        "FLAT, half precision": (2 * numbers, 2 * numbers),
        "IVF_SQ8": (numbers, numbers),
        "DiskANN": ((0.125 + 0.1) * vectors, vectors + 4 * 56 * items),
    }


def query_nodes(size: float, items: int) -> int:
    """Machines of 128 GB for an index and the fields of the items, filled to 90 percent."""
    return math.ceil((size + FIELDS * items) / (0.9 * 128e9))


def rates(outfits: int, items: int) -> dict[str, float]:
    """Work of one thread per second of processor time."""
    case = Case(features=FEATURES, mapped_items=items)
    with feature_file(case) as path, tempfile.TemporaryDirectory() as folder:
        made = made_outfits(outfits, items, num_categories=CATEGORIES)
        features = torch.from_numpy(open_features(path))
        made = made.with_items(made.items.with_features(features))
        graph = category_graph(made.category_id, made.batch, CATEGORIES)
        model = ADDGNN(FEATURES, HIDDEN, ATTRIBUTES, num_steps=1)
        model.graph, model.categories = graph, made.items.categories
        states = Path(folder) / "states"
        return {
            "outfits trained on, with eight negatives each": outfits
            / seconds(lambda: train_epoch(model, made)),
            "outfits scored": outfits / seconds(lambda: score_outfits(model, made)),
            "items encoded and written": items
            / seconds(lambda: LocalCatalogue.build(model, made.items, states, torch.float16)),
            "outfits counted in the category graph": outfits
            / seconds(lambda: category_graph(made.category_id, made.batch, CATEGORIES)),
        }


def train_epoch(model: ADDGNN, outfits: Outfits) -> None:
    """Train for an epoch."""
    objective, sampler = default_objective(model), negative_sampler("uniform", outfits.items)
    optimizer = torch.optim.AdamW(model.parameters())
    for batch in objective.loader(outfits, sampler, graph=model.graph, batch_size=128):
        optimizer.zero_grad()
        objective(model.train(), batch)["loss"].backward()
        optimizer.step()


def seconds(work: Callable[[], object]) -> float:
    """Processor time of some work, the better of two turns: the first also warms up."""
    spent = []
    for _ in range(2):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--outfits", type=int, default=100_000_000)
    parser.add_argument("--items", type=int, default=1_000_000_000)
    parser.add_argument("--measured", type=int, default=4000, help="outfits to measure rates on")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    print("| array | GB |\n| --- | ---: |")
    for name, size in array_bytes(args.outfits, args.items).items():
        print(f"| {name} | {size / 1e9:,.3g} |")
    print(
        "\n| index in Milvus | memory, GB | disk, GB | query nodes |\n| --- | ---: | ---: | ---: |"
    )
    for name, (memory, disk) in cluster_bytes(args.items).items():
        nodes = query_nodes(memory, args.items)
        print(f"| {name} | {memory / 1e9:,.4g} | {disk / 1e9:,.4g} | {nodes} |")
    print("\n| work | a second, one thread | hours, one thread |\n| --- | ---: | ---: |")
    for name, rate in rates(args.measured, 10 * args.measured).items():
        count = args.items if name.startswith("items") else args.outfits
        print(f"| {name} | {rate:,.0f} | {count / rate / 3600:,.2g} |")
    print(
        f"\n{args.outfits:,} outfits, {args.items:,} items; rates of {os.cpu_count()} cores, "
        f"{platform.machine()}, torch {torch.__version__}"
    )


if __name__ == "__main__":
    main()
