"""``fashiongraph explain``."""

from __future__ import annotations

from dataclasses import dataclass

from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.stylist_options import (
    NAMES,
    Outfit,
    StylistOptions,
    item_list,
    open_stylist,
    print_answer,
)


@dataclass(frozen=True, kw_only=True)
class ExplainOptions(StylistOptions):
    """Options of ``fashiongraph explain``."""

    outfit: Outfit


def explain(options: ExplainOptions) -> None:
    """Explain the score of an outfit: which item fits least, and with which other.

    [b]wrong[/] is the probability that an item is the wrong one if one is, [b]share[/] its part in
    the log-odds of the score (Shapley value), and [b]without[/] the score of the outfit without it.

    Example: [b]fashiongraph explain runs/addgnn-plus/model --data my-data --items
    0001,0005,0009 --report outfit.html[/]
    """
    stylist = open_stylist(options)
    with option_names(NAMES):
        answer = stylist.explain(item_list(options.outfit))
    print_answer(options, answer)
