"""The command ``fashiongraph``."""

from __future__ import annotations

import logging
import sys
import warnings

import typer
from rich.console import Console
from rich.markup import escape

from fashiongraph.cli.complete import complete
from fashiongraph.cli.embed import embed
from fashiongraph.cli.evaluate import evaluate
from fashiongraph.cli.export import export
from fashiongraph.cli.index import index
from fashiongraph.cli.info import info
from fashiongraph.cli.quickstart import quickstart
from fashiongraph.cli.retrieve import retrieve
from fashiongraph.cli.score import score
from fashiongraph.cli.split import split
from fashiongraph.cli.train import train
from fashiongraph.errors import FashionGraphError

# PyG compiles an enum with what newer torch calls deprecated: nothing its user could mend.
warnings.filterwarnings("ignore", "`torch.jit.script` is deprecated", FutureWarning)
# What Lightning advises the author of a training, its onlookers need not read.
warnings.filterwarnings("ignore", module=r"lightning\.")
logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)

app = typer.Typer(
    name="fashiongraph",
    help="Which clothes go together: train, evaluate and use models of outfit compatibility.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
)
for command in (
    *(quickstart, info, embed, split, train, evaluate, score),
    *(index, retrieve, complete, export),
):
    app.command()(command)


def main() -> None:
    """Run the command; bad input ends in one line on standard error and the status 2."""
    try:
        app()
    except FashionGraphError as error:
        text = f"[bold red]error:[/] {escape(str(error))}"
        Console(stderr=True).print(text, highlight=False, soft_wrap=True)
        sys.exit(2)
