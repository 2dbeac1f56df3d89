"""Options that several commands share, and what they stand for.

Commands import what they need when they are called: torch and PyG take seconds, help should not.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.table import Table

from fashiongraph.console import plain_console
from fashiongraph.errors import FashionGraphError

# Outfits scored at a time: many, since the command keeps the memory of one batch for the next.
SCORED_AT_ONCE = 1024

Data = Annotated[
    Path,
    typer.Argument(
        metavar="DATA",
        help="Folder with items.csv (item_id, category, …) and outfits.csv (outfit_id, item_id, …),"
        " or the same as Parquet.",
    ),
]
DataOption = Annotated[
    Path, typer.Option("--data", help="Folder with the tables of items and outfits.")
]
FeatureFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--features",
        help="File of features (.npy) in DATA or here, one row per item. Twice joins two files.",
    ),
]
SetName = Annotated[
    str,
    typer.Option(
        "--set",
        help="Form of DATA: [b]tables[/], or a public set such as [b]fashion32[/] or "
        "[b]'polyvore-outfits version=disjoint form=tuples'[/] (its name and settings).",
    ),
]
Lenient = Annotated[
    bool, typer.Option("--lenient", help="Drop rows that break a rule, and report them.")
]
Protocol = Annotated[
    str,
    typer.Option(
        help="Where strangers come from: [b]uniform[/] (any item), [b]uniform_category[/] (any "
        "item of any category, each category as likely), or, drawn by frequency, "
        "[b]same_category[/], [b]same_columns[/] (equal in --columns) or [b]matched[/] (both)."
    ),
]
Columns = Annotated[
    str,
    typer.Option(
        help="Columns that same_columns and matched strangers share, such as type,year,line."
    ),
]
SplitFile = Annotated[
    Path | None,
    typer.Option(
        "--split",
        help="File written by [b]fashiongraph split[/], or [b]official[/] for the split that the "
        "data bring. By default outfits are split 7:1:2 by the seed, and a model is evaluated on "
        "the split it was trained with.",
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of everything drawn at random.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs to read.")]
Unknown = Annotated[
    str,
    typer.Option(
        help="What to do with categories the model never saw: [b]error[/] or [b]default[/] (weigh "
        "their edges by the graph's default)."
    ),
]

console = plain_console()


def listed(columns: str) -> list[str]:
    """The names in a comma-separated option; one with a comma is quoted, as in a CSV file.

    Raises:
        FashionGraphError: If a quotation does not end, or does not end at a comma.
    """
    try:
        names = next(csv.reader([columns], skipinitialspace=True, strict=True))
    except csv.Error as error:
        raise FashionGraphError(f"names cannot be read: {error} (got {columns!r})") from error
    return [name.strip() for name in names if name.strip()]


def refuse(context: typer.Context, names: Sequence[str], beside: str) -> None:
    """Refuse options that would have no say.

    Args:
        context: What was called, and how.
        names: The options' arguments.
        beside: The option or options that leave them none.

    Raises:
        FashionGraphError: If one of them was given.
    """
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if parameter.name in names and source is not None and source.name == "COMMANDLINE":
            raise FashionGraphError(f"'{parameter.opts[0]}' has no say beside '{beside}'")


def refuse_columns(context: typer.Context, protocol: str) -> None:
    """Refuse ``--columns`` beside a protocol that reads none.

    Raises:
        FashionGraphError: If they were given.
    """
    if protocol in ("uniform", "uniform_category", "same_category"):
        refuse(context, ("columns",), f"--protocol {protocol}")


def rows_table(title: str, rows: Sequence[Mapping[Any, Any]]) -> Table:
    """A table of rows with equal keys."""
    table = Table(title=title)
    for name, value in rows[0].items():
        justify: Literal["right", "left"] = "right" if isinstance(value, int | float) else "left"
        table.add_column(str(name).replace("_", " "), justify=justify)
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    return table


def print_json(value: Any) -> None:
    """Print a value for programs to read."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
