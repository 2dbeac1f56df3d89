"""``fashiongraph items add``, ``update`` and ``remove``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fashiongraph.cli.command import CommandOptions
from fashiongraph.cli.datasets import has_item_table
from fashiongraph.cli.item_change import ItemChange
from fashiongraph.cli.item_columns import ItemColumns
from fashiongraph.cli.item_features import FeatureFile, feature_files, given_rows
from fashiongraph.cli.item_indices import ItemIndices
from fashiongraph.cli.models import load_model
from fashiongraph.cli.options import MODEL_PANEL, Data, Modules, listed
from fashiongraph.cli.output import check_files, print_json, print_line
from fashiongraph.console import print_message
from fashiongraph.errors import DataError, FashionGraphError

if TYPE_CHECKING:
    from fashiongraph.datasets.io.pending_change import CatalogueChange

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
    given, download = given_rows(options.features or ()), options.download
    return _change(options, read, given, download, options.skip_broken)


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
    return _change(options, read, {}, False, False, options.with_outfits)


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


def _change(
    options: ItemsOptions,
    read: Callable[[Path], ItemChange],
    given: dict[str, Path],
    download: bool,
    skip_broken: bool,
    with_outfits: bool = False,
) -> dict[str, Any]:
    """Change the items and all that follows them."""
    from fashiongraph.datasets.io.pending_change import catalogue_change
    from fashiongraph.datasets.outfit_tables import find_table
    from fashiongraph.features import extract_features

    data = options.data
    check_files(data, options.checkpoint, *(options.index or ()))
    if not has_item_table(data):
        raise DataError("needs a table items.csv or items.parquet", data)
    model = None
    if options.checkpoint is not None:
        model = load_model(options.checkpoint, options.modules)
    extract = partial(
        extract_features,
        cache=data / ".features",
        num_workers=0,
        skip_broken=skip_broken,
        progress=options.progress,
    )
    with catalogue_change(data) as change:
        table, outfits = (data / find_table(data, name) for name in ("items", "outfits"))
        for path in (table, outfits, *data.glob("*.npy")):
            change.reads(path)
        before = ItemColumns.read(data, "tables")
        items = read(table)
        files = feature_files(data, before, given, len(items.fresh))
        bare = [file.file for file in files if file.job is None]
        indices = ItemIndices(data, table, options.index or (), model, bare, options.lenient)
        removed = _write_outfits(change, outfits, items, with_outfits) if outfits.exists() else 0
        items.edit.write_table(table, change.draft(table), items.values)
        after, fresh = _columns(change.draft(table), before, items, files, skip_broken)
        problems: dict[str, str] = {}
        for file in files:
            rows, broken = file.encode(after, fresh, data, download, extract)
            problems |= {path: reason for path, reason in broken.items() if path}
            file.write(change, items.edit, rows, after.ids)
        indices.write(change, items)
    return {
        "data": str(data),
        "changed": len(items.fresh) or len(items.gone),
        "items": len(after.frame),
        "outfits_removed": removed,
        "features": [file.file.name for file in files],
        "indices": [str(folder) for folder in options.index or ()],
        "problems": problems,
    }


def _columns(
    draft: Path,
    before: ItemColumns,
    items: ItemChange,
    files: list[FeatureFile],
    skip_broken: bool,
) -> tuple[ItemColumns, ItemColumns]:
    """Columns of all items after the change, and of the fresh ones."""
    needed = sorted({name for file in files for name in file.needed})
    for name in needed:
        before.check_column(name)
    after = replace(ItemColumns.read(draft, "tables", needed), file=before.file)
    items.check_types(before.frame, after.frame)
    frame = after.frame.iloc[items.edit.fresh].reset_index(drop=True)
    ids = None if after.ids is None else after.ids[items.edit.fresh]
    fresh = ItemColumns(frame, items.file or before.file, items.row, ids)
    if "image" in needed and not skip_broken:
        fresh.check_filled("image", "--skip-broken continues without such items' pictures")
    return after, fresh


def _write_outfits(
    change: CatalogueChange, path: Path, items: ItemChange, with_outfits: bool
) -> int:
    """Write the table of outfits without those of removed items; return the number of those."""
    import numpy as np
    import pandas as pd

    from fashiongraph.datasets.io.problems import Problems
    from fashiongraph.datasets.io.row_edit import RowEdit
    from fashiongraph.datasets.io.table import Table

    if not len(items.edit.removed):
        return 0
    key, problems = ["outfit_id", "item_id"], Problems()
    table = Table.read(path, problems, needed=key, text=key, wanted=key)
    problems.check()
    outfit, item = (pd.Series(table.columns[name].to_pylist()) for name in key)
    holds = outfit[item.isin(items.gone)].unique()
    if not len(holds):
        return 0
    held = f"{len(holds):,} {'outfit' if len(holds) == 1 else 'outfits'}"
    if not with_outfits:
        used = item[item.isin(items.gone)]
        raise DataError(
            f"{held} {'holds' if len(holds) == 1 else 'hold'} items to remove, such as "
            f"{used.iloc[0]!r}; --with-outfits removes the outfits, too",
            path,
            int(table.row[used.index[0]]),
        )
    rows = np.flatnonzero(outfit.isin(holds))
    if len(rows) == len(outfit):
        raise DataError(f"all {held} hold an item to remove; none would be left", path)
    edit = RowEdit(table.records, table.record[rows])
    edit.write_table(path, change.draft(path), table.columns.slice(0, 0))
    return len(holds)
