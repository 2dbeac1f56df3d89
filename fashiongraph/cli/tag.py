"""``fashiongraph tag``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from fashiongraph.cli.command import CommandOptions
from fashiongraph.cli.item_columns import ItemColumns, is_pictures
from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import OUTPUT_PANEL, Overwrite, listed
from fashiongraph.cli.output import check_files, check_output, console, print_json, print_line
from fashiongraph.console import print_message
from fashiongraph.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class TagOptions(CommandOptions):
    """Options of ``fashiongraph tag``."""

    data: Annotated[
        Path, typer.Argument(metavar="PICTURES", help="Folder of pictures, one item each.")
    ]
    encoder: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Model of pictures and texts (extra 'clip'): [b]siglip2[/], clip, fashion-siglip, "
            "fashion-clip, or a folder or name of the Hugging Face hub.",
        ),
    ] = "siglip2"
    download: Annotated[
        bool, typer.Option("--download", help="Allow the model to be downloaded.")
    ] = False
    categories: Annotated[
        str,
        typer.Option(help="Categories to choose from, such as dress,coat,shoes; by default forty."),
    ] = ""
    skip_broken: Annotated[
        bool, typer.Option("--skip-broken", help="Leave out pictures that cannot be read.")
    ] = False
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Table to write; by default items.csv in the folder.",
            rich_help_panel=OUTPUT_PANEL,
        ),
    ] = None
    overwrite: Overwrite = False

    @property
    def target(self) -> Path:
        """The table to write."""
        return self.output or self.data / "items.csv"


def tag(options: TagOptions) -> None:
    """Write a table of items for bare pictures: category, colour and pattern of each.

    A model of pictures and texts chooses the most likely of given words, without training. The
    identifier of an item is the name of its picture. Look through the table before you rely on it:
    [b]category_probability[/] is low where the model is unsure.

    Example: [b]fashiongraph tag my-pictures --download[/]
    """
    check_files(options.data)
    check_output(options.target, options.overwrite)
    if not is_pictures(options.data, "tables") and not options.overwrite:
        raise DataError("needs a folder of pictures, without a table of items", options.data)
    from fashiongraph.features import ImageTextEncoder, extract_features, zero_shot_tags
    from fashiongraph.features.tags import LABELS
    from fashiongraph.files import atomic_write

    names = ItemColumns.of_pictures(options.data).text("image")
    with option_names({"name": "--encoder", "texts": "--encoder"}):
        encoder = ImageTextEncoder(options.encoder, options.download)
        _ = encoder.text
    rows = extract_features(
        [options.data / name for name in names],
        encoder.image,
        options.data / ".features",
        skip_broken=options.skip_broken,
        progress=options.progress,
    )
    labels = dict(LABELS)
    if options.categories:
        labels["category"] = listed(options.categories, "--categories")
    with option_names({"labels": "--categories"}):
        tags = zero_shot_tags(encoder, rows.array, labels)
    table = _table(names, tags)[~rows.missing]
    with atomic_write(options.target) as draft:
        table.to_csv(draft, index=False)
    if rows.missing.any():
        print_message(f"left out, since they cannot be read: {int(rows.missing.sum()):,} pictures")
    _report(options, table)


def _table(names: pd.Series[str], tags: pd.DataFrame) -> pd.DataFrame:
    """The item table, with the identifier and the category first."""
    item_id = names.map(lambda name: Path(name).with_suffix("").as_posix())
    item_id = item_id.where(~item_id.duplicated(keep=False), names)  # a.jpg beside a.png
    rounded = tags.round({name: 3 for name in tags if str(name).endswith("_probability")})
    rounded.insert(0, "item_id", item_id.to_numpy())
    rounded.insert(2, "image", names.to_numpy())
    return rounded


def _report(options: TagOptions, table: pd.DataFrame) -> None:
    count = table["category"].value_counts()
    count = count[count > 0]
    if options.as_json:
        facts = {"output": str(options.target), "items": len(table)}
        print_json({**facts, "categories": {str(k): int(v) for k, v in count.items()}})
        return
    shown = Table(title=f"{len(table):,} items")
    shown.add_column("category")
    shown.add_column("items", justify="right")
    for name, items in count.items():
        shown.add_row(str(name), f"{items:,}")
    console.print(shown)
    print_line(f"written to {options.target}")
