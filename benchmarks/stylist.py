"""Answers of a stylist on real outfits: spoiler, calibration, stand-ins and whole outfits.

    FASHIONGRAPH_DATA=… python benchmarks/stylist.py --seeds 3 4 --publish

On the test outfits of each seed: how often the lowest item score names a negative that was put
into an outfit, beside leave-one-out and chance; the calibration error of scores, before (a sigmoid
of the raw score) and after; and how often a judge agrees with a suggestion. The judge is a set
transformer of another seed, which chose nothing.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from harness.case import Case
from harness.report import insert, markdown
from harness.sets import SETS
from torch_geometric.data import Batch
from torchmetrics.functional.classification import binary_calibration_error

from fashiongraph.evaluation import Calibration, draw_questions, score_outfits, spoiler
from fashiongraph.files import atomic_write
from fashiongraph.models import OutfitModel
from fashiongraph.stylist import Stylist
from fashiongraph.training import fit, model_spec

RESULTS = Path(__file__).parent / "results" / "stylist.json"
PAGE = Path(__file__).parent / "studies" / "stylist.md"
ASKED = 100  # test outfits of which stand-ins are asked for


def trained(case: Case, name: str, seed: int, epochs: int) -> OutfitModel:
    """A model of the registry, trained against matched negatives."""
    spec = model_spec(name)
    torch.manual_seed(seed)
    model = spec.build(case.dataset.num_features, case.dataset.num_categories)
    negatives = SETS[case.data].negatives("matched")
    settings = {"graph": case.graph, "max_epochs": epochs, "seed": seed, "progress": False}
    fit(model, case.train, case.valid, config=spec.config, **settings, **negatives)
    return model


def measure(data: str, seed: int, epochs: int) -> dict[str, float]:
    """All measures of one data set and seed."""
    case = Case(data, seed)
    model = trained(case, "addgnn-plus", seed, epochs)
    found = {}
    for protocol in ("uniform", "matched"):
        negatives = SETS[data].negatives(protocol)
        questions = draw_questions(case.test, "fitb", num_candidates=2, seed=seed, **negatives)
        named = spoiler(model, questions)
        left_out = spoiler(LeaveOneOut(model), questions)
        found[f"spoiler, {protocol}"] = named.value
        found[f"spoiler, {protocol}, leave-one-out"] = left_out.value
        found[f"spoiler, {protocol}, chance"] = float(named.chance or 0.0)
        pairs = draw_questions(case.test, "compatibility", seed=seed, **negatives)
        raw = score_outfits(model, pairs.outfits())
        calibration = Calibration.fit(model, case.valid, seed=seed, **negatives)
        both = {"before": raw.sigmoid(), "after": calibration.probability(raw)}
        for name, probability in both.items():
            error = binary_calibration_error(probability, pairs.label, n_bins=10, norm="l1")
            brier = (probability - pairs.label).square().mean()
            found[f"ECE, {protocol}, {name}"] = float(error)
            found[f"Brier, {protocol}, {name}"] = float(brier)
    return {**found, **suggestions(case, model, calibration, seed, epochs)}


class LeaveOneOut(OutfitModel):
    """Scores of a model, with item scores by leave-one-out, as the base class has them."""

    def __init__(self, model: OutfitModel) -> None:
        super().__init__()
        self.model = model
        self.graph, self.categories = model.graph, model.categories

    @property
    def batch_inputs(self) -> frozenset[str]:
        """Those of the model."""
        return self.model.batch_inputs

    def forward(self, batch: Batch) -> torch.Tensor:
        """Scores of the model."""
        return self.model(batch)


def suggestions(
    case: Case, model: OutfitModel, calibration: Calibration, seed: int, epochs: int
) -> dict[str, float]:
    """How often the judge prefers a suggestion."""
    judge = trained(case, "set-transformer", seed + 100, epochs)
    stylist = Stylist(model, case.dataset.items, case.train, calibration=calibration)
    real = score_outfits(judge, case.test)
    worn = [
        case.dataset.items.ids[rows.numpy()].tolist()
        for rows in case.test.item_id.split(case.test.sizes.tolist())
        if len(rows) > 2
    ][:ASKED]
    gains = []
    for outfit in worn:
        frame = stylist.swap(outfit, k=1).frame
        if len(frame):
            item, other = frame["item_id"].iloc[0], frame["replaces"].iloc[0]
            after = [item if one == other else one for one in outfit]
            gains.append(float(judged(stylist, judge, [after]) > judged(stylist, judge, [outfit])))
    composed = stylist.compose(n=20, random_seed=seed).outfits
    percentile = [float((real < one).double().mean()) for one in judged(stylist, judge, composed)]
    return {
        "swaps that the judge prefers": float(np.mean(gains)),
        "composed: median percentile of the judge": 100 * float(np.median(percentile)),
        "composed: distinct items": float(len({one for outfit in composed for one in outfit})),
    }


def judged(stylist: Stylist, judge: OutfitModel, outfits: list[list[str]]) -> torch.Tensor:
    """Scores of outfits by the judge."""
    catalogue = stylist.catalogue
    return score_outfits(judge, catalogue.made_of([catalogue.rows(one) for one in outfits]))


def table(records: list[dict]) -> str:
    """Means over seeds, a row per measure and a column per data set."""
    frame = pd.DataFrame(records)
    seeds = ", ".join(map(str, sorted(frame["seed"].unique())))
    means = frame.drop(columns="seed").groupby("data").mean().T
    rows = [
        [str(name), *(f"{value:.3f}" if value < 1.5 else f"{value:.0f}" for value in row)]
        for name, row in zip(means.index, means.to_numpy(), strict=True)
    ]
    return f"Means of the seeds {seeds}.\n\n{markdown(['measure', *means.columns], rows)}"


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", default=["mango", "polyvore_titles"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[3, 4])
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--output", type=Path, default=Path("benchmark-results"))
    parser.add_argument("--publish", action="store_true", help="rewrite the project's page")
    args = parser.parse_args()
    records = []
    for data in args.data:
        for seed in args.seeds:
            records.append({"data": data, "seed": seed, **measure(data, seed, args.epochs)})
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
