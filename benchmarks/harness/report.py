"""Tables and plots of finished runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy import stats

from fashiongraph.files import atomic_write

TEST_TO_TRAIN = 2 / 7  # outfits of a split; what a study trains on may be a part of those


def to_frame(cells: Iterable[tuple[str, dict[str, Any]]]) -> pd.DataFrame:
    """A row per data set, model, seed and column.

    Args:
        cells: A protocol, and the record of the training that answers for it.

    Raises:
        ValueError: If models were asked different questions.
    """
    rows = [
        {
            "data": record["data"],
            "model": record["model"],
            "seed": record["seed"],
            "column": column,
            "value": result["value"],
            "checksum": result["checksum"],
            "machine": f"{record['machine']}, torch {record['torch']}",
        }
        for protocol, record in cells
        for column, result in record["results"].items()
        if column.startswith(protocol)
    ]
    names = ["data", "model", "seed", "column", "value", "checksum", "machine"]
    table = pd.DataFrame(rows, columns=names)
    if len(table) and table.groupby(["data", "seed", "column"])["checksum"].nunique().max() > 1:
        raise ValueError("records of one seed were measured with different questions")
    return table


def interval(values: np.ndarray) -> tuple[float, float, float]:
    """Mean and half width of its 95 % interval over seeds (Student's t), and the deviation.

    Each seed splits the same outfits, so that what seeds measure is not independent. The variance
    of the mean is therefore 1 / n + test / train outfits of that of one seed, instead of 1 / n.

    Source: Nadeau and Bengio, "Inference for the generalization error" (2003).
    """
    deviation = float(values.std(ddof=1)) if len(values) > 1 else float("nan")
    error = deviation * (1 / len(values) + TEST_TO_TRAIN) ** 0.5
    width = error * float(stats.t.ppf(0.975, max(len(values) - 1, 1)))
    return float(values.mean()), width, deviation


def markdown(
    table: pd.DataFrame, models: Sequence[str], columns: Sequence[str], intervals: bool = False
) -> str:
    """Mean and deviation over seeds of every model and column, the best in bold.

    The best is that over the seeds that all models of a column have.

    Args:
        table: Rows of :func:`to_frame`.
        models: Rows of the table, where there are any.
        columns: Its columns.
        intervals: Add the 95 % interval of the mean.
    """
    lines = [
        "| model | seeds | " + " | ".join(columns) + " |",
        "| --- | ---: | " + " | ".join("---" for _ in columns) + " |",
    ]
    leads = {column: best(table, column) for column in columns}
    for model in models:
        rows = table[table["model"] == model]
        if rows.empty:
            continue
        cells = []
        for column in columns:
            values = rows.loc[rows["column"] == column, "value"].to_numpy()
            mean, width, deviation = interval(values) if len(values) else (np.nan, np.nan, np.nan)
            text = f"{mean:.3f}" if np.isnan(deviation) else f"{mean:.3f} ± {deviation:.3f}"
            if intervals and not np.isnan(width):
                text += f" [{mean - width:.3f}, {mean + width:.3f}]"
            cells.append(f"**{text}**" if model in leads[column] else text if len(values) else "–")
        lines.append(f"| {model} | {rows['seed'].nunique()} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def best(table: pd.DataFrame, column: str) -> list[str]:
    """The models with the highest mean over the seeds that all models of a column have."""
    values = table[table["column"] == column].pivot(index="seed", columns="model", values="value")
    means = values.dropna().mean()
    return list(means.index[np.isclose(means, means.max())])


def differences(
    table: pd.DataFrame, leader: str, others: Sequence[str], columns: Sequence[str]
) -> str:
    """How far the leader is ahead of the best of the others, over the seeds that both have."""
    lines = [
        "| column | best other | seeds | difference | 95 % interval |",
        "| --- | --- | ---: | --- | --- |",
    ]
    for column in columns:
        values = table[table["column"] == column].pivot(
            index="seed", columns="model", values="value"
        )
        if leader not in values:
            continue
        rivals = [name for name in others if name != leader and name in values]
        leads = {name: (values[leader] - values[name]).dropna() for name in rivals}
        leads = {name: lead for name, lead in leads.items() if len(lead) > 1}
        if not leads:
            continue
        rival = min(leads, key=lambda name: leads[name].mean())
        mean, width, _ = interval(leads[rival].to_numpy())
        lines.append(
            f"| {column} | {rival} | {len(leads[rival])} | {mean:+.3f} | "
            f"[{mean - width:+.3f}, {mean + width:+.3f}] |"
        )
    return "\n".join(lines) if len(lines) > 2 else ""


def plot(table: pd.DataFrame, models: Sequence[str], columns: Sequence[str], file: Path) -> None:
    """A panel per column: mean and 95 % interval of every model."""
    shown = [model for model in models if model in set(table["model"])]
    figure, axes = plt.subplots(
        1,
        len(columns),
        figsize=(2.6 * len(columns), 0.32 * len(shown) + 1.2),
        sharey=True,
        squeeze=False,
    )
    for axis, column in zip(axes[0], columns, strict=True):
        for place, model in enumerate(shown):
            chosen = (table["model"] == model) & (table["column"] == column)
            values = table.loc[chosen, "value"].to_numpy()
            if len(values):
                mean, width, _ = interval(values)
                width = 0.0 if np.isnan(width) else width
                axis.errorbar(mean, place, xerr=width, fmt="o", color="C0" if place else "C3")
        axis.set(title=column, yticks=range(len(shown)), yticklabels=shown)
        axis.grid(axis="x", alpha=0.3)
    axes[0][0].invert_yaxis()
    figure.tight_layout()
    with atomic_write(file) as draft:
        figure.savefig(draft, format="png", dpi=120)
    plt.close(figure)


def insert(page: Path, mark: str, text: str) -> None:
    """Put a text between the marks ``<!-- mark -->`` and ``<!-- /mark -->`` of a page."""
    before, rest = page.read_text(encoding="utf-8").split(f"<!-- {mark} -->\n")
    after = rest.split(f"<!-- /{mark} -->")[1]
    with atomic_write(page) as draft:
        draft.write_text(
            f"{before}<!-- {mark} -->\n{text}\n<!-- /{mark} -->{after}", encoding="utf-8"
        )
