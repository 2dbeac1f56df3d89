"""Speed of the library against peers and bare matrix products, with targets.

    python benchmarks/speed.py                      # ten minutes on two otherwise idle cores
    python benchmarks/speed.py --matmul torch       # by default the faster of torch and onednn
    python benchmarks/speed.py --quick              # two minutes, small sizes, to test the code
    python benchmarks/speed.py --only train_naive fitb    # keep the other rows

Sides take turns, ratios are computed turn by turn, and the median has to reach the target. A
limit is the time of bare matrix products in the same run, each by the faster back end at hand.
Against the naive composition the target is 1.15 times the ratio of floating-point operations.
Models run on a GPU if there is one, timed by its events. The exit status is 1 if a target is
missed, except with --quick.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from harness.report import insert
from speed_sides import (
    compiled_rows,
    data_rows,
    mapped_rows,
    scoring_rows,
    stylist_rows,
    training_rows,
    waiting_rows,
)
from speed_sides.case import Case
from speed_sides.timing import Row

from fashiongraph.files import atomic_write
from fashiongraph.freed_memory import keep_freed_memory
from fashiongraph.nn.matmul import set_matmul_backend

MODEL_ROWS = {
    **training_rows.ROWS,
    **scoring_rows.ROWS,
    **mapped_rows.ROWS,
    **compiled_rows.ROWS,
    **stylist_rows.ROWS,
    **waiting_rows.ROWS,
}
QUICK_CASE = Case(16, 64, 32, 100, 1000, 4, 1000, 100, repeats=2, catalogue_items=1200, pictures=16)
QUICK_COUNTS = data_rows.Counts(200, 10_000, 10_000, 1000, 10_000, 2)


def table(rows: list[dict[str, object]]) -> str:
    """The rows as Markdown."""
    lines = [
        "| what | target | measured | spread | | |",
        "| --- | ---: | ---: | ---: | --- | --- |",
    ]
    for row in rows:
        if "reason" in row:
            lines.append(
                f"| {row['name']} ({row['unit']}) | | | | not measured: {row['reason']} | |"
            )
            continue
        sign = "at most" if row["at_most"] else "at least"
        target = "" if row["target"] is None else f"{sign} {row['target']:g}"
        verdict = "" if row["target"] is None else "holds" if row["holds"] else "**missed**"
        lines.append(
            f"| {row['name']} ({row['unit']}) | {target} | {row['median']:.3g} | "
            f"{row['low']:.3g} to {row['high']:.3g} | {verdict} | {notes(row)} |"
        )
    return "\n".join(lines)


def notes(row: dict[str, Any]) -> str:
    """The ratio of operations, or the back ends of a limit, beside a row."""
    if "operations" in row:
        return f"operations: {row['operations']:.3g} times"
    return f"limit by {row['limit']}" if "limit" in row else ""


def text(result: dict[str, Any]) -> str:
    """The table of a run, and its machine."""
    machine = ", ".join(f"{key} {value}" for key, value in result.items() if key != "rows")
    return f"{table(result['rows'])}\n\n{machine}"


def processor() -> str:
    """Model of the processor where the system names it, or else its kind."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def kept(file: Path, machine: dict[str, object], again: set[str]) -> list[dict[str, object]]:
    """The rows of an earlier run that are not measured again.

    Raises:
        ValueError: If they were measured on another machine or with other options.
    """
    if not file.exists():
        return []
    earlier = json.loads(file.read_text(encoding="utf-8"))
    rows = [row for row in earlier["rows"] if row["row"] not in again]
    for key, value in machine.items():
        if rows and earlier.get(key) != value:
            raise ValueError(
                f"--output needs another file than {file}, whose rows were measured with "
                f"{key} {earlier.get(key)} (got {value})"
            )
    return rows


def main() -> None:
    """Measure the rows, print the table and write the JSON file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [*MODEL_ROWS, *data_rows.ROWS]
    parser.add_argument("--quick", action="store_true", help="small sizes, to test the code")
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/speed.json"))
    parser.add_argument("--matmul", choices=("auto", "torch", "onednn"), default="auto")
    parser.add_argument("--page", type=Path, help="page to write the table to")
    args = parser.parse_args()
    machine = {
        "machine": f"{os.cpu_count()} cores, {processor()}",
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU",
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "vectors": torch.backends.cpu.get_cpu_capability(),
        "matmul": set_matmul_backend(args.matmul),
        "quick": args.quick,
    }
    try:  # before anything is measured; rows of small sizes replace no others
        before = kept(args.output, machine, set() if args.quick else set(args.only))
    except ValueError as error:
        parser.error(str(error))
    before = [row for row in before if row["row"] not in args.only]
    print(", ".join(f"{key} {value}" for key, value in machine.items()), file=sys.stderr)
    keep_freed_memory()  # for all sides: memory that the kernel takes back costs random time
    case = replace(QUICK_CASE if args.quick else Case(), matmul=machine["matmul"])
    counts = QUICK_COUNTS if args.quick else data_rows.Counts()
    measures = {name: partial(row, case) for name, row in MODEL_ROWS.items()}
    measures |= {name: partial(row, counts) for name, row in data_rows.ROWS.items()}
    rows: list[dict[str, object]] = []
    for name in args.only:
        start = time.perf_counter()
        row: Row = measures[name]()
        rows.append({"row": name, **row.as_dict()})
        print(f"{name}: {row.median:.3g} in {time.perf_counter() - start:.0f} s", file=sys.stderr)
    rows = [row for row in [*before, *rows] if row["row"] in names]  # drops rows that are gone
    rows.sort(key=lambda row: names.index(str(row["row"])))
    result = {**machine, "rows": rows}
    with atomic_write(args.output) as draft:
        draft.write_text(json.dumps(result, indent=1), encoding="utf-8")
    print(text(result))
    if args.page:
        insert(args.page, "table", text(result))
    if not args.quick and not all(row["holds"] for row in rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
