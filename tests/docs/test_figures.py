"""The figures of the pages are those that their scripts draw."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from xml.etree import ElementTree

import pytest

FIGURES = Path(__file__).parents[2] / "docs" / "figures"


@pytest.fixture(scope="module")
def figures():
    return runpy.run_path(str(FIGURES / "draw.py"))["FIGURES"]


def content(svg: str) -> list[tuple[str, str]]:
    """Tags and texts, without pictures, whose bytes depend on zlib, and without coordinates."""
    found = [(one.tag, (one.text or "").strip()) for one in ElementTree.fromstring(svg).iter()]
    return [(tag, text) for tag, text in found if not tag.endswith(("image", "style", "format"))]


@pytest.mark.parametrize("name", sorted(file.stem for file in FIGURES.glob("*.svg")))
def test_figure_is_current(figures, name):
    written = (FIGURES / f"{name}.svg").read_text(encoding="utf-8")
    assert content(written) == content(figures[name]()), "run python docs/figures/draw.py"


def test_every_figure_is_written(figures):
    assert {file.stem for file in FIGURES.glob("*.svg")} == set(figures)


def test_the_score_is_the_mean_of_the_pairs(figures):
    texts = [text for tag, text in content(figures["outfit_to_score"]()) if tag.endswith("text")]
    pairs = [float(text) for text in texts if re.fullmatch(r"0\.\d\d", text)]
    assert pairs[-1] == round(sum(pairs[:-1]) / len(pairs[:-1]), 2)


def test_weights_into_an_item_sum_to_one(figures):
    weights = figures["outfit_subgraph"].__globals__["normalised"]()
    for i in {target for target, _ in weights}:
        assert sum(w for (own, _), w in weights.items() if own == i) == pytest.approx(1)


def test_plotted_accuracy_is_that_of_the_leaderboard(figures):
    plots = figures["accuracy_cost"].__globals__
    table = plots["records"]("compatibility")
    page = (FIGURES.parents[1] / "benchmarks" / "README.md").read_text(encoding="utf-8")
    section = page.partition("### mango\n")[2].partition("### ")[0]
    for model in ("ADD-GNN+", "Set transformer"):
        rows = table[(table["data"] == "mango") & (table["model"] == model)]
        mean, half = plots["interval"](rows["auc"].to_numpy())
        line = next(line for line in section.splitlines() if line.startswith(f"| {model} |"))
        assert f"{mean:.3f} ± {half:.3f}" in line
