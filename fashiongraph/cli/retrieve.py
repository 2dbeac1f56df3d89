"""``fashiongraph retrieve``."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Annotated, Any

import typer

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
from fashiongraph.cli.wardrobes import open_wardrobe
from fashiongraph.errors import DataError, FashionGraphError


def retrieve(
    folder: Annotated[
        Path, typer.Argument(metavar="INDEX", help="Folder written by [b]fashiongraph index[/].")
    ],
    data: DataOption,
    items: Annotated[str, typer.Option(help="Items to query with, such as 0041,0042.")],
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
            help="Only items with this value in a column, as season=summer; values after commas "
            "are alternatives. May be given more than once."
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
    from fashiongraph.retrieval import ItemIndex, SheetRow, make_cards, write_sheet
    from fashiongraph.retrieval.embedding_key import embedding_key

    asked = listed(items)
    if not asked:
        raise FashionGraphError(f"'--items' needs at least one item (got {items!r})")
    found = ItemIndex.load(folder)
    wardrobe = open_wardrobe(data, features, lenient, form)
    model = opened(checkpoint)
    if isinstance(model, ADDGNN):
        raise FashionGraphError("an ADDGNN completes outfits: use 'fashiongraph complete'")
    table = wardrobe.items
    if found.key is not None and found.key != embedding_key(model, table):
        raise DataError(
            "was made with another '--checkpoint', other '--features' or other items; index again",
            folder,
        )
    rows = table.rows(asked)
    vectors = embed_items(model, table, rows)
    filters = dict(_filter(text) for text in where or ())
    pages: list[SheetRow] = []
    answers: dict[str, list[dict[Hashable, Any]]] = {}
    for name, row, vector in zip(asked, rows.tolist(), vectors, strict=True):
        category = int(table.category_id[row])
        unless = {"item_id": [name]}
        if other and category >= 0:
            unless["category"] = [table.categories[category]]
        frame = found.frame(found.search(vector.unsqueeze(0), k, filters, unless))
        answers[name] = frame.drop(columns="query").to_dict(orient="records")
        if sheet is not None:
            ids = frame["item_id"].tolist()
            holds = wardrobe.outfits.batch[wardrobe.outfits.item_id == row].unique()
            mates = wardrobe.outfits.select(holds).item_id
            wanted = frozenset(table.ids[mates.numpy()])
            cards = make_cards(table, ids, wardrobe.root, frame["score"].tolist(), wanted)
            pages.append(SheetRow(name, make_cards(table, [name], wardrobe.root), cards))
    if sheet is not None:
        write_sheet(sheet, f"What goes with {len(asked):,} items", pages)
    if as_json:
        print_json(answers)
        return
    for name, results in answers.items():
        if results:
            console.print(rows_table(name, results))
        else:
            console.print(f"{name}: no item qualifies")


def _filter(text: str) -> tuple[str, list[str]]:
    name, equals, values = text.partition("=")
    if not equals:
        raise FashionGraphError(f"'--where' needs a filter such as season=summer (got {text!r})")
    return name.strip(), listed(values)
