"""Answers of a stylist: spoiler, calibration, stand-ins, whole outfits and capsules.

    FASHIONGRAPH_DATA=… python benchmarks/stylist.py --seeds 3 4 --publish

On the test outfits of each seed, for two real data sets and the synthetic one: how often the lowest
item score names a negative that was put into an outfit, beside other ways and chance; the
calibration error of scores, before (a sigmoid of the raw score) and after; and how a judge ranks
what the stylist suggests, beside simpler ways. The judge is a set transformer of another seed,
which chose nothing; of the synthetic outfits, it is their true rules.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import torch
from harness.case import Case
from harness.report import insert, markdown
from harness.sets import SETS
from harness.stylist_measures import ASKED, Judge, capsules, composed, model_judge, spoilers, swaps
from torchmetrics.functional.classification import binary_calibration_error

from fashiongraph.data import add_item_cooccurrence, category_graph, split
from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.evaluation import Calibration, draw_questions, score_outfits
from fashiongraph.files import atomic_write
from fashiongraph.models import OutfitModel
from fashiongraph.stylist import Stylist
from fashiongraph.training import fit, model_spec

RESULTS = Path(__file__).parent / "results" / "stylist.json"
PAGE = Path(__file__).parent / "studies" / "stylist.md"
SYNTHETIC = "synthetic"


def open_case(data: str, seed: int, size: int) -> tuple[Any, dict[str, dict[str, Any]]]:
    """A split data set with its category graph, and its protocols of negatives."""
    if data != SYNTHETIC:
        return Case(data, seed), {
            name: SETS[data].negatives(name) for name in ("uniform", "matched")
        }
    outfits = SyntheticOutfits.attributes_only(num_outfits=size, seed=seed)
    train, valid, test = split(outfits, seed=seed)
    graph = category_graph(train.category_id, train.batch, outfits.items.num_categories)
    graph = add_item_cooccurrence(graph, train)
    items = outfits.items
    dataset = SimpleNamespace(
        items=items, num_features=items.num_features, num_categories=items.num_categories
    )
    case = SimpleNamespace(train=train, valid=valid, test=test, graph=graph, dataset=dataset)
    return case, {"uniform": {"protocol": "uniform"}, "matched": {"protocol": "same_category"}}


def trained(case: Any, name: str, negatives: dict[str, Any], seed: int, epochs: int) -> OutfitModel:
    """A model of the registry, trained against matched negatives."""
    spec = model_spec(name)
    torch.manual_seed(seed)
    model = spec.build(case.dataset.num_features, case.dataset.num_categories)
    settings = {"graph": case.graph, "max_epochs": epochs, "seed": seed, "progress": False}
    fit(model, case.train, case.valid, config=spec.config, **settings, **negatives)
    return model


def measure(data: str, seed: int, epochs: int, size: int) -> dict[str, float]:
    """All measures of one data set and seed."""
    case, protocols = open_case(data, seed, size)
    model = trained(case, "addgnn-plus", protocols["matched"], seed, epochs)
    found = {}
    for name, negatives in protocols.items():
        found |= spoilers(model, case.test, seed, name, negatives)
        pairs = draw_questions(case.test, "compatibility", seed=seed, **negatives)
        raw = score_outfits(model, pairs.outfits())
        calibration = Calibration.fit(model, case.valid, seed=seed, **negatives)
        both = {"before": raw.sigmoid(), "after": calibration.probability(raw)}
        for when, probability in both.items():
            error = binary_calibration_error(probability, pairs.label, n_bins=10, norm="l1")
            brier = (probability - pairs.label).square().mean()
            found[f"ECE, {name}, {when}"] = float(error)
            found[f"Brier, {name}, {when}"] = float(brier)
    if data == SYNTHETIC:
        judge: Judge = SyntheticOutfits.truth.score
    else:
        judge = model_judge(
            trained(case, "set-transformer", protocols["matched"], seed + 100, epochs)
        )
    stylist = Stylist(model, case.dataset.items, case.train, calibration=calibration)
    worn = [
        case.dataset.items.ids[rows.numpy()].tolist()
        for rows in case.test.item_id.split(case.test.sizes.tolist())
        if len(rows) > 2
    ][:ASKED]
    found |= swaps(stylist, judge, worn, seed)
    found |= composed(stylist, judge, case.train, case.test, seed)
    return found | capsules(stylist, seed)


def table(records: list[dict]) -> str:
    """Means over seeds with their range, a row per measure and a column per data set."""
    frame = pd.DataFrame(records)
    seeds = ", ".join(map(str, sorted(frame["seed"].unique())))
    groups = frame.drop(columns="seed").groupby("data", sort=False)
    mean, low, high = groups.mean().T, groups.min().T, groups.max().T
    rows = [
        [str(name), *(_cell(mean.loc[name, d], low.loc[name, d], high.loc[name, d]) for d in mean)]
        for name in mean.index
    ]
    head = markdown(["measure", *mean.columns], rows)
    return f"Means of the seeds {seeds}, with the lowest and the highest.\n\n{head}"


def _cell(mean: float, low: float, high: float) -> str:
    if pd.isna(mean):
        return ""
    form = "{:.3f}" if high < 2 else "{:.1f}" if high < 30 else "{:.0f}"
    return f"{form.format(mean)} [{form.format(low)}, {form.format(high)}]"


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", default=["mango", "polyvore_titles", SYNTHETIC])
    parser.add_argument("--seeds", nargs="+", type=int, default=[3, 4])
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--synthetic-outfits", type=int, default=2000)
    parser.add_argument("--output", type=Path, default=Path("benchmark-results"))
    parser.add_argument("--publish", action="store_true", help="rewrite the project's page")
    args = parser.parse_args()
    records = []
    for data in args.data:
        for seed in args.seeds:
            found = measure(data, seed, args.epochs, args.synthetic_outfits)
            records.append({"data": data, "seed": seed, **found})
            print(json.dumps(records[-1]), flush=True)
    file = RESULTS if args.publish else args.output / "stylist.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(file) as draft:
        draft.write_text(json.dumps(records, indent=1) + "\n", encoding="utf-8")
    if args.publish:
        insert(PAGE, "table", table(records))
    else:
        print(table(records))


if __name__ == "__main__":
    main()
