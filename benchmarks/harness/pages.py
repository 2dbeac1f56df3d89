"""Pages of the benchmarks: the leaderboard, one page per study, and the results of the README."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from harness.entries import HEURISTICS, PLUS, PUBLISHED, SEARCHED
from harness.records import Records, Run, read_lines
from harness.report import (
    HEADLINE,
    best,
    by_model,
    comparison,
    dot_plot,
    insert,
    leaderboard,
    mark,
    markdown,
    number,
    to_frame,
)
from harness.runs import TRIAL_SEEDS, plan
from harness.sets import PROTOCOLS
from harness.studies import STUDIES, Study
from harness.variants import PAPER, find_entry

ROOT = Path(__file__).parents[2]
EPOCHS = 12
NOTHING = "No training of this study has been run."
README_DATA = ("mango", "polyvore_titles")


def cells(study: Study, epochs: int = EPOCHS, features: str = "") -> list[Run]:
    """The cells of a study's tables, before settings are chosen."""
    return [
        Run(data, model, protocol, seed, epochs, features=features)
        for data in study.data
        for protocol in study.protocols
        for seed in study.seeds
        for model in study.models
    ]


def collect(
    study: Study, records: Records, epochs: int = EPOCHS, features: str = ""
) -> pd.DataFrame:
    """The table of a study: one row per data set, model, seed and column."""
    found = []
    for cell in cells(study, epochs, features):
        runs, complete = plan(cell, records, study.seeds[:TRIAL_SEEDS])
        if complete and runs[0] in records:
            found.append((cell.protocol, cell.model, records[runs[0]]))
    return to_frame(found)


def by_data(table: pd.DataFrame, study: Study) -> Iterator[tuple[str, pd.DataFrame]]:
    """The rows of each data set, without columns that only the reference row has."""
    for name in study.data:
        chosen = table[table["data"] == name]
        trained = [name for name in study.models if find_entry(name) and name != study.reference]
        compared = chosen[chosen["model"].isin(trained)] if trained else chosen
        chosen = chosen[chosen["column"].isin(compared["column"])]
        if len(chosen):
            yield name, chosen


def legend(table: pd.DataFrame) -> str:
    """Seeds and machine."""
    seeds = ", ".join(map(str, sorted(set(table["seed"]))))
    return f"Seeds {seeds}. Measured on {'; '.join(sorted(set(table['machine'])))}."


def figure_name(study: str, data: str) -> str:
    """The file of a plot."""
    return re.sub(r"[^\w.]+", "-", f"{study}-{data}").strip("-") + ".svg"


def study_text(name: str, study: Study, table: pd.DataFrame, figures: Path, link: str) -> str:
    """Tables and plots of a study.

    Args:
        name: Name of the study.
        study: The study.
        table: Its table.
        figures: Folder that the plots are written to.
        link: The same folder as seen from the page.
    """
    text = []
    for data, chosen in by_data(table, study):
        file = figure_name(name, data)
        dot_plot(chosen, study.models, study.reference, figures / file)
        text += [f"## {data}", comparison(chosen, study.models, study.reference)]
        text += [f"![{data}: mean and 95 % interval over seeds]({link}/{file})"]
    note = (
        f"Means over a row's seeds: of {study.reference} with ± half the 95 % interval, of the "
        "other rows with their paired difference to it in brackets; ≈ marks differences whose "
        "interval contains 0."
    )
    return "\n\n".join([note, legend(table), *text]) if text else NOTHING


def leaderboard_text(study: Study, table: pd.DataFrame, figures: Path, link: str) -> str:
    """The leaderboard of every data set."""
    shown, text = [name for name in study.models if name not in PUBLISHED], []
    for data, chosen in by_data(table[table["model"].isin(shown)], study):
        file = figure_name("compatibility", data)
        dot_plot(chosen, shown, study.reference, figures / file)
        text += [f"### {data}", leaderboard(chosen, shown)]
        text += [f"![{data}: mean and 95 % interval over seeds]({link}/{file})"]
    return "\n\n".join([legend(table), *text]) if text else NOTHING


def published_text(study: Study, table: pd.DataFrame) -> str:
    """The rows with published settings, of every data set."""
    table = table[table["model"].isin(PUBLISHED)]
    text = [legend(table)] if len(table) else []
    for data, chosen in by_data(table, study):
        text += [f"### {data}, published settings", comparison(chosen, study.models)]
    return "\n\n".join(text)


def results_text(table: pd.DataFrame) -> str:
    """Five rows for the README: AUC / FITB over the headline seeds, with marks over all seeds."""
    baselines = [name for name in SEARCHED if not name.startswith("ADD-GNN")]
    rows: dict[str, Sequence[str]] = {
        PLUS: [PLUS],
        "best baseline of the column": baselines,
        "ADD-GNN": ["ADD-GNN"],
        "ADD-GNN, published settings (seeds 0 to 2)": [PAPER],
        "best heuristic of the column": [*HEURISTICS],
    }
    columns = [(data, kind) for data in README_DATA for kind in PROTOCOLS]
    cells: dict[str, list[str]] = {row: [row] for row in rows}
    for data, kind in columns:
        chosen = table[table["data"] == data]
        for row, models in rows.items():
            found = []
            for metric in ("AUC", "FITB"):
                values = by_model(chosen, f"{kind} {metric}")
                model, leader = best(values[[*models]]), best(values[[*SEARCHED, *HEURISTICS]])
                seen = values[model].dropna()
                headline = seen[seen.index.isin(HEADLINE)]
                mean = (seen if headline.empty else headline).mean()
                found.append(number(mean) + mark(values, model, leader))
            cells[row].append(" / ".join(found))
    note = (
        "AUC / FITB, each the mean of the seeds 3 and 4, on whose test outfits no decision was "
        "based. ★ best model of the column; ≈ level with it: over all five seeds, the interval of "
        "the paired difference contains 0."
    )
    head = ["model", *(f"{data}, {kind}" for data, kind in columns)]
    return f"{markdown(head, cells.values())}\n\n{note}"


def other_texts(results: Path, figures: Path, link: str) -> dict[str, str]:
    """Tables of the studies that have commands of their own, by their pages."""
    import collocation_report
    import completion
    import miner_cost
    import scale
    import speed

    def load(name: str) -> dict[str, Any]:
        result: dict[str, Any] = json.loads((results / f"{name}.json").read_text("utf-8"))
        return result

    records = list(read_lines(results / "collocation.jsonl"))
    collocation_report.draw(records, figures / "collocation.svg")
    return {
        "collocation": collocation_report.report(records, f"{link}/collocation.svg"),
        "completion": completion.table(load("completion")),
        "miner_cost": miner_cost.text(load("miner_cost")),
        "scale": scale.text(load("scale")),
        "speed": speed.text(load("speed")),
    }


def publish(root: Path = ROOT, studies: Sequence[str] = tuple(STUDIES)) -> None:
    """Rewrite the tables and plots of all pages from the records.

    Args:
        root: Folder of the project.
        studies: Names of the studies whose pages are rewritten.
    """
    folder = root / "benchmarks"
    records, figures = Records(folder / "results"), folder / "figures"
    for name in studies:
        study = STUDIES[name]
        table = collect(study, records)
        if name == "compatibility":
            page = folder / "README.md"
            texts = {"leaderboard": leaderboard_text(study, table, figures, "figures")}
            texts["published"] = published_text(study, table)
            if not insert(root / "README.md", "results", results_text(table)):
                print("README.md has no marks <!-- results -->", file=sys.stderr)
        else:
            page = folder / "studies" / f"{name}.md"
            texts = {"table": study_text(name, study, table, figures, "../figures")}
        for place, text in texts.items():
            if not insert(page, place, text):
                raise ValueError(f"{page} needs the marks <!-- {place} -->")
    for name, text in other_texts(folder / "results", figures, "../figures").items():
        insert(folder / "studies" / f"{name}.md", "table", text)
