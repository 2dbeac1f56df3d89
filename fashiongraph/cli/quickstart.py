"""``fashiongraph quickstart``."""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from fashiongraph.cli.command import CommandOptions
from fashiongraph.cli.options import OUTPUT_PANEL, Overwrite, Seed
from fashiongraph.cli.output import check_output, console, print_json, print_line


@dataclass(frozen=True, kw_only=True)
class QuickstartOptions(CommandOptions):
    """Options of ``fashiongraph quickstart``."""

    seed: Seed = 0
    small: Annotated[
        bool, typer.Option("--small", help="A tiny data set: quick, with meaningless numbers.")
    ] = False
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Folder to write.", rich_help_panel=OUTPUT_PANEL),
    ] = Path("quickstart")
    overwrite: Overwrite = False


def quickstart(options: QuickstartOptions) -> None:
    """Train and compare models on a synthetic data set, and write a report.

    Garments are drawn, outfits are composed by fixed rules, pictures and colours are encoded,
    teachers are trained on designers' outfits, and ADD-GNN on users' outfits, with and without the
    teachers and the graph. Takes minutes on two cores and needs no network; needs the extra
    [b]efficientnet[/]. The report is OUTPUT/report.html, one file.

    Example: [b]fashiongraph quickstart -o quickstart[/]
    """
    from fashiongraph.manifest import check_replaceable
    from fashiongraph.quickstart.run import QUICKSTART, run_quickstart

    check_replaceable(options.output, QUICKSTART, "--output")
    check_output(options.output, options.overwrite, folder=True)
    from fashiongraph.quickstart.results_table import results_table, times_table
    from fashiongraph.quickstart.settings import Settings

    # Hints of Lightning and PyG for the author of a training.
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    warnings.filterwarnings("ignore", module=r"lightning\.|torch_geometric\.")
    progress = Console(stderr=True).is_terminal and options.progress
    findings = run_quickstart(
        options.output,
        options.seed,
        Settings.small() if options.small else Settings(),
        Console(stderr=True, quiet=not options.progress),
        progress,
    )
    report = options.output / "report.html"
    if options.as_json:
        print_json({"report": str(report), **findings.to_dict()})
        return
    console.print(results_table(findings))
    console.print(times_table(findings))
    for one in findings.comparison.contrasts:
        console.print(
            f"{one.part}, {one.protocol} FITB: {one.value:+.3f} "
            f"[{one.low:+.3f}, {one.high:+.3f}]: {one.verdict}",
        )
    print_line(f"The data set is synthetic. Report: {report}")
