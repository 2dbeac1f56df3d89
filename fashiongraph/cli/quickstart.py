"""``fashiongraph quickstart``."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from fashiongraph.cli.options import Json, Seed, console, print_json


def quickstart(
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="Folder to write; one of an earlier quickstart is replaced."
        ),
    ] = Path("quickstart"),
    seed: Seed = 0,
    small: Annotated[
        bool, typer.Option("--small", help="A tiny dataset: quick, and its numbers say nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """See it work: draw a synthetic dataset, train, compare, and write a report.

    Garments are drawn and outfits composed by known rules, pictures are encoded, a teacher learns
    from designers' pairs, and ADD-GNN learns from users' outfits, with and without the teacher's
    knowledge and the graph. Takes minutes on two cores and needs no network; needs the extra
    [b]efficientnet[/]. The report is OUTPUT/report.html, one file.
    """
    from fashiongraph.quickstart.results_table import results_table, times_table
    from fashiongraph.quickstart.run import run_quickstart
    from fashiongraph.quickstart.settings import Settings

    # What Lightning and PyG advise the authors of a training, its onlookers need not read.
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    warnings.filterwarnings("ignore", module=r"lightning\.|torch_geometric\.")
    progress = Console(stderr=True).is_terminal and not as_json
    findings = run_quickstart(
        output,
        seed,
        Settings.small() if small else Settings(),
        Console(stderr=True, quiet=as_json),
        progress,
    )
    report = output / "report.html"
    if as_json:
        print_json({"report": str(report), **findings.to_dict()})
        return
    console.print(results_table(findings))
    console.print(times_table(findings))
    for one in findings.comparison.contrasts:
        console.print(
            f"{one.part}, {one.protocol} FITB: {one.value:+.3f} "
            f"[{one.low:+.3f}, {one.high:+.3f}]: {one.verdict}",
        )
    console.print(f"The dataset is synthetic. Report: {report}", soft_wrap=True)
