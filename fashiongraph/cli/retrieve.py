"""``fashiongraph retrieve``."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fashiongraph.cli.command import CommandOptions
from fashiongraph.cli.datasets import open_dataset
from fashiongraph.cli.models import load_model, query_vectors
from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import (
    MODEL_PANEL,
    DataOption,
    FeatureFiles,
    Lenient,
    Modules,
    Overwrite,
    Pictures,
    Report,
    SetName,
    listed,
)
from fashiongraph.cli.output import check_output, console, print_json, rows_table
from fashiongraph.console import print_message
from fashiongraph.errors import DataError, FashionGraphError

if TYPE_CHECKING:
    from torch import Tensor

    from fashiongraph.data.item_table import ItemTable
    from fashiongraph.datasets.outfit_dataset import OutfitDataset
    from fashiongraph.models import OutfitModel
    from fashiongraph.retrieval import ItemIndex, ReportRow

    Rows = list[dict[Hashable, Any]]


@dataclass(frozen=True, kw_only=True)
class RetrieveOptions(CommandOptions):
    """Options of ``fashiongraph retrieve``."""

    index: Annotated[
        Path, typer.Argument(metavar="INDEX", help="Folder written by [b]fashiongraph index[/].")
    ]
    data: DataOption
    features: FeatureFiles = None
    form: SetName = "tables"
    lenient: Lenient = False
    pictures: Pictures = None
    items: Annotated[
        str,
        typer.Option(
            help='Items to search with, such as 0041,0042; names with a comma as "one, two".'
        ),
    ]
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            help="The model that the index was made with, if any.", rich_help_panel=MODEL_PANEL
        ),
    ] = None
    modules: Modules = None
    k: Annotated[int, typer.Option("-k", min=1, help="Number of results.")] = 10
    matching: Annotated[
        bool | None,
        typer.Option(
            "--matching/--similar",
            help="Items of other categories that match the query by a model that was trained on "
            "outfits, or items of any category that look like it. By default --matching with "
            "--checkpoint, and --similar without.",
        ),
    ] = None
    where: Annotated[
        list[str] | None,
        typer.Option(
            help="Only items with this value in a column, as season=summer; values after commas, "
            "or of a column given again, are alternatives; values with a comma are quoted."
        ),
    ] = None
    report: Report = None
    overwrite: Overwrite = False


def retrieve(options: RetrieveOptions) -> None:
    """Find the items that look like an item, or those that match it.

    Features compare looks: items near each other are similar, and mostly of one category. Items
    that match, of other categories, need a model that was trained on outfits (--checkpoint). The
    HTML report marks results that share an outfit with the query.

    Example: [b]fashiongraph retrieve index --data my-data --items 0041 --checkpoint
    runs/collocation/model --where season=summer[/]
    """
    names = listed(options.items, "--items")
    if not names:
        raise FashionGraphError(f"'--items' needs at least one item (got {options.items!r})")
    if options.matching and options.checkpoint is None:
        raise FashionGraphError(
            "'--matching' needs '--checkpoint', a model that was trained on outfits; features "
            "alone find similar items"
        )
    filters: dict[str, list[str]] = {}
    for text in options.where or ():
        column, values = _filter(text)
        filters.setdefault(column, []).extend(values)
    check_output(options.report, options.overwrite)
    from fashiongraph.datasets.io.pending_change import read_settled

    index, dataset, model = read_settled(options.data, partial(_open, options))
    answers = _search(options, index, dataset.items, model, names, filters)
    if options.as_json:
        print_json(answers)
    else:
        for name, results in answers.items():
            if results:
                console.print(rows_table(name, results))
            else:
                console.print(f"{name}: no item qualifies")
    if options.report is not None:  # last: if it fails, the answer is printed
        from fashiongraph.retrieval import write_html_report

        further = options.pictures or []
        pages = [_page(dataset, name, rows, further) for name, rows in answers.items()]
        kind = "that match" if _matching(options) else "similar to"
        count = "one item" if len(names) == 1 else f"{len(names):,} items"
        write_html_report(options.report, f"Items {kind} {count}", pages)


def _matching(options: RetrieveOptions) -> bool:
    """Whether items that match are wanted, and not similar ones."""
    return options.checkpoint is not None if options.matching is None else options.matching


def _open(options: RetrieveOptions) -> tuple[ItemIndex, OutfitDataset, OutfitModel | None]:
    """The index, the data set and the model, which have to belong together."""
    import torch

    from fashiongraph.retrieval import ItemIndex
    from fashiongraph.retrieval.embedding_key import embedding_key

    index = ItemIndex.load(options.index)
    model = None
    if options.checkpoint is not None:
        model = load_model(options.checkpoint, options.modules)
    dataset = open_dataset(options.data, options.features, options.lenient, options.form, model)
    source = torch.nn.Identity() if model is None else model
    if index.key is not None and index.key != embedding_key(source, dataset.items):
        raise DataError(
            "was made with another '--checkpoint', other '--features' or other items; index again",
            options.index,
        )
    return index, dataset, model


def _search(
    options: RetrieveOptions,
    index: ItemIndex,
    items: ItemTable,
    model: OutfitModel | None,
    names: list[str],
    filters: dict[str, list[str]],
) -> dict[str, Rows]:
    """Results by the name of the query."""
    option = {"ids": "--items", "items": "--features", "model": "--checkpoint"}
    with option_names(option):
        rows = items.rows(names)
        queries = query_vectors(model, items, rows, _matching(options))
    _report_without_features(names, items, rows)
    answers: dict[str, Rows] = {}
    for name, row, query in zip(names, rows.tolist(), queries, strict=True):
        category = int(items.category_id[row])
        unless = {"item_id": [name]}
        if _matching(options) and category >= 0:
            unless["category"] = [items.categories[category]]
        with option_names({"where": "--where", "k": "-k"}):
            frame = index.frame(index.search(query.unsqueeze(0), options.k, filters, unless))
        answers[name] = frame.drop(columns="query").to_dict(orient="records")
    return answers


def _page(dataset: OutfitDataset, name: str, results: Rows, pictures: list[Path]) -> ReportRow:
    """A query and its results; those that share an outfit with it are marked."""
    from fashiongraph.retrieval import ReportRow, item_views

    table, outfits = dataset.items, dataset.outfits
    holds = outfits.batch[outfits.item_id == int(table.rows([name]))].unique()
    wanted = frozenset(table.ids[outfits.select(holds).item_id.numpy()])
    ids, scores = ([result[key] for result in results] for key in ("item_id", "score"))
    views = item_views(table, ids, dataset.root, scores, wanted, pictures)
    return ReportRow(name, item_views(table, [name], dataset.root, pictures=pictures), views)


def _report_without_features(names: list[str], items: ItemTable, rows: Tensor) -> None:
    """Report items that are equally far from all others, since their features are zero."""
    assert items.features is not None  # they were embedded
    blank = ~items.features[rows].flatten(1).bool().any(dim=1)
    for name, is_blank in zip(names, blank.tolist(), strict=True):
        if is_blank:
            print_message(f"{name} has no features to compare")


def _filter(text: str) -> tuple[str, list[str]]:
    name, equals, values = text.partition("=")
    alternatives = listed(values, "--where")
    if not equals or not any(alternatives):
        raise FashionGraphError(f"'--where' needs a filter such as season=summer (got {text!r})")
    return name.strip(), alternatives
