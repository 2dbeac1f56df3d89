"""Options that several commands share.

The modules of commands import torch and PyG where they use them, so that help is quick.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fashiongraph.cli.command import CommandOptions, expand
from fashiongraph.cli.config import option_keys
from fashiongraph.cli.output import check_files
from fashiongraph.errors import FashionGraphError

DATA_PANEL, MODEL_PANEL, NEGATIVES_PANEL, OUTPUT_PANEL = "Data", "Model", "Negatives", "Output"

# Outfits scored at a time: many, since the command keeps freed memory for the next batch.
SCORED_AT_ONCE = 1024
LARGEST_SEED = 2**63 - 1

Data = Annotated[
    Path,
    typer.Argument(
        metavar="DATA",
        help="Folder with items.csv (item_id, category, …) and outfits.csv (outfit_id, item_id, …),"
        " or the same as Parquet.",
    ),
]
DataOption = Annotated[
    Path,
    typer.Option(
        "--data", help="Folder with the tables of items and outfits.", rich_help_panel=DATA_PANEL
    ),
]
FeatureFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--features",
        help="File of features (.npy) in DATA or in the current folder, one row per item. Features "
        "of several files are fused. By default the features that the model was trained on; for "
        "a training all files that [b]fashiongraph embed[/] wrote in DATA.",
        rich_help_panel=DATA_PANEL,
    ),
]
SetName = Annotated[
    str,
    typer.Option(
        "--set",
        help="Form of the data: [b]tables[/], or a public data set such as [b]fashion32[/] or "
        "[b]'polyvore-outfits version=disjoint form=tuples'[/] (its name and arguments).",
        rich_help_panel=DATA_PANEL,
    ),
]
Lenient = Annotated[
    bool,
    typer.Option(
        "--lenient",
        help="Drop rows that break a rule, and report them.",
        rich_help_panel=DATA_PANEL,
    ),
]
SplitFile = Annotated[
    Path | None,
    typer.Option(
        "--split-file",
        help="File written by [b]fashiongraph split[/], or [b]official[/] for the split that comes "
        "with the data. By default outfits are split 7:1:2 by the seed, and a model is evaluated "
        "on the split of its training.",
        rich_help_panel=DATA_PANEL,
    ),
]
Protocol = Annotated[
    str | None,
    typer.Option(
        help="How negatives are drawn: [b]uniform[/] (any item), [b]uniform_category[/] (a "
        "category and then one of its items), or by frequency [b]same_category[/], "
        "[b]same_columns[/] (equal in --columns) or [b]matched[/] (both).",
        rich_help_panel=NEGATIVES_PANEL,
    ),
]
Columns = Annotated[
    str,
    typer.Option(
        help="Item columns in which same_columns and matched negatives equal the replaced item, "
        "such as type,year,line.",
        rich_help_panel=NEGATIVES_PANEL,
    ),
]
NumNegatives = Annotated[
    int,
    typer.Option(
        "--negatives",
        min=0,
        help="Score outfits against this many negatives in place of each item, drawn by "
        "--protocol: 32 suffice, at about 130 times the cost. 0: score outfits alone.",
        rich_help_panel=NEGATIVES_PANEL,
    ),
]
Pictures = Annotated[
    list[Path] | None,
    typer.Option(
        "--pictures",
        metavar="FOLDER",
        help="Folder outside of DATA that the column image may name files of, also by a link. May "
        "be given several times.",
        rich_help_panel=DATA_PANEL,
    ),
]
States = Annotated[
    str | None,
    typer.Option(
        metavar="PLACE",
        help="Stored item vectors: what [b]fashiongraph index --for complete[/] wrote, a folder or "
        "in Milvus a file ….db or a URL. By default they are computed.",
        rich_help_panel=MODEL_PANEL,
    ),
]
Seed = Annotated[
    int, typer.Option(min=0, max=LARGEST_SEED, help="Seed of everything drawn at random.")
]
Modules = Annotated[
    list[str] | None,
    typer.Option(
        "--import",
        metavar="MODULE",
        help="Module to import first, from the current folder or the environment, with the class "
        "of a model of your own.",
        rich_help_panel=MODEL_PANEL,
    ),
]
Unknown = Annotated[
    str,
    typer.Option(
        help="Treatment of categories that the model was not trained on: [b]error[/], or "
        "[b]default[/] (weigh their edges by the graph's default).",
        rich_help_panel=MODEL_PANEL,
    ),
]
Report = Annotated[
    Path | None,
    typer.Option("--report", help="HTML report to write.", rich_help_panel=OUTPUT_PANEL),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Continue after the last finished epoch in --output.",
        rich_help_panel=OUTPUT_PANEL,
    ),
]
Overwrite = Annotated[
    bool,
    typer.Option("--overwrite", help="Replace existing output.", rich_help_panel=OUTPUT_PANEL),
]


@dataclass(frozen=True, kw_only=True)
class ModelOptions(CommandOptions):
    """Options of commands that apply a trained model to a data set."""

    checkpoint: Annotated[Path, typer.Argument(help="Folder of a trained model.")]
    data: DataOption
    features: FeatureFiles = None
    form: SetName = "tables"
    lenient: Lenient = False
    modules: Modules = None


def listed(names: str, option: str = "") -> list[str]:
    """The names in a comma-separated option; one with a comma is quoted, as in a CSV file.

    Args:
        names: The value of the option.
        option: Name of the option, for errors.

    Raises:
        FashionGraphError: If a quotation does not end, or does not end at a comma.

    Example:
        >>> listed('shoe, "bag, large"')
        ['shoe', 'bag, large']
    """
    try:
        found = next(csv.reader([names], skipinitialspace=True, strict=True))
    except csv.Error as error:
        place = f"'{option}' " if option else ""
        raise FashionGraphError(
            f"{place}needs names separated by commas: {error} (got {names!r})"
        ) from error
    return [name.strip() for name in found if name.strip()]


def stored_place(text: str) -> Path | str:
    """The place of stored item vectors: a path, or a URL as it is.

    Args:
        text: Value of the option.

    Example:
        >>> stored_place("http://127.0.0.1:19530"), stored_place("shop.db").suffix
        ('http://127.0.0.1:19530', '.db')
    """
    place: Path | str = text if "://" in text else expand(Path(text))
    return place


def check_states(text: str | None) -> None:
    """Check that stored item vectors exist, unless they are at a URL.

    Args:
        text: Value of ``--states``.

    Raises:
        DataError: If there is no such file or folder.
    """
    place = None if text is None else stored_place(text)
    if isinstance(place, Path):
        check_files(place)


def refuse(options: CommandOptions, names: Sequence[str], reason: str) -> None:
    """Refuse options that would have no effect.

    Args:
        options: The options of a command.
        names: Fields that would have none.
        reason: The option for which they have none.

    Raises:
        FashionGraphError: If one of them was given.
    """
    keys = option_keys(type(options))
    for name in names:
        if name in options.given:
            dashes = "-" if len(keys[name]) == 1 else "--"
            raise FashionGraphError(f"'{dashes}{keys[name]}' has no effect with '{reason}'")


def check_protocol(options: CommandOptions, protocol: str | None, columns: str) -> None:
    """Check the options of negatives before any work.

    Args:
        options: The options of a command.
        protocol: Value of ``--protocol``.
        columns: Value of ``--columns``.

    Raises:
        FashionGraphError: If the protocol is unknown, reads no columns where some are given, or
            needs some where none are given.
    """
    if protocol is None:
        return
    from fashiongraph.loader.negatives.protocol import PROTOCOLS

    if protocol not in PROTOCOLS:
        raise FashionGraphError(
            f"'--protocol' needs to be one of {', '.join(PROTOCOLS)} (got {protocol!r})"
        )
    if protocol not in ("same_columns", "matched") and columns:
        refuse(options, ("columns",), f"--protocol {protocol}")
    if protocol == "same_columns" and not listed(columns, "--columns"):
        raise FashionGraphError("'--columns' needs a column for '--protocol same_columns'")
