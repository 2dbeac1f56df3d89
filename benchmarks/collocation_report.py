"""Tables and the figure of the benchmark of mixed-category metric learning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from harness.records import Record
from harness.report import SVG, interval, markdown, number
from harness.sets import FROZEN, SETS

from fashiongraph.files import atomic_write

METRICS = (
    "item Recall@20",
    "item mAP",
    "category Recall@20",
    "category mAP",
    "uniform FITB",
    "matched FITB",
)
MINING = ("random", "simple", "semi-hard", "hard", "schedule")  # the curves of the figure
LIBRARY = (
    "PML semi-hard",
    "PML batch-hard",
    "PML multi-similarity",
    "PML multi-similarity, its loss",
)

# Headings of the tables, and label and row of each of their lines.
TABLES: dict[str, dict[str, str]] = {
    "Table 1: sampling and embedding sizes": {
        "classification features, not trained": "features, not trained",
        "siamese, contrastive": "siamese",
        "triplet, random negatives": "random",
        "mixed-category, 128": "schedule",
        "mixed-category, 256": "schedule 256",
        "mixed-category, 384": "schedule 384",
        "mixed-category, 128, one pair per outfit as printed": "schedule as printed",
    },
    "Table 2: losses, 128 dimensions, random negatives": {
        "hinge with cosine": "random",
        "hinge with cosine, the schedule": "schedule",
        "PDDM": "PDDM",
        "lifted structure": "lifted structure",
        "histogram": "histogram",
        "affine": "affine",
        "HDC, 3 x 128, one negative per pair": "HDC, one negative a pair",
        "HDC, 3 x 128, all pairs of the batch as published": "HDC, all pairs",
    },
    "Table 2: losses, 384 dimensions, the schedule": {
        "hinge with cosine": "schedule 384",
        "PDDM": "PDDM 384",
        "lifted structure": "lifted structure 384",
        "histogram": "histogram 384",
        "affine": "affine 384",
    },
    "Figure 5: mining": {
        "random": "random",
        "simple": "simple",
        "semi-hard": "semi-hard",
        "hard": "hard",
        "schedule": "schedule",
        **{row: row for row in LIBRARY},
    },
}


def best_score(record: Record) -> float:
    """Validation score of the epoch that was kept; not a number where nothing was trained."""
    return float(max(record["history"].get("valid/score", [float("nan")])))


def cell(values: Sequence[float]) -> str:
    """Mean and half its 95 % interval over seeds."""
    return number(*interval(np.array(values)))


def table(records: list[Record], labels: dict[str, str]) -> str:
    """The rows that have been run, in the order of their labels."""
    rows = []
    for label, row in labels.items():
        group = [record for record in records if record["row"] == row]
        if group:
            values = [
                [record["results"][metric]["value"] for record in group] for metric in METRICS
            ]
            cells = [cell(one) for one in [*values, [best_score(record) for record in group]]]
            seconds = np.mean([record["seconds"] for record in group])
            rows.append([label, str(len(group)), *cells, f"{seconds:.0f}"])
    return markdown(["row", "seeds", *METRICS, "validation score", "s per run"], rows)


def differences(records: list[Record], leader: str, rivals: Sequence[str]) -> str:
    """Paired differences of a row to others; empty without two common seeds."""
    measures: dict[str, Callable[[Record], float]] = {
        "validation score": best_score,
        "item Recall@20": lambda record: float(record["results"]["item Recall@20"]["value"]),
        "item mAP": lambda record: float(record["results"]["item mAP"]["value"]),
    }
    by_row: dict[str, dict[int, Record]] = {}
    for record in records:
        by_row.setdefault(record["row"], {})[record["seed"]] = record
    rows = []
    for rival in rivals:
        seeds = sorted(by_row.get(leader, {}).keys() & by_row.get(rival, {}).keys())
        if len(seeds) > 1:
            line = [rival, str(len(seeds))]
            for measure in measures.values():
                ahead = [measure(by_row[leader][s]) - measure(by_row[rival][s]) for s in seeds]
                mean, width = interval(np.array(ahead))
                line.append(f"{mean:+.3f} ± {width:.3f}{' ≈' if abs(mean) <= width else ''}")
            rows.append(line)
    return markdown([f"{leader} minus", "seeds", *measures], rows) if rows else ""


def report(records: list[Record], figure: str) -> str:
    """The tables of finished runs.

    Args:
        records: One per run.
        figure: Path of the figure, as seen from the page.

    Raises:
        ValueError: If the runs differ in epochs or learning rate.
    """
    kinds = {(record["epochs"], record["rate"]) for record in records}
    if len(kinds) != 1:
        raise ValueError(f"records need one number of epochs and rate (got {sorted(kinds)})")
    epochs, rate = kinds.pop()
    machines = "; ".join(sorted({f"{one['machine']}, torch {one['torch']}" for one in records}))
    text = [f"{epochs} epochs at a rate of {rate:g}. Measured on {machines}."]
    for name in FROZEN:
        chosen = [record for record in records if record["data"] == name]
        if not chosen:
            continue
        text.append(f"## {name}, frozen features {SETS[name].features}")
        for heading, labels in TABLES.items():
            if any(record["row"] in labels.values() for record in chosen):
                text += [f"### {heading}", table(chosen, labels)]
        rivals = [row for row in (*MINING, *LIBRARY) if row != "schedule"]
        for leader, others in (("schedule", rivals), ("semi-hard", ["random", *LIBRARY])):
            text.append(differences(chosen, leader, others))
    text.append(f"![Loss and validation score by epoch]({figure})")
    return "\n\n".join(block for block in text if block)


def draw(records: list[Record], path: Path) -> None:
    """Loss and validation score by epoch and mining strategy: mean over seeds, and their range."""
    with plt.rc_context(SVG):
        figure, axes = plt.subplots(len(FROZEN), 2, figsize=(9, 6), squeeze=False, sharex=True)
        for axis, name in zip(axes, FROZEN, strict=True):
            for row in MINING:
                group = [r["history"] for r in records if (r["data"], r["row"]) == (name, row)]
                for panel, column in zip(axis, ("train/loss", "valid/score"), strict=True):
                    panel.set(title=f"{name}: {column}", xlabel="epoch")
                    if group:
                        curves = pd.DataFrame([history[column] for history in group])
                        epoch = curves.columns + 1
                        (line,) = panel.plot(epoch, curves.mean(), label=row)
                        color = line.get_color()
                        panel.fill_between(
                            epoch, curves.min(), curves.max(), color=color, alpha=0.2
                        )
        if axes[0][0].get_legend_handles_labels()[0]:
            axes[0][0].legend()
        figure.tight_layout()
        with atomic_write(path) as draft:
            figure.savefig(draft, format="svg", metadata={"Date": None})
    plt.close(figure)
