"""Latency of a search in both stores of item vectors, beside each other.

    python benchmarks/stores.py

A catalogue of random items is stored in mapped files and by Milvus Lite, which runs in this
process. Both search the ten best items of one category, without a filter and under two conditions,
turn by turn; answers are compared. `--uri` names a Milvus server in place of Milvus Lite, whose
catalogue is then replaced.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from fashiongraph.data import ItemTable
from fashiongraph.data.conditions import allowed_items, read_conditions
from fashiongraph.files import atomic_write
from fashiongraph.models import ADDGNN
from fashiongraph.retrieval import Catalogue, LocalCatalogue, MilvusCatalogue

NUM_FEATURES, NUM_CATEGORIES, K, HIDDEN = 128, 50, 10, 64
WHERE = ["price < 40", "colour in red, blue"]


def catalogue(count: int) -> ItemTable:
    """Random items with a price and a colour."""
    rng = np.random.default_rng(0)
    columns = pd.DataFrame(
        {
            "price": np.round(rng.random(count) * 100, 2),
            "colour": rng.choice(np.array(["red", "blue", "green", "black"], object), count),
        }
    )
    features = torch.from_numpy(rng.standard_normal((count, NUM_FEATURES), dtype=np.float32))
    category = torch.from_numpy(rng.integers(NUM_CATEGORIES, size=count))
    names = [f"category{i}" for i in range(NUM_CATEGORIES)]
    return ItemTable(pd.Index(np.arange(count).astype(str)), category, names, features, columns)


def measure(folder: Path, args: argparse.Namespace) -> dict:
    """Store the items twice, and search."""
    items = catalogue(args.items)
    torch.manual_seed(0)
    model = ADDGNN(NUM_FEATURES, HIDDEN, num_steps=0).eval()
    result: dict = {"items": len(items), "store_seconds": {}}
    stores: dict[str, Catalogue] = {}
    for name in ("local", "milvus"):
        start = time.perf_counter()
        if name == "local":
            stores[name] = LocalCatalogue.build(model, items, folder / "states")
        else:
            uri = args.uri or str(folder / "shop.db")
            stores[name] = MilvusCatalogue.build(model, items, uri, overwrite=args.uri is not None)
        result["store_seconds"][name] = time.perf_counter() - start
    size = stores["local"].vectors(torch.arange(1)).size(1)
    result["dimensions"] = size
    filters = {"no filter": [], "two conditions": WHERE}
    seconds: dict = {(name, text): [] for text in filters for name in stores}
    rng, equal = torch.Generator().manual_seed(0), 0
    for place in range(args.queries + 1):  # the first is not counted
        query = torch.randn(size, generator=rng)
        for text, where in filters.items():
            allowed, conditions = allowed_items(items, where), read_conditions(where)
            answers = []
            for name, store in stores.items():
                start = time.perf_counter()
                found = store.best(query, place % NUM_CATEGORIES, K, allowed, conditions)
                if place:
                    seconds[name, text].append(time.perf_counter() - start)
                answers.append(found)
            (rows, products), (others, more) = answers
            same = torch.equal(rows, others) and torch.allclose(products, more, 1e-5, 1e-5)
            equal += same and place > 0
    result["latency"] = {
        text: {
            name: {
                "p50_ms": 1e3 * float(np.percentile(seconds[name, text], 50)),
                "p95_ms": 1e3 * float(np.percentile(seconds[name, text], 95)),
            }
            for name in stores
        }
        for text in filters
    }
    result["equal answers"] = f"{equal} of {args.queries * len(filters)}"
    return result


def table(result: dict) -> str:
    """Latencies as a table."""
    lines = [
        "| ten best | local p50, ms | local p95, ms | Milvus Lite p50, ms | Milvus Lite p95, ms |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for text, stores in result["latency"].items():
        numbers = [one[name] for one in stores.values() for name in ("p50_ms", "p95_ms")]
        lines.append(f"| {text} | " + " | ".join(f"{value:.2g}" for value in numbers) + " |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--queries", type=int, default=200, help="for each filter")
    parser.add_argument("--uri", help="a server, in place of Milvus Lite in this process")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/stores.json"))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measure(Path(folder), args)
    result |= {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "threads": torch.get_num_threads(),
        "versions": {name: version(name) for name in ("torch", "pymilvus", "milvus-lite")},
    }
    with atomic_write(args.output) as draft:
        draft.write_text(json.dumps(result, indent=2))
    print(table(result))
    print(f"equal answers: {result['equal answers']}")


if __name__ == "__main__":
    main()
