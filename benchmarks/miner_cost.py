"""What a miner costs a batch, ours beside pytorch-metric-learning's, in one run.

    OMP_NUM_THREADS=1 python benchmarks/miner_cost.py --outfits 64 256 1024

All miners see the same embeddings and labels: outfits of five items and one stranger an item. A
miner that lists all triplets is left out where they are more than --triplets: they fill memory.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time

import torch
from pytorch_metric_learning import miners

from fashiongraph.nn import (
    AllPairsMiner,
    HardMiner,
    SemiHardMiner,
    SimpleMiner,
    exemplar_labels,
)

SIZE = 5  # items an outfit
MINERS = {
    "AllPairsMiner": AllPairsMiner(),
    "SimpleMiner": SimpleMiner(),
    "SemiHardMiner": SemiHardMiner(),
    "HardMiner": HardMiner(),
    "pytorch-metric-learning BatchHardMiner": miners.BatchHardMiner(),
    "pytorch-metric-learning MultiSimilarityMiner": miners.MultiSimilarityMiner(),
    "pytorch-metric-learning TripletMarginMiner": miners.TripletMarginMiner(),
}


def milliseconds(miner: torch.nn.Module, embeddings: torch.Tensor, labels: torch.Tensor) -> float:
    """Median time of five calls after one that warms up."""
    times = []
    for _ in range(6):
        start = time.perf_counter()
        miner(embeddings, labels)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[1:])


def main() -> None:
    """Time every miner at every size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--outfits", nargs="+", type=int, default=[64, 256, 1024])
    parser.add_argument("--channels", type=int, default=128)
    parser.add_argument("--triplets", type=float, default=3e7)
    args = parser.parse_args()
    torch.manual_seed(0)
    batches = []
    for count in args.outfits:
        labels = exemplar_labels(torch.arange(count).repeat_interleave(SIZE))
        batches.append((torch.randn(len(labels), args.channels), labels))
    print("| miner, ms a batch | " + " | ".join(f"{n:,} outfits" for n in args.outfits) + " |")
    print("| --- |" + " --- |" * len(batches))
    for name, miner in MINERS.items():
        cells = []
        for embeddings, labels in batches:
            num_triplets = len(labels) // 2 * (SIZE - 1) * (len(labels) - SIZE)
            lists_all = isinstance(miner, miners.TripletMarginMiner)
            if lists_all and num_triplets > args.triplets:
                cells.append(f"— ({num_triplets:,} triplets)")
            else:
                cells.append(f"{milliseconds(miner, embeddings, labels):.1f}")
        print(f"| {name} | " + " | ".join(cells) + " |")
    print(f"\n{os.cpu_count()} cores, {platform.machine()}, torch {torch.__version__}")


if __name__ == "__main__":
    main()
