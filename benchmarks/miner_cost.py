"""Time of miners per batch, beside those of pytorch-metric-learning.

    OMP_NUM_THREADS=1 python benchmarks/miner_cost.py --outfits 64 256 1024

All miners get the same embeddings and labels: outfits of five items with one negative per item. A
time is the median of up to five calls, of fewer if they take longer than --patience seconds
together. A miner that lists all triplets is left out if there are more than --triplets, which would
fill the memory.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from pathlib import Path
from typing import Any

import torch
from pytorch_metric_learning import miners

from fashiongraph.files import atomic_write
from fashiongraph.nn import AllPairsMiner, HardMiner, SemiHardMiner, SimpleMiner, exemplar_labels

SIZE = 5  # items per outfit
MINERS = {
    "AllPairsMiner": AllPairsMiner(),
    "SimpleMiner": SimpleMiner(),
    "SemiHardMiner": SemiHardMiner(),
    "HardMiner": HardMiner(),
    "SemiHardMiner, every pair": SemiHardMiner(every_pair=True),
    "HardMiner, every pair": HardMiner(every_pair=True),
    "pytorch-metric-learning BatchHardMiner": miners.BatchHardMiner(),
    "pytorch-metric-learning MultiSimilarityMiner": miners.MultiSimilarityMiner(),
    "pytorch-metric-learning TripletMarginMiner": miners.TripletMarginMiner(),
}


def milliseconds(
    miner: torch.nn.Module, embeddings: torch.Tensor, labels: torch.Tensor, patience: float
) -> float:
    """Median time of a call, without the warm-up call if there is time for a second."""
    times: list[float] = []
    while len(times) < 6 and sum(times) < 1000 * patience:
        start = time.perf_counter()
        miner(embeddings, labels)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[1:] or times)


def table(records: list[dict[str, object]]) -> str:
    """Milliseconds by miner and size, as Markdown."""
    sizes = list(dict.fromkeys(record["outfits"] for record in records))
    lines = ["| miner, ms per batch | " + " | ".join(f"{n:,} outfits" for n in sizes) + " |"]
    lines.append("| --- |" + " ---: |" * len(sizes))
    for name in dict.fromkeys(record["miner"] for record in records):
        row = [record for record in records if record["miner"] == name]
        cells = [
            f"– ({record['triplets']:,} triplets)"
            if record["milliseconds"] is None
            else f"{record['milliseconds']:,.1f}"
            for record in row
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def text(result: dict[str, Any]) -> str:
    """The table of a run, and its machine."""
    machine = f"{result['machine']}, {result['threads']} threads, torch {result['torch']}"
    return f"{table(result['records'])}\n\nMeasured on {machine}."


def main() -> None:
    """Time every miner at every size, print the table and write the JSON file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--outfits", nargs="+", type=int, default=[64, 256, 1024])
    parser.add_argument("--channels", type=int, default=128)
    parser.add_argument("--triplets", type=float, default=3e7)
    parser.add_argument("--patience", type=float, default=4.0)
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/miner_cost.json"))
    args = parser.parse_args()
    torch.manual_seed(0)
    batches = []
    for count in args.outfits:
        labels = exemplar_labels(torch.arange(count).repeat_interleave(SIZE))
        batches.append((torch.randn(len(labels), args.channels), labels))
    records: list[dict[str, object]] = []
    for name, miner in MINERS.items():
        for count, (embeddings, labels) in zip(args.outfits, batches, strict=True):
            num_triplets = len(labels) // 2 * (SIZE - 1) * (len(labels) - SIZE)
            lists_all = isinstance(miner, miners.TripletMarginMiner)
            fits = not lists_all or num_triplets <= args.triplets
            cost = milliseconds(miner, embeddings, labels, args.patience) if fits else None
            record = {"miner": name, "outfits": count, "triplets": num_triplets}
            records.append({**record, "milliseconds": cost})
    machine = f"{os.cpu_count()} cores, {platform.machine()}"
    result = {
        "machine": machine,
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "items per outfit": SIZE,
        "channels": args.channels,
        "records": records,
    }
    with atomic_write(args.output) as draft:
        draft.write_text(json.dumps(result, indent=1))
    print(text(result))


if __name__ == "__main__":
    main()
