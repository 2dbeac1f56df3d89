"""``fashiongraph capsule``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import Seed
from fashiongraph.cli.stylist_options import (
    NAMES,
    Exclude,
    StylistOptions,
    Unless,
    Where,
    item_list,
    open_stylist,
    print_answer,
)


@dataclass(frozen=True, kw_only=True)
class CapsuleOptions(StylistOptions):
    """Options of ``fashiongraph capsule``."""

    size: Annotated[int, typer.Option(min=2, help="Number of items.")] = 15
    threshold: Annotated[
        float,
        typer.Option(min=0.0, max=99.0, help="Score from which an outfit counts."),
    ] = 50.0
    where: Where = None
    unless: Unless = None
    exclude: Exclude = ""
    seed: Seed = 0


def capsule(options: CapsuleOptions) -> None:
    """Choose few items that make many outfits.

    Example: [b]fashiongraph capsule runs/addgnn-plus/model --data my-data --size 15 --where
    'stock > 0' --report capsule.html[/]
    """
    stylist = open_stylist(options)
    with option_names({**NAMES, "size": "--size", "threshold": "--threshold"}):
        answer = stylist.capsule(
            options.size,
            options.where or (),
            options.unless or (),
            item_list(options.exclude, "--exclude"),
            options.threshold,
            options.seed,
        )
    print_answer(options, answer)
