"""Tables and the figure of the benchmark of mixed-category metric learning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from collocation_rows import LIBRARY, TABLES
from harness.report import interval
from harness.sets import SETS

from fashiongraph.files import atomic_write

METRICS = (
    "item Recall@20",
    "item mAP",
    "category Recall@20",
    "category mAP",
    "uniform FITB",
    "matched FITB",
)
MINING = ("random", "simple", "semi-hard", "hard", "schedule")  # the curves of figure 5

Record = dict[str, Any]


def best_score(record: Record) -> float:
    """Validation score of the epoch that was kept; not a number where nothing was trained."""
    return float(max(record["history"].get("valid/score", [float("nan")])))


def cell(values: Sequence[float]) -> str:
    """Mean ± standard deviation and 95 % t-interval over seeds; of one value there is neither."""
    mean, width, deviation = interval(np.array(values))
    if np.isnan(mean):
        return "–"
    if np.isnan(deviation):
        return f"{mean:.3f}"
    return f"{mean:.3f} ± {deviation:.3f} [{mean - width:.3f}, {mean + width:.3f}]"


def lines(first: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table in Markdown."""
    head = ["| " + " | ".join([first, *columns]) + " |", "| --- |" + " --- |" * len(columns)]
    return [*head, *("| " + " | ".join(row) + " |" for row in rows)]


def table(records: list[Record], labels: dict[str, str]) -> list[str]:
    """The rows that have been run, in the order of their labels."""
    rows = []
    for label, row in labels.items():
        group = [record for record in records if record["row"] == row]
        if group:
            values = [[record[metric]["value"] for record in group] for metric in METRICS]
            seconds = np.mean([record["seconds"] for record in group])
            valid = [best_score(record) for record in group]
            cells = [cell(part) for part in [*values, valid]]
            rows.append([label, str(len(group)), *cells, f"{seconds:.0f}"])
    return lines("row", ["seeds", *METRICS, "validation score", "s a run"], rows)


def differences(records: list[Record], leader: str, rivals: Sequence[str]) -> list[str]:
    """How far a row is ahead of others, seed by seed; nothing where there are no two seeds."""
    measures: dict[str, Callable[[Record], float]] = {
        "validation score": best_score,
        "item Recall@20": lambda record: float(record["item Recall@20"]["value"]),
        "item mAP": lambda record: float(record["item mAP"]["value"]),
    }
    by_row: dict[str, dict[int, Record]] = {}
    for record in records:
        by_row.setdefault(record["row"], {})[record["seed"]] = record
    rows = []
    for rival in rivals:
        seeds = sorted(by_row.get(leader, {}).keys() & by_row.get(rival, {}).keys())
        if len(seeds) > 1:
            cells = []
            for measure in measures.values():
                ahead = [measure(by_row[leader][s]) - measure(by_row[rival][s]) for s in seeds]
                mean, width, _ = interval(np.array(ahead))
                cells.append(f"{mean:+.3f} [{mean - width:+.3f}, {mean + width:+.3f}]")
            rows.append([rival, str(len(seeds)), *cells])
    return ["", *lines(f"{leader} minus", ["seeds", *measures], rows)] if rows else []


def report(records: list[Record], figure: str) -> str:
    """The Markdown page of finished runs.

    Args:
        records: One per run.
        figure: Path of the figure, as seen from the page.
    """
    kinds = {(r["epochs"], r["rate"], r["machine"], r["torch"]) for r in records}
    if len(kinds) != 1:
        raise ValueError(f"records need to be of one kind of run (got {sorted(kinds)})")
    epochs, rate, machine, torch = kinds.pop()
    seeds = sorted({record["seed"] for record in records})
    command = f"python benchmarks/collocation.py --seeds {' '.join(map(str, seeds))} "
    text = [
        "# Mixed-category metric learning: results",
        "",
        "Mean ± standard deviation [95 % interval, wider for splits of the same outfits: see "
        "[README.md](README.md)] over seeds, each with its own split 7:1:2, "
        f"weights, queries and questions; {epochs} epochs in batches of 32 outfits at a rate of "
        f"{rate:g}, the epoch with the best validation score kept. Validation score: mean of AUC "
        "and FITB against uniform strangers. Sizes are widths of one projection. Measured on "
        f"{machine}, torch {torch}.",
        "",
        f"```bash\nFASHIONGRAPH_DATA=… {command}--epochs {epochs} --rate {rate:g}\n```",
    ]
    for name in SETS:
        own = [record for record in records if record["data"] == name]
        if not own:
            continue
        text += ["", f"## {name}, {SETS[name].features}"]
        for heading, labels in TABLES.items():
            text += ["", f"### {heading}", "", *table(own, labels)]
        rivals = [row for row in (*MINING, *LIBRARY) if row != "schedule"]
        for leader, others in (("schedule", rivals), ("semi-hard", ["random", *LIBRARY])):
            text += differences(own, leader, others)
    text += ["", f"![Loss and validation score by epoch]({figure})"]
    return "\n".join(text) + "\n"


def draw(records: list[Record], path: Path) -> None:
    """Loss and validation score by epoch and mining strategy: mean over seeds, and their range."""
    figure, axes = plt.subplots(len(SETS), 2, figsize=(9, 6), squeeze=False, sharex=True)
    for axis, name in zip(axes, SETS, strict=True):
        for row in MINING:
            group = [r["history"] for r in records if (r["data"], r["row"]) == (name, row)]
            for panel, column in zip(axis, ("train/loss", "valid/score"), strict=True):
                panel.set(title=f"{name}: {column}", xlabel="epoch")
                if group:
                    curves = pd.DataFrame([history[column] for history in group])
                    (line,) = panel.plot(curves.mean(), label=row)
                    panel.fill_between(
                        curves.columns,
                        curves.min(),
                        curves.max(),
                        color=line.get_color(),
                        alpha=0.2,
                    )
    if axes[0][0].get_legend_handles_labels()[0]:
        axes[0][0].legend()
    figure.tight_layout()
    with atomic_write(path) as draft:
        figure.savefig(draft, format="png", dpi=110)
    plt.close(figure)
