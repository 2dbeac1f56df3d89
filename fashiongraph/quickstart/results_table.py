"""Tables of results and times for the terminal."""

from __future__ import annotations

from rich.table import Table

from fashiongraph.evaluation import Result
from fashiongraph.quickstart.comparison import PROTOCOLS
from fashiongraph.quickstart.findings import Findings


def results_table(findings: Findings) -> Table:
    """Results with their intervals, models before heuristic baselines."""
    questions = findings.num_outfits["test"]
    table = Table(
        title=f"Synthetic dataset, seed {findings.seed}: {questions:,} users' test outfits",
        caption="Below each value its 95 % interval. FITB: one of four candidates, ties are wrong.",
    )
    table.add_column("")
    for protocol in PROTOCOLS:
        for metric in ("AUC", "FITB"):
            heading = "\n".join([metric, *protocol.split("_")])
            table.add_column(heading, justify="right", no_wrap=True)
    for name, row in findings.comparison.results.items():
        table.add_row(name, *(_cell(result) for p in PROTOCOLS for result in row[p]))
    return table


def times_table(findings: Findings) -> Table:
    """Wall-clock time of each stage."""
    table = Table(title="Time")
    table.add_column("stage")
    table.add_column("seconds", justify="right")
    for name, value in findings.seconds.items():
        table.add_row(name, f"{value:.1f}")
    table.add_section()
    table.add_row("all", f"{sum(findings.seconds.values()):.1f}")
    return table


def _cell(result: Result) -> str:
    """A value over its interval, in three digits."""
    return f"{result.value:.3f}\n{result.low:.3f}–{result.high:.3f}"
