"""Mixed-category metric learning on real outfits: sampling, embedding sizes, losses, mining.

    FASHIONGRAPH_DATA=… python benchmarks/collocation.py --seeds 0 1 2

Every run adds one line to a JSONL file and is skipped where that line exists. The features are
those of frozen encoders. All rows share data, split, net, optimiser, epochs and evaluation; the
objective differs, and the size where the row names one. Records and tables go to ``--output``;
``--publish`` adds to the project's records and rewrites its page.
"""

from __future__ import annotations

import argparse
import logging
import os
import platform
import time
import warnings
from pathlib import Path

import torch
from collocation_report import best_score, draw, report
from collocation_rows import LIBRARY_MINERS, ROWS
from harness.pages import ROOT
from harness.records import RESULTS, Record, add_line, read_lines
from harness.report import insert
from harness.runs import compact
from harness.sets import FROZEN, PROTOCOLS, SETS, load
from tqdm.auto import tqdm

from fashiongraph.evaluation import draw_questions, evaluate_questions, outfit_retrieval
from fashiongraph.files import atomic_write
from fashiongraph.models import CollocationNet
from fashiongraph.training import TrainingConfig, fit

KEY = ("data", "row", "seed")


def run(name: str, row: str, seed: int, epochs: int, rate: float) -> Record:
    """Train and evaluate one row on one split."""
    dataset = load(name)
    train, valid, test = dataset.split(seed=seed)
    torch.manual_seed(seed)
    model = CollocationNet(dataset.num_features, ROWS[row].size)
    objective = ROWS[row].objective
    record: Record = {"data": name, "row": row, "seed": seed, "epochs": epochs, "rate": rate}
    curves: dict[str, list[float]] = {}
    start = time.perf_counter()
    if objective is not None:
        history = fit(
            model,
            train,
            valid,
            objective=objective(epochs),
            config=TrainingConfig(batch_size=32, learning_rate=rate),
            max_epochs=epochs,
            seed=seed,
            progress=False,
        )
        curves = history[["train/loss", "valid/score"]].astype(float).round(6).to_dict("list")
    record["seconds"] = round(time.perf_counter() - start, 1)
    record["torch"] = torch.__version__
    record["machine"] = f"{os.cpu_count()} cores, {platform.machine()}"
    record["history"] = curves
    found = outfit_retrieval(model.eval(), test, ks=(1, 5, 10, 20), seed=seed)
    results = {metric: compact(result) for metric, result in found.items()}
    for protocol in PROTOCOLS:
        for kind in ("compatibility", "fitb"):
            questions = draw_questions(test, kind, protocol, SETS[name].columns, seed)
            result = evaluate_questions(model, questions)
            results[f"{protocol} {result.metric}"] = compact(result)
    return {**record, "results": results}


def best_of_library(name: str, records: list[Record]) -> str:
    """The miner of pytorch-metric-learning with the best validation score on seed 0."""
    scores = {
        one["row"]: best_score(one)
        for one in records
        if (one["data"], one["seed"]) == (name, 0) and one["row"] in LIBRARY_MINERS
    }
    return max(scores, key=lambda row: scores[row])


def main() -> None:
    """Run what is missing, then write the tables and the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", choices=FROZEN, default=FROZEN)
    parser.add_argument("--rows", nargs="+", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--rate", type=float, default=1e-3, help="highest learning rate, all rows")
    parser.add_argument("--output", type=Path, default=Path("benchmark-results"))
    parser.add_argument("--tabulate", action="store_true", help="train nothing")
    parser.add_argument("--publish", action="store_true", help="rewrite the project's page")
    args = parser.parse_args()
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=UserWarning, module="lightning")

    file = (RESULTS if args.publish else args.output) / "collocation.jsonl"
    # Seed 0 first: its validation score chooses the library's miner that all seeds have.
    plan = [(d, r, s) for s in sorted(args.seeds) for d in args.data for r in args.rows]
    for name, row, seed in (bar := tqdm([] if args.tabulate else plan, disable=args.tabulate)):
        bar.set_description(f"{name}: {row}, seed {seed}")
        records = list(read_lines(file))
        if (name, row, seed) in [tuple(one[key] for key in KEY) for one in records]:
            continue
        if row in LIBRARY_MINERS and seed != 0 and row != best_of_library(name, records):
            continue
        add_line(file, run(name, row, seed, args.epochs, args.rate), KEY)
    records = list(read_lines(file))
    if args.publish:
        draw(records, ROOT / "benchmarks" / "figures" / "collocation.svg")
        text = report(records, "../figures/collocation.svg")
        insert(ROOT / "benchmarks" / "studies" / "collocation.md", "table", text)
    else:
        draw(records, args.output / "collocation.svg")
        text = report(records, "collocation.svg")
        with atomic_write(args.output / "collocation.md") as draft:
            draft.write_text(f"# Mixed-category metric learning\n\n{text}\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
