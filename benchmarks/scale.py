"""Seconds and peak memory of writing, reading and splitting a million synthetic outfits.

    python benchmarks/scale.py --outfits 1000000
    FASHIONGRAPH_DATA=… python benchmarks/scale.py   # also times public sets

Each step runs in a separate process, after the same step on a small set has loaded all libraries.
Its peak is the highest resident memory (as Linux counts it) above that before the step, with mapped
files. It is compared with the size of the arrays: offsets, rows, categories, frequencies and
identifiers, counted once, also where the splits stand beside the full set.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from fashiongraph.data import ItemTable, Outfits
from fashiongraph.datasets import MarylandPolyvore, OutfitTables, PolyvoreOutfits
from fashiongraph.datasets.io.processed import write_processed
from fashiongraph.datasets.outfit_dataset import OutfitDataset
from fashiongraph.files import atomic_write

WARM_UP = 1000  # outfits


class Made(OutfitDataset):
    """Random outfits of three to eight items, half as many items as outfits, 200 categories."""

    def __init__(self, root: Path, count: int) -> None:
        self.count = count
        super().__init__(root)

    def process(self, folder: Path) -> None:
        """Draw and write the outfits."""
        write_processed(folder, draw(self.count))


def draw(count: int) -> Outfits:
    """Random outfits."""
    rng = np.random.default_rng(0)
    sizes = rng.integers(3, 9, count)
    ptr = np.append(0, sizes.cumsum())
    category = torch.from_numpy(rng.integers(200, size=count // 2))
    ids = pd.Index(pd.Series(np.arange(count // 2), dtype="int64[pyarrow]")).astype(str)
    items = ItemTable(ids, category, [f"category{i}" for i in range(200)])
    item_id = rng.integers(len(items), size=ptr[-1])
    return Outfits(items, torch.from_numpy(ptr), torch.from_numpy(item_id))


def write(root: Path, count: int) -> tuple[Outfits, ...]:
    """Draw a set, write its files, and read them."""
    return (Made(root / "set", count).outfits,)


def read(root: Path, count: int) -> tuple[Outfits, ...]:
    """Read the processed files of a set."""
    return (Made(root / "set", count).outfits,)


def split(root: Path, count: int) -> tuple[Outfits, ...]:
    """Read the processed files of a set and split it."""
    made = Made(root / "set", count)
    return (made.outfits, *made.split(seed=0))


def read_csv(root: Path, count: int) -> tuple[Outfits, ...]:
    """Read and check CSV tables."""
    return (OutfitTables(root / "tables").outfits,)


def split_csv(root: Path, count: int) -> tuple[Outfits, ...]:
    """Read and check CSV tables, and split them."""
    tables = OutfitTables(root / "tables")
    return (tables.outfits, *tables.split(seed=0))


STEPS: dict[str, Callable[[Path, int], tuple[Outfits, ...]]] = {
    step.__name__: step for step in (write, read, split, read_csv, split_csv)
}


def write_tables(root: Path, count: int) -> None:
    """Write the outfits as CSV, for the steps that read it."""
    outfits = draw(count)
    items = outfits.items
    root.mkdir()
    category = np.array(items.categories)[items.category_id.numpy()]
    pd.DataFrame({"item_id": items.ids, "category": category}).to_csv(
        root / "items.csv", index=False
    )
    rows = {"outfit_id": outfits.batch.numpy(), "item_id": outfits.item_id.numpy()}
    frame = pd.DataFrame(rows).drop_duplicates()  # a table names an item of an outfit once
    frame.to_csv(root / "outfits.csv", index=False)


def memory(field: str) -> float:
    """A field of this process's status, in MB."""
    status = Path("/proc/self/status").read_text().split(f"{field}:")[1]
    return int(status.split()[0]) * 1024 / 1e6


def size_of(outfits: Outfits) -> float:
    """The arrays of a set, in MB."""
    items = outfits.items
    tensors = (outfits.ptr, outfits.item_id, items.category_id, items.frequency)
    ids = (outfits.ids, items.ids)
    return (sum(t.nbytes for t in tensors) + sum(i.array.nbytes for i in ids)) / 1e6


def measure(name: str, root: Path, count: int) -> dict:
    """Run a step in this process."""
    STEPS[name](root / "small", WARM_UP)
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    before, start, cpu = memory("VmRSS"), time.perf_counter(), time.process_time()
    outfits, *splits = STEPS[name](root / "large", count)
    seconds = {"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - cpu}
    peak, arrays = memory("VmHWM") - before, size_of(outfits)
    rows = outfits.item_id.numel()
    return {
        "step": name, "outfits": len(outfits), "rows": rows, "splits": [len(one) for one in splits],
        **seconds, "arrays_mb": arrays, "peak_mb": peak, "ratio": peak / arrays,
    }  # fmt: skip


def time_real_sets(data: Path) -> list[dict]:
    """Seconds of processing and reading the two largest public sets."""
    sets = {
        "polyvore_maryland": lambda root, out: MarylandPolyvore(root, True, processed_dir=out),
        "polyvore_outfits": lambda root, out: PolyvoreOutfits(
            root, "disjoint", "tuples", processed_dir=out
        ),
    }
    records = []
    for name, load in sets.items():
        if not (data / name).is_dir():
            continue
        with tempfile.TemporaryDirectory() as folder:
            for what in ("process", "read"):
                start, cpu = time.perf_counter(), time.process_time()
                record = {"step": f"{name}: {what}", "outfits": len(load(data / name, folder))}
                record["seconds"] = time.perf_counter() - start
                record["cpu_seconds"] = time.process_time() - cpu
                records.append(record)
    return records


def table(records: list[dict]) -> str:
    """The records as Markdown."""
    columns = ("step", "outfits", "seconds", "cpu_seconds", "arrays_mb", "peak_mb", "ratio")
    lines = ["| " + " | ".join(columns) + " |", "| --- " + "| ---: " * (len(columns) - 1) + "|"]
    for record in records:
        cells = [
            "" if value is None else value if isinstance(value, str)
            else f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"
            for value in map(record.get, columns)
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def text(result: dict) -> str:
    """The table of a run, and its machine."""
    machine = f"{result['cores']} cores, {result['machine']}, torch {result['torch']}"
    return f"{table(result['records'])}\n\nMeasured on {machine}."


def main() -> None:
    """Run every step and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--outfits", type=int, default=1_000_000)
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/scale.json"))
    parser.add_argument("--inside", nargs=2, help=argparse.SUPPRESS)  # a step and its folder
    args = parser.parse_args()
    if args.inside:
        step, folder = args.inside
        print(json.dumps(measure(step, Path(folder), args.outfits)))
        return
    records = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, count in (("small", WARM_UP), ("large", args.outfits)):
            (root / name).mkdir()
            write_tables(root / name / "tables", count)
        for step in STEPS:
            command = [sys.executable, __file__, "--outfits", str(args.outfits)]
            done = subprocess.check_output([*command, "--inside", step, folder])
            records.append(json.loads(done))
    if "FASHIONGRAPH_DATA" in os.environ:
        records += time_real_sets(Path(os.environ["FASHIONGRAPH_DATA"]))
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "torch": torch.__version__}
    result = {"records": records, **machine}
    with atomic_write(args.output) as draft:
        draft.write_text(json.dumps(result, indent=2))
    print(text(result))


if __name__ == "__main__":
    main()
