"""``fashiongraph complete``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fashiongraph.cli.datasets import open_dataset
from fashiongraph.cli.models import load_model, open_states
from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import (
    ModelOptions,
    Overwrite,
    Pictures,
    Report,
    States,
    Unknown,
    check_states,
    listed,
)
from fashiongraph.cli.output import (
    check_output,
    console,
    print_json,
    print_line,
    rows_table,
)
from fashiongraph.cli.stylist_options import NAMES, Budget, Exclude, Unless, Where
from fashiongraph.console import print_message
from fashiongraph.errors import FashionGraphError

if TYPE_CHECKING:
    import pandas as pd

    from fashiongraph.data.item_table import ItemTable
    from fashiongraph.data.outfits import Outfits
    from fashiongraph.datasets.outfit_dataset import OutfitDataset
    from fashiongraph.models import OutfitModel
    from fashiongraph.retrieval import Catalogue


@dataclass(frozen=True, kw_only=True)
class CompleteOptions(ModelOptions):
    """Options of ``fashiongraph complete``."""

    pictures: Pictures = None
    unknown: Unknown = "error"
    items: Annotated[str, typer.Option(help="Items of the outfit, such as 0041,0042.")] = ""
    outfit: Annotated[
        str | None, typer.Option(help="An outfit of the data, in place of --items.")
    ] = None
    hide: Annotated[
        str | None,
        typer.Option(
            help="Take this item out of the outfit, fill its category, and mark it in the results."
        ),
    ] = None
    slots: Annotated[
        str,
        typer.Option(
            help="Categories to fill, such as shoe,bag; by default all. Names with a comma are "
            "quoted: 'shoe,\"bag, large\"'."
        ),
    ] = ""
    k: Annotated[int, typer.Option("-k", min=1, help="Most items of each category.")] = 5
    where: Where = None
    unless: Unless = None
    exclude: Exclude = ""
    budget: Budget = None
    shortlist: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Candidates per category that the model ranks after a vector search; 0 for every "
            "item. By default 100, or -k if that is more. Models without item vectors rank every "
            "item.",
        ),
    ] = None
    states: States = None
    report: Report = None
    overwrite: Overwrite = False


def complete(options: CompleteOptions) -> None:
    """Find the items that complete an outfit best, category by category.

    Example: [b]fashiongraph complete runs/addgnn-plus/model --data my-data --items 0041,0042
    --slots shoe,bag[/]
    """
    if bool(options.items) == (options.outfit is not None):
        raise FashionGraphError("either '--items' or '--outfit' needs to be given")
    slots = listed(options.slots, "--slots") or None
    check_states(options.states)
    check_output(options.report, options.overwrite)
    from fashiongraph.data.conditions import allowed_items, read_conditions
    from fashiongraph.datasets.io.pending_change import read_settled
    from fashiongraph.retrieval import complete as complete_outfit
    from fashiongraph.stylist.limits import limits, within

    model = load_model(options.checkpoint, options.modules)
    dataset, states = read_settled(options.data, partial(_open, options, model))
    table = dataset.items
    outfit, slots = _query(options, dataset, slots)
    ranked = max(100, options.k) if options.shortlist is None else options.shortlist or None
    with option_names(NAMES):
        excluded = listed(options.exclude, "--exclude")
        where, unless = options.where or (), options.unless or ()
        conditions = read_conditions(where, unless)
        allowed = allowed_items(table, where, unless, excluded)
        bounds = limits(table, options.budget or ())
        allowed, without = within(bounds, table, table.rows(outfit), allowed)
    if without:
        print_message(without.strip())
    names = {"ids": "--items", "outfit": "--items", "slots": "--slots", "unknown": "--unknown"}
    with option_names({**names, "shortlist": "--shortlist", "states": "--states"}):
        frame = complete_outfit(
            model,
            outfit,
            table,
            slots,
            options.k,
            ranked,
            states,
            options.unknown,
            allowed,
            conditions,
        )
    if model.training_outfits is not None:
        frame["in_training"] = _in_training(model, table, outfit, frame)
    if options.hide is not None:
        frame["hidden"] = frame["item_id"] == options.hide
    rows = frame.to_dict(orient="records")
    title = f"Completions of {', '.join(outfit)}"
    if options.as_json:
        print_json({"outfit": outfit, "completions": rows})
    elif frame.empty:
        console.print(f"{title}: no item qualifies")
    else:
        console.print(rows_table(title, rows))
    if options.hide is not None and not options.as_json:
        shortlist = None if _is_exact(model, table) else ranked
        print_line(hidden_rank(table, outfit, options.hide, frame, options.k, shortlist))
    if options.report is not None:  # last: if it fails, the answer is printed
        title = f"Completions by {type(model).__name__}"
        _write_report(options, options.report, title, dataset, outfit, frame)


def _open(options: CompleteOptions, model: OutfitModel) -> tuple[OutfitDataset, Catalogue | None]:
    """The data set and its stored states, if any."""
    dataset = open_dataset(options.data, options.features, options.lenient, options.form, model)
    return dataset, open_states(options.states, model, dataset.items)


def _in_training(
    model: OutfitModel, table: ItemTable, outfit: list[str], frame: pd.DataFrame
) -> list[bool]:
    """Whether the outfit was trained on with each of the items."""
    from fashiongraph.data.outfits import Outfits
    from fashiongraph.evaluation import in_training

    made = Outfits.from_lists(table, [[*outfit, item] for item in frame["item_id"]])
    found: list[bool] = in_training(model, made).tolist()
    return found


def _query(
    options: CompleteOptions, dataset: OutfitDataset, slots: list[str] | None
) -> tuple[list[str], list[str] | None]:
    """The items of the outfit without a hidden one, and the categories to fill."""
    if options.outfit is None:
        outfit = listed(options.items, "--items")
    else:
        outfit = _items_of(dataset.outfits, options.outfit)
    hide = options.hide
    if hide is None:
        return outfit, slots
    if hide not in outfit:
        raise FashionGraphError(f"'--hide' needs an item of the outfit (got {hide!r})")
    with option_names({"ids": "--hide"}):
        category = int(dataset.items.category_id[dataset.items.rows([hide])])
    name = dataset.items.categories[category] if category >= 0 else None
    if name is not None and slots and name not in slots:
        raise FashionGraphError(
            f"'--slots' needs {name!r}, the category of the item of '--hide' "
            f"(got {options.slots!r})"
        )
    rest = [item for item in outfit if item != hide]
    return rest, slots or (None if name is None else [name])


def _items_of(outfits: Outfits, name: str) -> list[str]:
    (place,) = (outfits.ids == name).nonzero()
    if not len(place):
        raise FashionGraphError(f"'--outfit' needs an outfit of the data (got {name!r})")
    return [str(item) for item in outfits.items.ids[outfits.select(place).item_id.numpy()]]


def _is_exact(model: OutfitModel, items: ItemTable) -> bool:
    """Whether a shortlist gives the ranks in the catalogue: every item was ranked, or might be."""
    import torch

    from fashiongraph.retrieval.completion_scorer import CompletionScorer

    return model.has_exact_query or CompletionScorer(model, items).embed(torch.arange(1)) is None


def hidden_rank(
    table: ItemTable,
    outfit: list[str],
    hide: str,
    frame: pd.DataFrame,
    k: int,
    shortlist: int | None,
) -> str:
    """The rank of the hidden item between the candidates of its category, as a sentence.

    Args:
        table: The catalogue.
        outfit: The other items of the outfit.
        hide: The hidden item.
        frame: Completions with ``rank`` and ``hidden``.
        k: Most completions of the category.
        shortlist: Candidates that were ranked; :obj:`None` for all.
    """
    rank = frame.loc[frame["hidden"], "rank"].tolist()
    if not rank:
        return f"{hide} is not in the first {k:,}"
    same = table.category_id == table.category_id[table.rows([hide])]
    same[table.rows(outfit)] = False
    count = int(same.sum())
    if shortlist is None or shortlist >= count:
        return f"{hide} is rank {rank[0]:,} of {count:,} in its category"
    return f"{hide} is rank {rank[0]:,} on the shortlist of the {count:,} in its category"


def _write_report(
    options: CompleteOptions,
    path: Path,
    title: str,
    dataset: OutfitDataset,
    outfit: list[str],
    frame: pd.DataFrame,
) -> None:
    """Write an HTML report with a row per category."""
    from fashiongraph.retrieval import ReportRow, item_views, write_html_report

    table, wanted = dataset.items, [] if options.hide is None else [options.hide]
    further = options.pictures or ()
    query = item_views(table, outfit, dataset.root, pictures=further)
    pages = []
    for slot, rows in frame.groupby("category", sort=False):
        ids, scores = rows["item_id"].tolist(), rows["score"].tolist()
        views = item_views(table, ids, dataset.root, scores, wanted, further)
        pages.append(ReportRow(str(slot), query, views))
    write_html_report(path, title, pages)
