"""``fashiongraph retrieve``."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fashiongraph.cli.datasets import open_dataset
from fashiongraph.cli.options import (
    DataOption,
    FeatureFiles,
    Json,
    Lenient,
    SetName,
    console,
    listed,
    print_json,
    rows_table,
)
from fashiongraph.console import print_message
from fashiongraph.errors import DataError, FashionGraphError

if TYPE_CHECKING:
    from torch import Tensor

    from fashiongraph.data.item_table import ItemTable
    from fashiongraph.datasets.outfit_dataset import OutfitDataset
    from fashiongraph.retrieval import ReportRow


def retrieve(
    folder: Annotated[
        Path, typer.Argument(metavar="INDEX", help="Folder written by [b]fashiongraph index[/].")
    ],
    data: DataOption,
    items: Annotated[
        str,
        typer.Option(
            help='Items to query with, such as 0041,0042; names with a comma as "one, two".'
        ),
    ],
    features: FeatureFiles = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="The model that the index was made with, if any.")
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="Number of results.")] = 10,
    other: Annotated[
        bool,
        typer.Option(
            "--other-categories/--any-category",
            help="Leave out items of the query's own category, or the query alone.",
        ),
    ] = True,
    where: Annotated[
        list[str] | None,
        typer.Option(
            help="Only items with this value in a column, as season=summer; values after commas, "
            "or of a column given again, are alternatives; values with a comma are quoted."
        ),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option(
            help="HTML file to write: queries, results, pictures where the data have them; items "
            "that share an outfit with the query are marked."
        ),
    ] = None,
    form: SetName = "tables",
    lenient: Lenient = False,
    as_json: Json = False,
) -> None:
    """Find the items nearest to an item: of other categories, what goes with it."""
    from fashiongraph.cli.embedders import opened
    from fashiongraph.evaluation import embed_items
    from fashiongraph.models import ADDGNN
    from fashiongraph.retrieval import ItemIndex, write_html_report
    from fashiongraph.retrieval.embedding_key import embedding_key

    asked = listed(items)
    if not asked:
        raise FashionGraphError(f"'--items' needs at least one item (got {items!r})")
    found = ItemIndex.load(folder)
    dataset = open_dataset(data, features, lenient, form)
    model = opened(checkpoint)
    if isinstance(model, ADDGNN):
        raise FashionGraphError("an ADDGNN completes outfits: use 'fashiongraph complete'")
    table = dataset.items
    if found.key is not None and found.key != embedding_key(model, table):
        raise DataError(
            "was made with another '--checkpoint', other '--features' or other items; index again",
            folder,
        )
    rows = table.rows(asked)
    vectors = embed_items(model, table, rows)
    _say_without_features(asked, table, rows)
    filters: dict[str, list[str]] = {}
    for text in where or ():
        column, values = _filter(text)
        filters.setdefault(column, []).extend(values)
    answers: dict[str, list[dict[Hashable, Any]]] = {}
    for name, row, vector in zip(asked, rows.tolist(), vectors, strict=True):
        category = int(table.category_id[row])
        unless = {"item_id": [name]}
        if other and category >= 0:
            unless["category"] = [table.categories[category]]
        frame = found.frame(found.search(vector.unsqueeze(0), k, filters, unless))
        answers[name] = frame.drop(columns="query").to_dict(orient="records")
    if as_json:
        print_json(answers)
    else:
        for name, results in answers.items():
            if results:
                console.print(rows_table(name, results))
            else:
                console.print(f"{name}: no item qualifies")
    if sheet is not None:  # last: whatever comes between, the answer is there
        pages = [_page(dataset, name, results) for name, results in answers.items()]
        write_html_report(sheet, f"What goes with {len(asked):,} items", pages)


def _page(dataset: OutfitDataset, name: str, results: list[dict[Hashable, Any]]) -> ReportRow:
    """A query and its results, those marked that share an outfit with it."""
    from fashiongraph.retrieval import ReportRow, item_views

    table, outfits = dataset.items, dataset.outfits
    holds = outfits.batch[outfits.item_id == int(table.rows([name]))].unique()
    wanted = frozenset(table.ids[outfits.select(holds).item_id.numpy()])
    ids, scores = ([result[key] for result in results] for key in ("item_id", "score"))
    cards = item_views(table, ids, dataset.root, scores, wanted)
    return ReportRow(name, item_views(table, [name], dataset.root), cards)


def _say_without_features(asked: list[str], items: ItemTable, rows: Tensor) -> None:
    """Say on standard error which items are alike to all others, since their features are zero."""
    assert items.features is not None  # they were embedded
    blank = ~items.features[rows].flatten(1).bool().any(dim=1)
    for name, is_blank in zip(asked, blank.tolist(), strict=True):
        if is_blank:
            print_message(f"{name} has no features to compare")


def _filter(text: str) -> tuple[str, list[str]]:
    name, equals, values = text.partition("=")
    alternatives = listed(values)
    if not equals or not any(alternatives):
        raise FashionGraphError(f"'--where' needs a filter such as season=summer (got {text!r})")
    return name.strip(), alternatives
