"""Tables and plots of finished trainings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy import stats

from fashiongraph.files import atomic_write

TEST_TO_TRAIN = 2 / 7  # outfits of a split
HEADLINE = (3, 4)  # seeds whose test outfits no decision was based on
SVG = {"svg.fonttype": "none", "svg.hashsalt": "fashiongraph"}  # the same bytes each time
COLUMNS = ["data", "model", "seed", "column", "value", "checksum", "machine"]


def to_frame(cells: Iterable[tuple[str, str, dict[str, Any]]]) -> pd.DataFrame:
    """One row per data set, model, seed and column.

    Args:
        cells: A protocol, the model's name in the tables, and the record of its training.

    Raises:
        ValueError: If models were evaluated on different questions.
    """
    rows = [
        {
            "data": record["data"],
            "model": model,
            "seed": record["seed"],
            "column": column,
            "value": result["value"],
            "checksum": result["checksum"],
            "machine": f"{record['machine']}, torch {record['torch']}",
        }
        for protocol, model, record in cells
        for column, result in record["results"].items()
        if column.startswith(protocol)
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    if len(table) and table.groupby(["data", "seed", "column"])["checksum"].nunique().max() > 1:
        raise ValueError("records of one seed have different questions")
    return table


def interval(values: np.ndarray) -> tuple[float, float]:
    r"""Mean and half width of its 95 % interval over seeds.

    Student's t with the variance of the mean taken as :math:`(1/n + 2/7) s^2`: all seeds split the
    same outfits, so that their results are not independent. Of one value there is no interval.

    Source: Nadeau and Bengio, "Inference for the generalization error" (Machine Learning, 2003),
    https://doi.org/10.1023/A:1024068626366.
    """
    if len(values) < 2:
        return (float(values.mean()) if len(values) else float("nan")), float("nan")
    error = float(values.std(ddof=1)) * (1 / len(values) + TEST_TO_TRAIN) ** 0.5
    return float(values.mean()), error * float(stats.t.ppf(0.975, len(values) - 1))


def by_model(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """The values of a column, a row per seed and a column per model."""
    chosen = table[table["column"] == column]
    return chosen.pivot(index="seed", columns="model", values="value")


def _values(values: pd.DataFrame, model: str) -> np.ndarray:
    return values[model].dropna().to_numpy() if model in values else np.empty(0)


def difference(values: pd.DataFrame, model: str, other: str) -> tuple[float, float]:
    """Mean and half interval of a paired difference, over the seeds that both models have."""
    if model not in values or other not in values:
        return float("nan"), float("nan")
    return interval((values[model] - values[other]).dropna().to_numpy())


def best(values: pd.DataFrame) -> str:
    """The model with the highest mean over the seeds that all models have."""
    return str(values.dropna().mean().idxmax())


def number(mean: float, width: float = float("nan")) -> str:
    """A mean with half its interval."""
    return "–" if np.isnan(mean) else f"{mean:.3f}" + ("" if np.isnan(width) else f" ± {width:.3f}")


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def both(values: pd.DataFrame, model: str) -> str:
    """Mean over the headline seeds / mean over all seeds with half its interval."""
    headline = values[values.index.isin(HEADLINE)]
    first, _ = interval(_values(headline, model))
    return f"{number(first)} / {number(*interval(_values(values, model)))}"


def mark(values: pd.DataFrame, model: str, leader: str) -> str:
    """★ for the leader, ≈ where the interval of the paired difference to it contains 0."""
    mean, width = difference(values, model, leader)
    return " ★" if model == leader else " ≈" if abs(mean) <= width else ""


def leaderboard(table: pd.DataFrame, models: Sequence[str]) -> str:
    """The headline seeds beside all seeds; ★ for the best, ≈ for what is level with it."""
    columns, present = list(dict.fromkeys(table["column"])), set(table["model"])
    values = {column: by_model(table, column) for column in columns}
    rows = []
    for model in [name for name in models if name in present]:
        line = [model]
        for column in columns:
            text = both(values[column], model)
            line.append(text + mark(values[column], model, best(values[column])))
        rows.append(line)
    return markdown(["model", *columns], rows)


def comparison(table: pd.DataFrame, models: Sequence[str], reference: str = "") -> str:
    """Means with their interval, or with differences to a reference row.

    ≈ marks differences whose interval contains 0.
    """
    columns, present = list(dict.fromkeys(table["column"])), set(table["model"])
    values = {column: by_model(table, column) for column in columns}
    rows = []
    for model in [name for name in models if name in present]:
        line = [model, str(table.loc[table["model"] == model, "seed"].nunique())]
        for column in columns:
            mean, width = interval(_values(values[column], model))
            text = number(mean, width if reference in ("", model) else float("nan"))
            ahead, half = difference(values[column], model, reference)
            if model != reference and not np.isnan(half):
                text += f" ({ahead:+.3f} ± {half:.3f}{' ≈' if abs(ahead) <= half else ''})"
            line.append(text)
        rows.append(line)
    return markdown(["model", "seeds", *columns], rows)


def dot_plot(table: pd.DataFrame, models: Sequence[str], reference: str, file: Path) -> None:
    """A panel per column: mean and 95 % interval over seeds, the reference row in red."""
    columns, present = list(dict.fromkeys(table["column"])), set(table["model"])
    shown = [model for model in models if model in present]
    size = (2.4 * len(columns) + 2, 0.28 * len(shown) + 1)
    with plt.rc_context(SVG):
        figure, axes = plt.subplots(1, len(columns), figsize=size, sharey=True, squeeze=False)
        for axis, column in zip(axes[0], columns, strict=True):
            values = by_model(table, column)
            dots = np.array([interval(_values(values, model)) for model in shown])
            red = np.array([model == reference for model in shown])
            for rows, color in ((red, "C3"), (~red, "C0")):
                mean, width = dots[rows].T
                place = rows.nonzero()[0]
                axis.errorbar(mean, place, xerr=np.nan_to_num(width), fmt="o", ms=4, color=color)
            axis.set_title(column, fontsize=9)
            axis.set_yticks(range(len(shown)), shown)
            axis.grid(axis="x", alpha=0.3)
        axes[0][0].invert_yaxis()
        figure.tight_layout()
        with atomic_write(file) as draft:
            figure.savefig(draft, format="svg", metadata={"Date": None})
    plt.close(figure)


def insert(page: Path, mark: str, text: str) -> bool:
    """Replace the text between ``<!-- mark -->`` and ``<!-- /mark -->`` of a page.

    Returns:
        Whether the page has these marks.
    """
    start, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
    content = page.read_text(encoding="utf-8") if page.exists() else ""
    if start not in content or end not in content:
        return False
    before, rest = content.split(start)
    new = f"{before}{start}{text}\n{end}{rest.split(end)[1]}"
    if new != content:
        with atomic_write(page) as draft:
            draft.write_text(new, encoding="utf-8")
    return True
