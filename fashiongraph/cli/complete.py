"""``fashiongraph complete``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fashiongraph.cli.datasets import check_features, open_dataset
from fashiongraph.cli.options import (
    DataOption,
    FeatureFiles,
    Json,
    Lenient,
    SetName,
    Unknown,
    console,
    listed,
    print_json,
    rows_table,
)
from fashiongraph.errors import FashionGraphError

if TYPE_CHECKING:
    import pandas as pd

    from fashiongraph.data.item_table import ItemTable
    from fashiongraph.data.outfits import Outfits


def complete(
    checkpoint: Annotated[Path, typer.Argument(help="Folder of a trained ADD-GNN.")],
    data: DataOption,
    features: FeatureFiles = None,
    items: Annotated[str, typer.Option(help="Items of the outfit, such as 0041,0042.")] = "",
    outfit: Annotated[
        str | None, typer.Option(help="Instead of --items: an outfit of the data.")
    ] = None,
    hide: Annotated[
        str | None,
        typer.Option(
            help="Take this item out of the outfit, fill its category, and mark it where it is "
            "found."
        ),
    ] = None,
    slots: Annotated[
        str,
        typer.Option(
            help="Categories to fill, such as shoe,bag; by default all. Names with a comma are "
            "quoted: 'shoe,\"bag, large\"'."
        ),
    ] = "",
    k: Annotated[int, typer.Option("-k", min=1, help="Most items of each category.")] = 5,
    shortlist: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Candidates per category that the full model ranks; 0 for every item. By default "
            "100, or -k if that is more.",
        ),
    ] = None,
    states: Annotated[
        Path | None,
        typer.Option(help="Folder written by [b]fashiongraph index --checkpoint[/]."),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option(help="HTML file to write: the outfit, and the items found for each slot."),
    ] = None,
    unknown: Unknown = "error",
    form: SetName = "tables",
    lenient: Lenient = False,
    as_json: Json = False,
) -> None:
    """Find the items that complete an outfit best, category by category."""
    from fashiongraph.models import ADDGNN
    from fashiongraph.retrieval import CatalogueStates, ReportRow, item_views, write_html_report
    from fashiongraph.retrieval import complete as complete_outfit

    model = ADDGNN.load(checkpoint)
    dataset = open_dataset(data, features, lenient, form)
    check_features(model, dataset)
    table = dataset.items
    if bool(items) == (outfit is not None):
        raise FashionGraphError("either '--items' or '--outfit' needs to be given")
    own = listed(items) if outfit is None else _members(dataset.outfits, outfit)
    chosen = listed(slots) or None
    if hide is not None:
        if hide not in own:
            raise FashionGraphError(f"'--hide' needs an item of the outfit (got {hide!r})")
        own = [name for name in own if name != hide]
        category = int(table.category_id[table.rows([hide])])
        name = table.categories[category] if category >= 0 else None
        if name is not None and chosen and name not in chosen:
            raise FashionGraphError(
                f"'--slots' needs {name!r}, the category of what '--hide' hides (got {slots!r})"
            )
        chosen = chosen or (None if name is None else [name])
    stored = None if states is None else CatalogueStates.load(states, model, table)
    ranked = max(100, k) if shortlist is None else shortlist or None
    frame = complete_outfit(model, own, table, chosen, k, ranked, stored, unknown)
    if hide is not None:
        frame["hidden"] = frame["item_id"] == hide
    rows = frame.to_dict(orient="records")
    title = f"Completions of {', '.join(own)}"
    if as_json:
        print_json({"outfit": own, "completions": rows})
    elif frame.empty:
        console.print(f"{title}: no item qualifies")
    else:
        console.print(rows_table(title, rows))
    if hide is not None and not as_json:
        console.print(
            _place(table, own, hide, frame, k, None if model.conv is None else ranked),
            soft_wrap=True,
        )
    if sheet is not None:  # last: whatever comes between, the answer is there
        wanted = [] if hide is None else [hide]
        query = item_views(table, own, dataset.root)
        pages = [
            ReportRow(
                str(slot),
                query,
                item_views(
                    table, part["item_id"].tolist(), dataset.root, part["score"].tolist(), wanted
                ),
            )
            for slot, part in frame.groupby("category", sort=False)
        ]
        write_html_report(sheet, f"Completions by {type(model).__name__}", pages)


def _place(
    table: ItemTable, own: list[str], hide: str, frame: pd.DataFrame, k: int, shortlist: int | None
) -> str:
    """Where the hidden item came out among the candidates of its category."""
    rank = frame.loc[frame["hidden"], "rank"].tolist()
    if not rank:
        return f"{hide} is not among the first {k:,}"
    same = table.category_id == table.category_id[table.rows([hide])]
    same[table.rows(own)] = False
    count = int(same.sum())
    if shortlist is None or shortlist >= count:
        return f"{hide} is rank {rank[0]:,} of {count:,} in its category"
    return f"{hide} is rank {rank[0]:,} on the shortlist of the {count:,} in its category"


def _members(outfits: Outfits, name: str) -> list[str]:
    (place,) = (outfits.ids == name).nonzero()
    if not len(place):
        raise FashionGraphError(f"'--outfit' needs an outfit of the data (got {name!r})")
    return [str(item) for item in outfits.items.ids[outfits.select(place).item_id.numpy()]]
