"""Mixed-category metric learning on real outfits: sampling, embedding sizes, losses, mining.

    FASHIONGRAPH_DATA=… python benchmarks/collocation.py --seeds 0 1 2

Every run writes one JSON file and is skipped when that file exists, so an interrupted benchmark
goes on where it stopped. The tables, ``collocation.md``, and the figure beside the folder of runs
are made of those files alone. All rows share data, split, net, optimiser, epochs and evaluation;
only the objective differs, and where named the size.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import time
import warnings
from pathlib import Path
from typing import Any

import torch
from collocation_report import draw, report
from collocation_rows import LIBRARY_MINERS, ROWS
from harness.sets import PROTOCOLS, SETS, load
from tqdm.auto import tqdm

from fashiongraph.evaluation import outfit_retrieval
from fashiongraph.evaluation import evaluate_questions
from fashiongraph.files import atomic_write
from fashiongraph.models import CollocationNet
from fashiongraph.training import TrainingConfig, fit


def run(name: str, row: str, seed: int, epochs: int, rate: float) -> dict[str, Any]:
    """Train and evaluate one row on one split."""
    dataset = load(name)
    train, valid, test = dataset.split(seed=seed)
    torch.manual_seed(seed)
    model = CollocationNet(dataset.num_features, ROWS[row].size)
    objective = ROWS[row].objective(model, epochs)
    record: dict[str, Any] = {"data": name, "row": row, "seed": seed, "epochs": epochs}
    record.update(rate=rate, history={})
    start = time.perf_counter()
    if objective is not None:
        history = fit(
            model,
            train,
            valid,
            objective=objective,
            config=TrainingConfig(batch_size=32, learning_rate=rate),
            max_epochs=epochs,
            seed=seed,
            progress=False,
        )
        record["history"] = history.to_dict("list")
    record["seconds"] = round(time.perf_counter() - start, 1)
    found = outfit_retrieval(model.eval(), test, ks=(1, 5, 10, 20), seed=seed)
    record.update({metric: result.to_dict() for metric, result in found.items()})
    for protocol in PROTOCOLS:
        for kind in ("compatibility", "fitb"):
            questions = test.questions(kind, protocol, SETS[name].columns, seed)
            result = evaluate_questions(model, questions)
            record[f"{protocol} {result.metric}"] = result.to_dict()
    return record


def best_of_library(name: str, folder: Path) -> str:
    """The miner of pytorch-metric-learning with the best validation score on seed 0."""
    scores = {}
    for row in LIBRARY_MINERS:
        record = json.loads(file_of(folder, name, row, 0).read_text())
        scores[row] = max(record["history"]["valid/score"])
    return max(scores, key=lambda row: scores[row])


def file_of(folder: Path, name: str, row: str, seed: int) -> Path:
    """Where a run's record lies."""
    return folder / f"{name}_{row.replace(',', '').replace(' ', '-')}_{seed}.json"


def main() -> None:
    """Run what is missing, then write the tables and the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", choices=sorted(SETS), default=sorted(SETS))
    parser.add_argument("--rows", nargs="+", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--rate", type=float, default=1e-3, help="highest learning rate, all rows")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/collocation"))
    parser.add_argument("--page", type=Path, default=Path("benchmarks/collocation.md"))
    parser.add_argument("--tabulate", action="store_true", help="train nothing that is missing")
    args = parser.parse_args()
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=UserWarning, module="lightning")

    # Seed 0 first: there validation settles which of the library's miners has all seeds.
    plan = [(d, r, s) for s in sorted(args.seeds) for d in args.data for r in args.rows]
    for name, row, seed in (bar := tqdm([] if args.tabulate else plan, disable=args.tabulate)):
        bar.set_description(f"{name}: {row}, seed {seed}")
        file = file_of(args.output, name, row, seed)
        if file.exists():
            continue
        if row in LIBRARY_MINERS and seed != 0 and row != best_of_library(name, args.output):
            continue
        record = run(name, row, seed, args.epochs, args.rate)
        record["torch"] = torch.__version__
        record["machine"] = f"{os.cpu_count()} cores, {platform.machine()}"
        with atomic_write(file) as draft:
            draft.write_text(json.dumps(record, indent=1))
    records = [json.loads(file.read_text()) for file in sorted(args.output.glob("*.json"))]
    figure = args.output.with_suffix(".png")
    draw(records, figure)
    text = report(records, os.path.relpath(figure, args.page.parent))
    with atomic_write(args.page) as draft:
        draft.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
