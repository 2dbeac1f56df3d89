"""``fashiongraph swap``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import refuse
from fashiongraph.cli.stylist_options import (
    NAMES,
    Budget,
    Exclude,
    Outfit,
    StylistOptions,
    Unless,
    Where,
    item_list,
    open_stylist,
    print_answer,
)


@dataclass(frozen=True, kw_only=True)
class SwapOptions(StylistOptions):
    """Options of ``fashiongraph swap``."""

    outfit: Outfit
    item: Annotated[
        str | None,
        typer.Option(help="The item to replace; by default the one that fits least."),
    ] = None
    k: Annotated[int, typer.Option("-k", min=1, help="Number of stand-ins.")] = 5
    every: Annotated[
        bool,
        typer.Option("--all", help="Swap one item after the other until no swap gains a point."),
    ] = False
    where: Where = None
    unless: Unless = None
    exclude: Exclude = ""
    budget: Budget = None
    diversity: Annotated[
        float,
        typer.Option(min=0.0, max=0.99, help="Weight of the difference between stand-ins."),
    ] = 0.0


def swap(options: SwapOptions) -> None:
    """Replace the item that fits least, or a given one, by others of its category.

    Example: [b]fashiongraph swap runs/addgnn-plus/model --data my-data --items 0001,0005,0009
    --where 'price < 40'[/]
    """
    if options.every:
        refuse(options, ("item", "k", "diversity"), "--all")
    stylist = open_stylist(options)
    excluded = item_list(options.exclude, "--exclude")
    if options.every:
        with option_names(NAMES):
            answer = stylist.improve(
                item_list(options.outfit),
                options.where or (),
                options.unless or (),
                excluded,
                options.budget or (),
            )
        print_answer(options, answer)
        return
    with option_names(NAMES):
        answer = stylist.swap(
            item_list(options.outfit),
            options.item,
            options.k,
            options.where or (),
            options.unless or (),
            excluded,
            options.diversity,
            options.budget or (),
        )
    print_answer(options, answer)
