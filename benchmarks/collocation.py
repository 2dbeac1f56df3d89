"""Mixed-category metric learning on real outfits: sampling, embedding sizes, losses, mining.

    FASHIONGRAPH_DATA=… python benchmarks/collocation.py --seeds 0 1 2 --figure mining.png

Every run writes one JSON file and is skipped when that file exists, so an interrupted benchmark
goes on where it stopped. The tables and the figure are made of those files alone. All rows share
data, split, head, optimiser, epochs and evaluation; only the objective differs.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import torch
from pytorch_metric_learning import losses, miners
from tqdm.auto import tqdm

from fashiongraph.datasets import OutfitTables
from fashiongraph.evaluation import evaluate_questions, outfit_retrieval
from fashiongraph.files import whole
from fashiongraph.models import CollocationNet, MetricObjective, Objective
from fashiongraph.nn import (
    AffineSimilarity,
    AllPairsMiner,
    HardAwareCascadeLoss,
    HardMiner,
    HistogramLoss,
    MinerSchedule,
    MixedCategoryTripletLoss,
    PositionDependentLoss,
    SemiHardMiner,
    SimpleMiner,
)
from fashiongraph.training import Recipe, fit

SETS = {
    "mango": ("features_image.npy", ["type", "year", "line"]),
    "polyvore_titles": ("features_text.npy", []),
}
METRICS = ("item Recall@20", "item mAP", "category Recall@20", "category mAP")
MINING = ("random", "simple", "semi-hard", "hard", "schedule")  # figure 5

Row = tuple[int | None, Callable[[CollocationNet, int], Objective | None]]


def schedule(epochs: int) -> MinerSchedule:
    """A third of the epochs each."""
    return MinerSchedule(starts=(0, epochs // 3, 2 * epochs // 3))


# Dimensions, and the objective of a net trained for so many epochs.
ROWS: dict[str, Row] = {
    "features": (None, lambda net, epochs: None),
    "siamese": (
        128,
        lambda net, epochs: MetricObjective(losses.ContrastiveLoss(), AllPairsMiner()),
    ),
    "random": (128, lambda net, epochs: net.objective(miner=AllPairsMiner())),
    "simple": (128, lambda net, epochs: net.objective(miner=SimpleMiner())),
    "semi-hard": (128, lambda net, epochs: net.objective(miner=SemiHardMiner())),
    "hard": (128, lambda net, epochs: net.objective(miner=HardMiner())),
    "schedule": (128, lambda net, epochs: net.objective(miner=schedule(epochs))),
    "schedule 256": (256, lambda net, epochs: net.objective(miner=schedule(epochs))),
    "schedule 384": (384, lambda net, epochs: net.objective(miner=schedule(epochs))),
    "affine": (
        128,
        lambda net, epochs: MetricObjective(
            MixedCategoryTripletLoss(distance=AffineSimilarity(128)), AllPairsMiner()
        ),
    ),
    "PDDM": (128, lambda net, epochs: MetricObjective(PositionDependentLoss(128), AllPairsMiner())),
    "lifted structure": (
        128,
        lambda net, epochs: MetricObjective(losses.LiftedStructureLoss(), AllPairsMiner()),
    ),
    "histogram": (128, lambda net, epochs: MetricObjective(HistogramLoss())),
    "HDC": (384, lambda net, epochs: MetricObjective(HardAwareCascadeLoss([128, 128, 128]))),
    "random 384": (384, lambda net, epochs: net.objective(miner=AllPairsMiner())),
    "PML semi-hard": (
        128,
        lambda net, epochs: MetricObjective(
            losses.TripletMarginLoss(0.2), miners.TripletMarginMiner(0.2, "semihard")
        ),
    ),
    "PML batch-hard": (
        128,
        lambda net, epochs: MetricObjective(losses.TripletMarginLoss(0.2), miners.BatchHardMiner()),
    ),
    "PML distance-weighted": (
        128,
        lambda net, epochs: MetricObjective(
            losses.TripletMarginLoss(0.2), miners.DistanceWeightedMiner()
        ),
    ),
}


def run(name: str, row: str, seed: int, epochs: int) -> dict:
    """Train and evaluate one row on one split."""
    features, columns = SETS[name]
    wardrobe = OutfitTables(Path(os.environ["FASHIONGRAPH_DATA"]) / name, features=features)
    train, valid, test = wardrobe.split(seed=seed)
    size, make = ROWS[row]
    torch.manual_seed(seed)
    model = CollocationNet(wardrobe.num_features, size)
    objective = make(model, epochs)
    record = {"data": name, "row": row, "seed": seed, "epochs": epochs, "history": {}}
    start = time.perf_counter()
    if objective is not None:
        history = fit(
            model,
            train,
            valid,
            objective=objective,
            recipe=Recipe(batch_size=32),
            max_epochs=epochs,
            seed=seed,
            progress=False,
        )
        record["history"] = history.to_dict("list")
    record["seconds"] = round(time.perf_counter() - start, 1)
    found = outfit_retrieval(model.eval(), test, ks=(1, 5, 10, 20), seed=seed)
    record.update({metric: result.to_dict() for metric, result in found.items()})
    for protocol in ("uniform", "matched"):
        for kind in ("compatibility", "fitb"):
            result = evaluate_questions(model, test.questions(kind, protocol, columns, seed))
            record[f"{protocol} {result.metric}"] = result.to_dict()
    return record


def spread(values: pd.Series) -> str:
    """Mean and standard deviation; of one value there is none."""
    deviation = f" ± {values.std(ddof=1):.3f}" if len(values) > 1 else ""
    return f"{values.mean():.3f}{deviation}"


def table(records: list[dict]) -> str:
    """Mean and standard deviation over seeds, as Markdown, in the order of the rows."""
    columns = [*METRICS, "matched FITB"]
    lines = [
        "| data | row | seeds | " + " | ".join(columns) + " | s a run |",
        "| --- | --- | --- | " + " | ".join("---" for _ in columns) + " | --- |",
    ]
    for name in SETS:
        for row in ROWS:
            group = [r for r in records if (r["data"], r["row"]) == (name, row)]
            if group:
                cells = [spread(pd.Series([r[c]["value"] for r in group])) for c in columns]
                seconds = sum(r["seconds"] for r in group) / len(group)
                cells = [str(len(group)), *cells, f"{seconds:.0f}"]
                lines.append(f"| {name} | {row} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def draw(records: list[dict], path: Path) -> None:
    """Loss and validation score by epoch, one curve a mining strategy, one row a data set."""
    figure, axes = plt.subplots(len(SETS), 2, figsize=(9, 6), squeeze=False, sharex=True)
    for axis, name in zip(axes, SETS, strict=True):
        for row in MINING:
            group = [r["history"] for r in records if (r["data"], r["row"]) == (name, row)]
            for panel, column in zip(axis, ("train/loss", "valid/score"), strict=True):
                if group:
                    panel.plot(pd.DataFrame([h[column] for h in group]).mean(), label=row)
                panel.set(title=f"{name}: {column}", xlabel="epoch")
    axes[0][0].legend()
    figure.tight_layout()
    with whole(path) as draft:
        figure.savefig(draft, format=path.suffix.removeprefix("."))


def main() -> None:
    """Run what is missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", choices=sorted(SETS), default=sorted(SETS))
    parser.add_argument("--rows", nargs="+", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/collocation"))
    parser.add_argument("--tabulate", action="store_true", help="train nothing that is missing")
    parser.add_argument("--figure", type=Path, help="picture of the mining strategies' curves")
    args = parser.parse_args()
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=UserWarning, module="lightning")

    plan = [(d, r, s) for s in args.seeds for r in args.rows for d in args.data]
    for name, row, seed in (bar := tqdm([] if args.tabulate else plan)):
        bar.set_description(f"{name}: {row}, seed {seed}")
        file = args.output / f"{name}_{row.replace(' ', '-')}_{seed}.json"
        if file.exists() and json.loads(file.read_text())["epochs"] == args.epochs:
            continue
        record = run(name, row, seed, args.epochs)
        record["torch"] = torch.__version__
        record["machine"] = f"{os.cpu_count()} cores, {platform.machine()}"
        with whole(file) as draft:
            draft.write_text(json.dumps(record, indent=2))
    records = [json.loads(file.read_text()) for file in sorted(args.output.glob("*.json"))]
    records = [r for r in records if (r["data"], r["row"], r["seed"]) in plan]
    print(table(records))
    if args.figure:
        draw(records, args.figure)


if __name__ == "__main__":
    main()
