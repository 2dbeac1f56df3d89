"""Completing outfits from a million items: is it exact, and what do an answer and its set-up cost?

    python benchmarks/completion.py --items 1000000

The catalogue is synthetic: random features of 1,280 columns in half precision on disk, 200
categories, weights as they are drawn. Time and memory do not depend on what the numbers mean. How
often a shortlist holds the full model's favourites does: that number is about these weights only.
Brute force asks the full model about every item. Peaks of memory count mapped files.
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
from fashiongraph.files import atomic_write
from fashiongraph.models import ADDGNN
from fashiongraph.retrieval import CatalogueStates, complete
from fashiongraph.retrieval.completed_scores import completed_scores
from fashiongraph.retrieval.item_encoder import ItemEncoder
from fashiongraph.retrieval.linear_score import linear_score

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
    """Outfits of three to seven items, and a slot to fill in each."""
    rng = np.random.default_rng(1)
    return [
        (
            items.ids[rng.choice(len(items), rng.integers(3, 8), replace=False)].tolist(),
            items.categories[rng.integers(NUM_CATEGORIES)],
        )
        for _ in range(count)
    ]


def trained(items: ItemTable, hidden: int, use_graph: bool) -> ADDGNN:
    """A model with drawn weights and the category graph of random outfits."""
    torch.manual_seed(0)
    model = ADDGNN(NUM_FEATURES, hidden, num_steps=1, use_graph=use_graph)
    torch.nn.init.normal_(model.scorer.weight, std=hidden**-0.5)
    outfits = Outfits(items, torch.arange(5001) * 5, torch.randint(len(items), (25000,)))
    model.graph = category_graph(outfits.category_id, outfits.batch, NUM_CATEGORIES)
    model.categories = items.categories
    return model.eval()


def plain_topk(
    model: ADDGNN, items: ItemTable, states: torch.Tensor, item: torch.Tensor, outfit: list[str]
) -> list[str]:
    """The ten best of the whole catalogue by ``torch.topk`` over all scores."""
    own = items.rows(outfit)
    query, constant = linear_score(model.scorer, model.encode(items.features[own].float()))
    score = states @ query.flatten() + constant
    score[torch.isin(item, own)] = float("-inf")
    return items.ids[item[score.topk(K).indices].numpy()].tolist()


def as_outfits(model: ADDGNN, items: ItemTable, outfit: list[str], slots: list[str]) -> list[str]:
    """The ten best of a slot by ``score_outfits`` over the outfit with every item of the slot."""
    own = items.rows(outfit)
    item = (items.category_id == items.categories.index(slots[0])).nonzero().flatten()
    item = item[~torch.isin(item, own)]
    score = completed_scores(model, items, own, item)
    return items.ids[item[score.topk(K).indices].numpy()].tolist()


def timed(call: Callable[..., object], asked: list) -> dict:
    """Median and 95th percentile of the seconds that a call takes, after one that warms up."""
    call(*asked[0])
    seconds = []
    for question in asked:
        start = time.perf_counter()
        call(*question)
        seconds.append(time.perf_counter() - start)
    return {
        "calls": len(seconds),
        "median_ms": 1e3 * float(np.median(seconds)),
        "p95_ms": 1e3 * float(np.percentile(seconds, 95)),
    }


def memory(field: str) -> float:
    """A number of this process's status, in MB."""
    status = Path("/proc/self/status").read_text().split(f"{field}:")[1]
    return int(status.split()[0]) * 1024 / 1e6


@torch.no_grad()
def measure(folder: Path, args: argparse.Namespace) -> dict:
    """Build, ask, and compare."""
    items = catalogue(folder, args.items)
    bare, full = (trained(items, args.hidden, use_graph) for use_graph in (False, True))
    full.load_state_dict(bare.state_dict(), strict=False)  # one encoder: one set of states
    result: dict = {"items": args.items, "states": args.states, "hidden": args.hidden}
    start = time.perf_counter()
    kind = getattr(torch, args.states)
    states = CatalogueStates.build(bare, items, folder / "states", kind)
    result["build_seconds"] = time.perf_counter() - start
    result["states_mb"] = states.values.nbytes / 1e6
    result["build_peak_mb"] = memory("VmHWM")
    asked = questions(items, args.questions)
    by_slot = [(outfit, [slot]) for outfit, slot in asked]
    whole_catalogue = [(outfit, None) for outfit, _ in asked]

    parts = (states.values, states.item, states.ptr, states.rounding)
    of_model = {bare: states, full: CatalogueStates(ItemEncoder(full, items), *parts)}

    def ask(model: ADDGNN, shortlist: int | None) -> Callable[..., pd.DataFrame]:
        kept = of_model[model]
        return lambda outfit, slots: complete(model, outfit, items, slots, K, shortlist, kept)

    records = {
        "one slot, no graph": timed(ask(bare, 100), by_slot),
        "one slot, graph, shortlist 100": timed(ask(full, 100), by_slot),
        "one slot, graph, every item": timed(ask(full, None), by_slot[: args.exact]),
        "one slot, graph, every item, as so many outfits": timed(
            as_outfits, [(full, items, *question) for question in by_slot[: args.exact]]
        ),
        "every slot, no graph": timed(ask(bare, K), whole_catalogue),
    }
    result["answer_peak_mb"] = memory("VmHWM")
    in_memory = states.values.clone().float()
    plain = [(bare, items, in_memory, states.item, outfit) for outfit, _ in asked]
    records["torch.topk over all scores"] = timed(plain_topk, plain)
    result["latency"] = records

    same = [
        ask(bare, K)(outfit, None)["item_id"][:K].tolist() == plain_topk(*question)
        for (outfit, _), question in zip(asked, plain, strict=True)
    ]
    result["top 10 equal to torch.topk"] = f"{sum(same)} of {len(same)}"
    same, alike, share = [], [], []
    for outfit, slot in by_slot[: args.exact]:
        brute = ask(bare, None)(outfit, slot)["item_id"].tolist()
        same.append(ask(bare, 100)(outfit, slot)["item_id"].tolist() == brute)
        every = ask(full, None)(outfit, slot)["item_id"].tolist()
        alike.append(every == as_outfits(full, items, outfit, slot))
        share.append(len(set(every) & set(ask(full, 100)(outfit, slot)["item_id"])) / K)
    result["one slot, no graph, equal to brute force"] = f"{sum(same)} of {len(same)}"
    result["one slot, graph, equal to brute force"] = f"{sum(alike)} of {len(alike)}"
    result["one slot, graph, share of the best 10 on the shortlist"] = float(np.mean(share))
    start = time.perf_counter()
    brute = ask(bare, None)(*whole_catalogue[0])["item_id"][:K].tolist()
    result["brute_force_seconds"] = time.perf_counter() - start
    answer = ask(bare, K)(*whole_catalogue[0])["item_id"][:K].tolist()
    result["every slot, no graph, equal to brute force"] = answer == brute
    return result


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--states", choices=["float16", "float32"], default="float32")
    parser.add_argument("--questions", type=int, default=50)
    parser.add_argument("--exact", type=int, default=10, help="questions asked by brute force too")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/completion.json"))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measure(Path(folder), args)
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "torch": torch.__version__}
    threads = {"threads": torch.get_num_threads()}
    with atomic_write(args.output) as draft:
        draft.write_text(json.dumps({**result, **machine, **threads}, indent=2))
    print(json.dumps({name: v for name, v in result.items() if name != "latency"}, indent=2))
    print("| answer | median ms | 95th percentile ms |\n| --- | ---: | ---: |")
    for name, record in result["latency"].items():
        print(f"| {name} | {record['median_ms']:,.1f} | {record['p95_ms']:,.1f} |")


if __name__ == "__main__":
    main()
