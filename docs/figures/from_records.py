"""Plots of the records of the benchmarks: accuracy against cost, and learning curves."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from drawing import COLOURS, GROUND, INK, LINE
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
from harness.report import SVG, interval  # noqa: E402

DATA = ("mango", "polyvore_titles")
COLUMN = "matched AUC"
SEARCHED = (0, 1, 2)
MARKERS = "osD^vPX"
FITTED = ("uniform", "matched")
MOMENTS = ("sigmoid of the raw score", "calibrated")
SHARES = {
    "an eighth of the outfits": 1 / 8,
    "a quarter of the outfits": 1 / 4,
    "half of the outfits": 1 / 2,
    "ADD-GNN+": 1,
}
STYLE = {
    **SVG,
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": LINE,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.facecolor": GROUND,
    "figure.facecolor": GROUND,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def records(study: str) -> pd.DataFrame:
    """A row per training on matched negatives, of the trial that validates best."""
    lines = (BENCHMARKS / "results" / f"{study}.jsonl").read_text(encoding="utf-8").splitlines()
    table = pd.DataFrame([one for one in map(json.loads, lines) if one["data"] in DATA])
    table = table[table["protocol"] == "matched"]
    table["auc"] = [one[COLUMN]["value"] for one in table["results"]]
    searched = table[table["seed"].isin(SEARCHED)]  # further seeds have the chosen trial alone
    score = searched.groupby(["data", "model", "trial"])["valid_score"].mean()
    best = score.groupby(["data", "model"]).idxmax()
    return table.set_index(["data", "model", "trial"]).loc[best].reset_index()


def accuracy_cost() -> str:
    """Accuracy of all trained models against the time of their training."""
    table = records("compatibility")
    names = table.groupby("model")["auc"].mean().sort_values(ascending=False).index
    with rc_context(STYLE):
        figure = Figure(figsize=(9.2, 3.9), layout="constrained")
        axes = figure.subplots(1, len(DATA))
        for axis, data in zip(axes, DATA, strict=True):
            for place, (model, marker) in enumerate(zip(names, MARKERS, strict=True)):
                rows = table[(table["data"] == data) & (table["model"] == model)]
                mean, half = interval(rows["auc"].to_numpy())
                settings = {"fmt": marker, "color": f"C{place}", "elinewidth": 1, "label": model}
                axis.errorbar(rows["seconds"].median(), mean, yerr=half, **settings)
            axis.set(xscale="log", title=data, xlabel="seconds of training, 2 cores")
            axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.xaxis.set_major_formatter("{x:.0f}")
            axis.xaxis.set_minor_locator(NullLocator())
            axis.grid(alpha=0.3)
        axes[0].set_ylabel("AUC, matched negatives")
        figure.legend(
            *axes[0].get_legend_handles_labels(), loc="outside right center", frameon=False
        )
        return as_svg(figure)


def learning_curves() -> str:
    """Accuracy of ADD-GNN+ against the share of the training outfits, at equal steps."""
    table = pd.concat([records("compatibility"), records("outfits")])
    table = table[table["model"].isin(SHARES) & table["seed"].isin(SEARCHED)]
    with rc_context(STYLE):
        figure = Figure(figsize=(6, 3.6), layout="constrained")
        axis = figure.subplots()
        for data, colour in zip(DATA, COLOURS, strict=False):
            own = table[table["data"] == data]
            points = [interval(own.loc[own["model"] == name, "auc"].to_numpy()) for name in SHARES]
            mean, half = np.array(points).T
            share = np.array([*SHARES.values()])
            axis.plot(share, mean, "o-", color=colour, label=data)
            axis.fill_between(share, mean - half, mean + half, color=colour, alpha=0.15, lw=0)
        axis.set_xscale("log", base=2)
        axis.set_xticks(share, ["1/8", "1/4", "1/2", "all"])
        axis.set(xlabel="training outfits", ylabel="AUC, matched negatives")
        axis.legend(frameon=False)
        axis.grid(alpha=0.3)
        return as_svg(figure)


def calibration() -> str:
    """Expected calibration error of ADD-GNN+ before and after the fit."""
    runs = pd.DataFrame(json.loads((BENCHMARKS / "results" / "stylist.json").read_text()))
    kinds = [(data, protocol) for data in runs["data"].unique() for protocol in FITTED]
    with rc_context(STYLE):
        figure = Figure(figsize=(7, 3.2), layout="constrained")
        axis = figure.subplots()
        axis.axvline(0.04, color=LINE, linestyle=":", label="target, 0.04")
        for place, (data, protocol) in enumerate(kinds):
            own = runs[runs["data"] == data]
            before, after = (own[f"ECE, {protocol}, {when}"].mean() for when in ("before", "after"))
            axis.plot([before, after], [place, place], color=LINE, zorder=1)
            for value, colour, label in zip((before, after), COLOURS, MOMENTS, strict=False):
                axis.scatter(value, place, color=colour, label="" if place else label, zorder=2)
        axis.set_yticks(range(len(kinds)), [f"{data}, {protocol}" for data, protocol in kinds])
        axis.invert_yaxis()
        axis.set(xlim=0, xlabel="expected calibration error on test outfits (0 is best)")
        figure.legend(loc="outside right center", frameon=False)
        return as_svg(figure)


def as_svg(figure: Figure) -> str:
    """A plot as SVG, with the same bytes each time."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"
