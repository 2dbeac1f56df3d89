"""ADD-GNN on real outfits: the default recipe, the paper's, with and without a teacher.

    FASHIONGRAPH_DATA=… python benchmarks/addgnn.py --data mango polyvore_titles --seeds 0 1 2

Every run writes one JSON file and is skipped when that file exists, so an interrupted benchmark
goes on where it stopped. The table is made of those files alone.
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

import pandas as pd
import torch
from tqdm.auto import tqdm

from fashiongraph.data import Outfits, category_graph, top_bottom_pairs
from fashiongraph.datasets import OutfitTables
from fashiongraph.evaluation import evaluate_questions
from fashiongraph.files import whole
from fashiongraph.models import ADDGNN, ADDGNNObjective, DesignerTeacher
from fashiongraph.training import Recipe, fit

SETS = {
    "mango": {
        "features": "features_image.npy",
        "columns": ["type", "year", "line"],
        "pairs": (["Tops"], ["Bottoms"], "group"),
    },
    "polyvore_titles": {
        "features": "features_text.npy",
        "columns": [],
        "pairs": (["upper"], ["bottom"], "category"),
    },
}
MODELS = ("ADD-GNN with teacher", "ADD-GNN", "paper", "paper without teacher")


def train_teacher(
    wardrobe: OutfitTables, parts: tuple[Outfits, ...], pairs: tuple, seed: int, paper: bool
) -> DesignerTeacher:
    """A teacher on the tops and bottoms of the training outfits."""
    torch.manual_seed(seed + 1000)  # from the student's own start the masks would agree untaught
    width = wardrobe.num_features
    teacher = DesignerTeacher.paper(width) if paper else DesignerTeacher(width)
    recipe = Recipe.paper() if paper else Recipe(learning_rate=1e-3)
    train, valid = (top_bottom_pairs(part, *pairs) for part in parts[:2])
    fit(teacher, train, valid, recipe=recipe, max_epochs=10, seed=seed, progress=False)
    return teacher


def run(name: str, model_name: str, seed: int, epochs: int) -> dict:
    """Train and evaluate one model on one split."""
    facts = SETS[name]
    wardrobe = OutfitTables(
        Path(os.environ["FASHIONGRAPH_DATA"]) / name, features=facts["features"]
    )
    parts = wardrobe.split(seed=seed)
    train, valid, test = parts
    graph = category_graph(train.category_id, train.batch, wardrobe.num_categories)
    paper = model_name.startswith("paper")
    teacher = None
    if model_name in ("ADD-GNN with teacher", "paper"):
        teacher = train_teacher(wardrobe, parts, facts["pairs"], seed, paper)
    torch.manual_seed(seed)
    if paper:
        model, recipe = ADDGNN.paper(wardrobe.num_features), Recipe.paper()
        objective = ADDGNNObjective(teacher=teacher)
    else:
        model, recipe = ADDGNN(wardrobe.num_features, 64, num_steps=1), Recipe()
        objective = model.objective(teacher)
    start = time.perf_counter()
    history = fit(
        model,
        train,
        valid,
        graph=graph,
        objective=objective,
        recipe=recipe,
        max_epochs=epochs,
        seed=seed,
        progress=False,
    )
    record = {"data": name, "model": model_name, "seed": seed, "epochs": epochs}
    record["seconds"] = round(time.perf_counter() - start, 1)
    record["best_epoch"] = int(history["valid/score"].argmax())
    for protocol in ("uniform", "matched"):
        for kind in ("compatibility", "fitb"):
            questions = test.questions(kind, protocol, facts["columns"], seed)
            result = evaluate_questions(model, questions)
            record[f"{protocol} {result.metric}"] = result.to_dict()
    return record


def spread(values: pd.Series) -> str:
    """Mean and standard deviation; of one value there is none."""
    deviation = f" ± {values.std(ddof=1):.3f}" if len(values) > 1 else ""
    return f"{values.mean():.3f}{deviation}"


def table(records: list[dict]) -> str:
    """Mean and standard deviation over seeds, as Markdown."""
    columns = [f"{p} {m}" for p in ("uniform", "matched") for m in ("AUC", "FITB")]
    rows = [
        {"data": r["data"], "model": r["model"], **{c: r[c]["value"] for c in columns}}
        for r in records
    ]
    groups = pd.DataFrame(rows).groupby(["data", "model"])
    lines = [
        "| data | model | seeds | " + " | ".join(columns) + " |",
        "| --- | --- | --- | " + " | ".join("---" for _ in columns) + " |",
    ]
    for (name, model), group in groups:
        cells = [spread(group[c]) for c in columns]
        lines.append(f"| {name} | {model} | {len(group)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write_readme(readme: Path, records: list[dict]) -> None:
    """Put the table between the marks of a README, with what it takes to make it again."""
    newest, seeds = records[-1], sorted({record["seed"] for record in records})
    command = f"python benchmarks/addgnn.py --seeds {' '.join(map(str, seeds))} "
    command += f"--epochs {newest['epochs']} --readme README.md"
    text = (
        f"Mean ± standard deviation over the seeds {', '.join(map(str, seeds))}, each with its own "
        "split 7:1:2, weights and questions. AUC: 0.5 is chance. FITB: accuracy with four "
        f"candidates. Measured on {newest['machine']}, torch {newest['torch']}.\n\n"
        f"{table(records)}\n\n```bash\nFASHIONGRAPH_DATA=… {command}\n```"
    )
    before, rest = readme.read_text(encoding="utf-8").split("<!-- results -->\n")
    after = rest.split("<!-- /results -->")[1]
    with whole(readme) as draft:
        draft.write_text(
            f"{before}<!-- results -->\n{text}\n<!-- /results -->{after}", encoding="utf-8"
        )


def main() -> None:
    """Run what is missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", choices=sorted(SETS), default=sorted(SETS))
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/addgnn"))
    parser.add_argument("--tabulate", action="store_true", help="train nothing that is missing")
    parser.add_argument("--readme", type=Path, help="README to put the table into")
    args = parser.parse_args()
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=UserWarning, module="lightning")

    plan = [(d, m, s) for m in args.models for s in args.seeds for d in args.data]
    for name, model, seed in (bar := tqdm([] if args.tabulate else plan)):
        bar.set_description(f"{name}: {model}, seed {seed}")
        file = args.output / f"{name}_{model.replace(' ', '-')}_{seed}.json"
        if file.exists() and json.loads(file.read_text())["epochs"] == args.epochs:
            continue
        record = run(name, model, seed, args.epochs)
        record["torch"] = torch.__version__
        record["machine"] = f"{os.cpu_count()} cores, {platform.machine()}"
        with whole(file) as draft:
            draft.write_text(json.dumps(record, indent=2))
    records = [json.loads(file.read_text()) for file in sorted(args.output.glob("*.json"))]
    records = [r for r in records if (r["data"], r["model"], r["seed"]) in plan]
    print(table(records))
    if args.readme:
        write_readme(args.readme, records)


if __name__ == "__main__":
    main()
