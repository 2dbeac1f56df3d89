"""Completion of outfits from a million items: exactness, time and memory.

    python benchmarks/completion.py --items 1000000

The catalogue is synthetic: random features of 1,280 columns in half precision on disk, 200
categories, random weights. Time and memory do not depend on the values. The share of the best items
that a shortlist holds does: it is about these weights only. Brute force scores every item by the
full model. Peaks of memory include mapped files.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from fashiongraph.data import ItemTable, Outfits, category_graph
from fashiongraph.evaluation import score_outfits
from fashiongraph.files import atomic_write
from fashiongraph.models import ADDGNN
from fashiongraph.retrieval import LocalCatalogue, complete
from fashiongraph.retrieval.completion_scorer import CompletionScorer

NUM_FEATURES, NUM_CATEGORIES, K = 1280, 200, 10


def catalogue(folder: Path, count: int) -> ItemTable:
    """Random items whose features are mapped from a file, written block by block."""
    rng = np.random.default_rng(0)
    file = folder / "features.npy"
    features = np.lib.format.open_memmap(file, "w+", np.float16, (count, NUM_FEATURES))
    for start in range(0, count, 16384):
        block = features[start : start + 16384]
        block[:] = rng.standard_normal(block.shape, dtype=np.float32)
    features.flush()
    del features
    ids = pd.Index(np.arange(count).astype(str))
    category = torch.from_numpy(rng.integers(NUM_CATEGORIES, size=count))
    names = [f"category{i}" for i in range(NUM_CATEGORIES)]
    return ItemTable(ids, category, names, torch.from_numpy(np.load(file, mmap_mode="c")))


def questions(items: ItemTable, count: int) -> list[tuple[list[str], str]]:
    """Outfits of three to seven items, and a category to fill in each."""
    rng = np.random.default_rng(1)
    return [
        (
            items.ids[rng.choice(len(items), rng.integers(3, 8), replace=False)].tolist(),
            items.categories[rng.integers(NUM_CATEGORIES)],
        )
        for _ in range(count)
    ]


def random_model(items: ItemTable, hidden: int, num_steps: int) -> ADDGNN:
    """A model with random weights and the category graph of random outfits."""
    torch.manual_seed(0)
    model = ADDGNN(NUM_FEATURES, hidden, num_steps=num_steps)
    torch.nn.init.normal_(model.scorer.weight, std=hidden**-0.5)
    outfits = Outfits(items, torch.arange(5001) * 5, torch.randint(len(items), (25000,)))
    model.graph = category_graph(outfits.category_id, outfits.batch, NUM_CATEGORIES)
    model.categories = items.categories
    return model.eval()


def plain_topk(
    scorer: CompletionScorer, vectors: torch.Tensor, item: torch.Tensor, outfit: list[str]
) -> list[str]:
    """The ten best items of the catalogue by ``torch.topk`` over all scores."""
    items = scorer.items
    rows = items.rows(outfit)
    query, constant = scorer.model.completion_query(scorer.embed(rows))
    score = vectors @ query + constant
    score[torch.isin(item, rows)] = float("-inf")
    return items.ids[item[score.topk(K).indices].numpy()].tolist()


def as_outfits(model: ADDGNN, items: ItemTable, outfit: list[str], slots: list[str]) -> list[str]:
    """The ten best of a slot by ``score_outfits`` of the outfit with every item of the slot."""
    rows = items.rows(outfit)
    item = (items.category_id == items.categories.index(slots[0])).nonzero().flatten()
    item = item[~torch.isin(item, rows)]
    both = torch.cat([rows.expand(len(item), -1), item.unsqueeze(1)], dim=1)
    ptr = torch.arange(len(item) + 1) * both.size(1)
    score = score_outfits(model, Outfits(items, ptr, both.flatten()))
    return items.ids[item[score.topk(K).indices].numpy()].tolist()


def timed(call: Callable[..., object], calls: list) -> dict:
    """Median and 95th percentile of the time of a call, after one to warm up."""
    call(*calls[0])
    seconds = []
    for arguments in calls:
        start = time.perf_counter()
        call(*arguments)
        seconds.append(time.perf_counter() - start)
    return {
        "calls": len(seconds),
        "median_ms": 1e3 * float(np.median(seconds)),
        "p95_ms": 1e3 * float(np.percentile(seconds, 95)),
    }


def memory(field: str) -> float:
    """A field of this process's status, in MB."""
    status = Path("/proc/self/status").read_text().split(f"{field}:")[1]
    return int(status.split()[0]) * 1024 / 1e6


@torch.no_grad()
def measure(folder: Path, args: argparse.Namespace) -> dict:
    """Build the vectors, complete, and compare."""
    items = catalogue(folder, args.items)
    bare, full = (random_model(items, args.hidden, num_steps) for num_steps in (0, 1))
    full.load_state_dict(bare.state_dict(), strict=False)  # one encoder, one set of vectors
    result: dict = {"items": args.items, "dtype": args.dtype, "hidden": args.hidden}
    start = time.perf_counter()
    states = LocalCatalogue.build(bare, items, folder / "states", getattr(torch, args.dtype))
    result["build_seconds"] = time.perf_counter() - start
    result["vectors_mb"] = states.values.nbytes / 1e6
    result["build_peak_mb"] = memory("VmHWM")
    drawn = questions(items, args.questions)
    by_slot = [(outfit, [slot]) for outfit, slot in drawn]
    every_slot = [(outfit, None) for outfit, _ in drawn]

    stored = (states.values, states.item, states.ptr, states.rounding)
    of_model = {bare: states, full: LocalCatalogue(CompletionScorer(full, items), *stored)}

    def answer(model: ADDGNN, shortlist: int | None) -> Callable[..., pd.DataFrame]:
        kept = of_model[model]
        return lambda outfit, slots: complete(model, outfit, items, slots, K, shortlist, kept)

    records = {
        "one slot, no graph": timed(answer(bare, 100), by_slot),
        "one slot, graph, shortlist 100": timed(answer(full, 100), by_slot),
        "one slot, graph, every item": timed(answer(full, None), by_slot[: args.exact]),
        "one slot, graph, every item, as so many outfits": timed(
            as_outfits, [(full, items, *question) for question in by_slot[: args.exact]]
        ),
        "every slot, no graph": timed(answer(bare, K), every_slot),
    }
    result["answer_peak_mb"] = memory("VmHWM")
    in_memory = states.values.clone().float()
    plain = [(states.scorer, in_memory, states.item, outfit) for outfit, _ in drawn]
    records["torch.topk over all scores"] = timed(plain_topk, plain)
    result["latency"] = records

    same = [
        answer(bare, K)(outfit, None)["item_id"][:K].tolist() == plain_topk(*question)
        for (outfit, _), question in zip(drawn, plain, strict=True)
    ]
    result["top 10 equal to torch.topk"] = f"{sum(same)} of {len(same)}"
    same, alike, share = [], [], []
    for outfit, slot in by_slot[: args.exact]:
        brute = answer(bare, None)(outfit, slot)["item_id"].tolist()
        same.append(answer(bare, 100)(outfit, slot)["item_id"].tolist() == brute)
        every = answer(full, None)(outfit, slot)["item_id"].tolist()
        alike.append(every == as_outfits(full, items, outfit, slot))
        share.append(len(set(every) & set(answer(full, 100)(outfit, slot)["item_id"])) / K)
    result["one slot, no graph, equal to brute force"] = f"{sum(same)} of {len(same)}"
    result["one slot, graph, equal to brute force"] = f"{sum(alike)} of {len(alike)}"
    result["one slot, graph, share of the best 10 on the shortlist"] = float(np.mean(share))
    start = time.perf_counter()
    brute = answer(bare, None)(*every_slot[0])["item_id"][:K].tolist()
    result["brute_force_seconds"] = time.perf_counter() - start
    found = answer(bare, K)(*every_slot[0])["item_id"][:K].tolist()
    result["every slot, no graph, equal to brute force"] = found == brute
    return result


def table(result: dict) -> str:
    """Latencies, checks and machine of a run."""
    lines = ["| answer | median ms | 95th percentile ms |", "| --- | ---: | ---: |"]
    for name, record in result["latency"].items():
        lines.append(f"| {name} | {record['median_ms']:,.1f} | {record['p95_ms']:,.1f} |")
    lines += ["", "| check | result |", "| --- | --- |"]
    lines += [f"| {name} | {value} |" for name, value in result.items() if "equal" in name]
    share = "one slot, graph, share of the best 10 on the shortlist"
    lines += [f"| {share} | {result[share]:.2f} |"]
    lines += [
        "",
        f"{result['items']:,} items; vectors of {result['vectors_mb']:,.0f} MB encoded in "
        f"{result['build_seconds']:.0f} s; peak of memory {result['answer_peak_mb']:,.0f} MB. "
        f"Measured on {result['cores']} cores, {result['machine']}, {result['threads']} threads, "
        f"torch {result['torch']}.",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--dtype", choices=["float16", "float32"], default="float32")
    parser.add_argument("--questions", type=int, default=50)
    parser.add_argument("--exact", type=int, default=10, help="questions also by brute force")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/completion.json"))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measure(Path(folder), args)
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "torch": torch.__version__}
    threads = {"threads": torch.get_num_threads()}
    with atomic_write(args.output) as draft:
        draft.write_text(json.dumps({**result, **machine, **threads}, indent=2))
    print(table({**result, **machine, **threads}))


if __name__ == "__main__":
    main()
