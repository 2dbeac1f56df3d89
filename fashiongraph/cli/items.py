"""``fashiongraph items add``, ``update`` and ``remove``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from fashiongraph.cli.catalogue_update import CatalogueUpdate
from fashiongraph.cli.command import CommandOptions
from fashiongraph.cli.datasets import has_item_table
from fashiongraph.cli.item_change import ItemChange
from fashiongraph.cli.item_features import given_rows
from fashiongraph.cli.models import load_model
from fashiongraph.cli.options import MODEL_PANEL, Data, Modules, listed
from fashiongraph.cli.output import check_files, print_json, print_line
from fashiongraph.console import print_message
from fashiongraph.errors import DataError, FashionGraphError

New = Annotated[
    Path,
    typer.Argument(
        metavar="NEW",
        help="CSV or Parquet table of items, with columns of the table of items in DATA. Pictures "
        "are relative to DATA.",
    ),
]


@dataclass(frozen=True, kw_only=True)
class ItemsOptions(CommandOptions):
    """Options of every command that changes items."""

    data: Data
    index: Annotated[
        list[Path] | None,
        typer.Option(
            help="Folder written by [b]fashiongraph index[/], which follows the items. May be "
            "given several times."
        ),
    ] = None
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            help="The model that the indices were made with, if any.", rich_help_panel=MODEL_PANEL
        ),
    ] = None
    modules: Modules = None
    lenient: Annotated[
        bool,
        typer.Option(
            "--lenient", help="For indices made with --lenient: they lack items without features."
        ),
    ] = False


@dataclass(frozen=True, kw_only=True)
class ItemRowsOptions(ItemsOptions):
    """Options of ``fashiongraph items add`` and ``update``."""

    new: New
    features: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=ROWS",
            help="Rows of the items of NEW (.npy) for a file of features without a card, as "
            "own.npy=rows.npy.",
        ),
    ] = None
    skip_broken: Annotated[
        bool,
        typer.Option(
            "--skip-broken",
            help="Continue without broken or missing pictures; their rows are NaN.",
        ),
    ] = False
    download: Annotated[
        bool, typer.Option("--download", help="Allow weights to be downloaded.")
    ] = False


@dataclass(frozen=True, kw_only=True)
class ItemsRemoveOptions(ItemsOptions):
    """Options of ``fashiongraph items remove``."""

    ids: Annotated[
        str,
        typer.Argument(
            metavar="IDS",
            help='Items such as 0041,0042; names with a comma as "one, two".',
            show_default=False,
        ),
    ] = ""
    file: Annotated[
        Path | None,
        typer.Option(help="CSV or Parquet table with a column [b]item_id[/] of further items."),
    ] = None
    with_outfits: Annotated[
        bool,
        typer.Option("--with-outfits", help="Remove the outfits that hold one of the items, too."),
    ] = False


def add(options: ItemRowsOptions) -> None:
    """Add items to a catalogue.

    Only the new items are encoded, by the encoders of the features in DATA. Table, features and
    indices change at one moment, also if the command is interrupted, and a running server takes
    the change. Columns that NEW lacks are empty.

    Example: [b]fashiongraph items add my-data new.csv --index index[/]
    """
    report(options, change_rows(options, adding=True), "added to")


def update(options: ItemRowsOptions) -> None:
    """Change items of a catalogue.

    Only the changed items are encoded. Columns that NEW lacks keep their values: a table of
    item_id and price changes prices alone.

    Example: [b]fashiongraph items update my-data prices.csv[/]
    """
    report(options, change_rows(options, adding=False), "changed in")


def remove(options: ItemsRemoveOptions) -> None:
    """Remove items from a catalogue.

    Nothing is encoded. Pictures stay where they are.

    Example: [b]fashiongraph items remove my-data 0041,0042 --with-outfits[/]
    """
    report(options, remove_items(options), "removed from")


def change_rows(options: ItemRowsOptions, adding: bool) -> dict[str, Any]:
    """Add or change items.

    Args:
        options: Options of the command.
        adding: Whether the items are added.

    Returns:
        What has changed, as JSON values.
    """
    read = partial(ItemChange.of_rows, file=options.new, adding=adding)
    update_catalogue = _update(
        options,
        given=given_rows(options.features or ()),
        download=options.download,
        skip_broken=options.skip_broken,
    )
    return update_catalogue(read)


def remove_items(options: ItemsRemoveOptions) -> dict[str, Any]:
    """Remove items.

    Args:
        options: Options of the command.

    Returns:
        What has changed, as JSON values.
    """
    ids = list(dict.fromkeys(listed(options.ids, "IDS")))
    if not ids and options.file is None:
        raise FashionGraphError("'IDS' or '--file' needs to name items to remove (got none)")
    read = partial(ItemChange.of_removal, ids=ids, file=options.file)
    return _update(options, with_outfits=options.with_outfits)(read)


def _update(options: ItemsOptions, **settings: Any) -> CatalogueUpdate:
    """The change of a catalogue with the options that all commands have."""
    check_files(options.data, options.checkpoint, *(options.index or ()))
    if not has_item_table(options.data):
        raise DataError("needs a table items.csv or items.parquet", options.data)
    model = None
    if options.checkpoint is not None:
        model = load_model(options.checkpoint, options.modules)
    return CatalogueUpdate(
        data=options.data,
        folders=options.index or (),
        model=model,
        lenient=options.lenient,
        progress=options.progress,
        **settings,
    )


def report(options: ItemsOptions, found: dict[str, Any], verb: str) -> None:
    """Print what has changed.

    Args:
        options: Options of the command.
        found: What has changed.
        verb: What happened to the items.
    """
    if options.as_json:
        print_json(found)
        return
    for path, reason in found["problems"].items():
        print_message(f"skipped: {path}: {reason}")
    if found["outfits_removed"]:
        count = found["outfits_removed"]
        print_message(f"{count:,} {'outfit' if count == 1 else 'outfits'} with them removed")
    followed = [*found["features"], *found["indices"]]
    beside = f"; {', '.join(followed)} {'follows' if len(followed) == 1 else 'follow'}"
    count = found["changed"]
    print_line(
        f"{count:,} {'item' if count == 1 else 'items'} {verb} {options.data}, which has "
        f"{found['items']:,}{beside if followed else ''}"
    )
