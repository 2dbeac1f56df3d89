"""``fashiongraph split``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fashiongraph.cli.command import CommandOptions
from fashiongraph.cli.datasets import open_dataset
from fashiongraph.cli.options import OUTPUT_PANEL, Data, Lenient, Overwrite, Seed, SetName
from fashiongraph.cli.output import check_output, console, print_json, print_line, rows_table
from fashiongraph.cli.splits import SPLITS, write_splits
from fashiongraph.errors import FashionGraphError


@dataclass(frozen=True, kw_only=True)
class SplitOptions(CommandOptions):
    """Options of ``fashiongraph split``."""

    data: Data
    ratios: Annotated[str, typer.Option(help="Relative sizes of train, valid and test.")] = "7:1:2"
    disjoint: Annotated[
        bool, typer.Option("--disjoint", help="Share no item between the splits.")
    ] = False
    seed: Seed = 0
    form: SetName = "tables"
    lenient: Lenient = False
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help="CSV file to write: outfit_id, split.",
            rich_help_panel=OUTPUT_PANEL,
        ),
    ] = Path("split.csv")
    overwrite: Overwrite = False


def split(options: SplitOptions) -> None:
    """Split outfits into training, validation and test, and audit the items they share.

    Exact duplicates of an outfit are removed first. Prints their number, and the number of outfits
    that a disjoint split drops because their items lie in two splits.

    Example: [b]fashiongraph split my-data --disjoint -o split.csv[/]
    """
    ratios = _ratios(options.ratios)
    check_output(options.output, options.overwrite)
    from fashiongraph.data.audit import audit
    from fashiongraph.data.duplicates import without_duplicates

    dataset = open_dataset(options.data, [], options.lenient, options.form)
    outfits = dataset.split(ratios, options.seed, options.disjoint)
    splits = dict(zip(SPLITS, outfits, strict=True))
    write_splits(splits, options.output)
    report = audit(splits).to_dict(orient="records")
    sizes = {name: len(part) for name, part in splits.items()}
    duplicates = without_duplicates(dataset.outfits)[1]
    gone = {"duplicates": duplicates, "dropped": len(dataset) - duplicates - sum(sizes.values())}
    if options.as_json:
        print_json({"output": str(options.output), **sizes, **gone, "audit": report})
        return
    console.print(", ".join(f"{name} {size:,}" for name, size in {**sizes, **gone}.items()))
    console.print(rows_table("Shared between splits", report))
    print_line(f"written to {options.output}")


def _ratios(text: str) -> tuple[float, float, float]:
    try:
        train, valid, test = (float(part) for part in text.split(":"))
    except ValueError as error:
        raise FashionGraphError(
            f"'--ratios' needs three numbers such as 7:1:2 (got {text!r})"
        ) from error
    return train, valid, test
