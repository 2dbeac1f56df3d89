"""``fashiongraph compose``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import DATA_PANEL, Seed, listed
from fashiongraph.cli.stylist_options import (
    NAMES,
    Budget,
    Exclude,
    StylistOptions,
    Unless,
    Where,
    item_file,
    item_list,
    open_stylist,
    print_answer,
)


@dataclass(frozen=True, kw_only=True)
class ComposeOptions(StylistOptions):
    """Options of ``fashiongraph compose``."""

    start: Annotated[
        str, typer.Option("--items", help="Items that every outfit has; by default none.")
    ] = ""
    n: Annotated[int, typer.Option("-n", min=1, help="Number of outfits.")] = 5
    slots: Annotated[
        str,
        typer.Option(
            help="Categories to add, such as shoes,bag; by default those that outfits of DATA have "
            "beside the items."
        ),
    ] = ""
    where: Where = None
    unless: Unless = None
    exclude: Exclude = ""
    budget: Budget = None
    diversity: Annotated[
        float,
        typer.Option(min=0.0, max=0.99, help="Weight of the difference between outfits."),
    ] = 0.3
    once: Annotated[
        bool, typer.Option("--once", help="Use an added item in one of the outfits only.")
    ] = False
    owned: Annotated[
        str,
        typer.Option(
            help="Items that you own, or a CSV or Parquet file with the column item_id: outfits "
            "have at most --max-new others.",
            rich_help_panel=DATA_PANEL,
        ),
    ] = ""
    max_new: Annotated[
        int,
        typer.Option(
            min=0,
            help="Most items of an outfit that are not in --owned.",
            rich_help_panel=DATA_PANEL,
        ),
    ] = 0
    seed: Seed = 0


def compose(options: ComposeOptions) -> None:
    """Compose whole outfits, from some items or from nothing.

    Example: [b]fashiongraph compose runs/addgnn-plus/model --data my-data --items 0001 -n 3
    --where 'season = summer' --report outfits.html[/]
    """
    stylist = open_stylist(options)
    with option_names(NAMES):
        answer = stylist.compose(
            item_list(options.start),
            options.n,
            listed(options.slots, "--slots") or None,
            options.where or (),
            options.unless or (),
            item_list(options.exclude, "--exclude"),
            options.diversity,
            options.once,
            options.seed,
            options.budget or (),
            item_file(options.owned, "--owned") if "owned" in options.given else None,
            options.max_new,
        )
    print_answer(options, answer)
