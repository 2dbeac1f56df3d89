"""Options and output of the commands of a stylist."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fashiongraph.cli.datasets import open_dataset
from fashiongraph.cli.models import load_model, open_states
from fashiongraph.cli.options import (
    DATA_PANEL,
    ModelOptions,
    Overwrite,
    Pictures,
    Report,
    States,
    check_states,
    listed,
)
from fashiongraph.cli.output import (
    check_files,
    check_output,
    console,
    print_json,
    print_line,
    rows_table,
)

if TYPE_CHECKING:
    from fashiongraph.stylist import Answer, Stylist

Outfit = Annotated[str, typer.Option("--items", help="Items of the outfit, such as 0041,0042.")]
Where = Annotated[
    list[str] | None,
    typer.Option(
        help="Condition on suggested items, such as 'price < 40' or 'season in summer,spring'; may "
        "be given several times.",
        rich_help_panel=DATA_PANEL,
    ),
]
Unless = Annotated[
    list[str] | None,
    typer.Option(help="Condition that no suggested item meets.", rich_help_panel=DATA_PANEL),
]
Exclude = Annotated[str, typer.Option(help="Items to leave out.", rich_help_panel=DATA_PANEL)]
Budget = Annotated[
    list[str] | None,
    typer.Option(
        help="Bound on a sum over the items of an outfit, such as 'total price <= 150'; may be "
        "given several times.",
        rich_help_panel=DATA_PANEL,
    ),
]
NAMES = {
    "outfit": "--items",
    "ids": "--items",
    "seed": "--items",
    "item": "--item",
    "where": "--where",
    "unless": "--unless",
    "exclude": "--exclude",
    "budget": "--budget",
    "owned": "--owned",
    "max_new": "--max-new",
    "slots": "--slots",
    "k": "-k",
    "n": "-n",
    "diversity": "--diversity",
    "items": "--features",
    "states": "--states",
}


@dataclass(frozen=True, kw_only=True)
class StylistOptions(ModelOptions):
    """Options of all commands of a stylist."""

    pictures: Pictures = None
    states: States = None
    report: Report = None
    overwrite: Overwrite = False


def open_stylist(options: StylistOptions) -> Stylist:
    """The stylist of a model and a catalogue.

    Args:
        options: Options of the command.

    Raises:
        FashionGraphError: If the model has no calibration.
    """
    from fashiongraph.stylist import Stylist

    check_states(options.states)
    check_output(options.report, options.overwrite)
    model = load_model(options.checkpoint, options.modules)
    dataset = open_dataset(options.data, options.features, options.lenient, options.form, model)
    states = open_states(options.states, model, dataset.items)
    return Stylist(
        model,
        dataset.items,
        dataset.outfits,
        dataset.root,
        pictures=options.pictures or (),
        states=states,
    )


def item_list(text: str, option: str = "--items") -> list[str]:
    """Identifiers in the value of an option."""
    return listed(text, option)


def item_file(text: str, option: str) -> list[str]:
    """Identifiers in the value of an option, or in the file that it names.

    Args:
        text: Identifiers, or a CSV or Parquet file with the column ``item_id``.
        option: Name of the option, for errors.

    Raises:
        DataError: If a file is missing or has no such column.
    """
    if Path(text).suffix not in (".csv", ".parquet"):
        return listed(text, option)
    check_files(Path(text))
    from fashiongraph.datasets.io.problems import Problems
    from fashiongraph.datasets.io.table import Table

    problems, key = Problems(), ["item_id"]
    table = Table.read(Path(text), problems, needed=key, text=key, wanted=key)
    problems.check()
    return [str(one) for one in table.columns["item_id"].to_pylist()]


def print_answer(options: StylistOptions, answer: Answer) -> None:
    """Print an answer as text or JSON, and write its page."""
    if options.as_json:
        print_json(answer.to_dict())
    else:
        print_line(answer.sentence)
        for name, table in {"": answer.frame, **answer.terms}.items():
            if len(table):
                console.print(rows_table(name, table.to_dict(orient="records")))
    if options.report is not None:  # last: if it fails, the answer is printed
        answer.to_html(options.report)
