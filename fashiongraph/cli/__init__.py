"""The command ``fashiongraph``."""

from __future__ import annotations

import signal
import sys
import threading
import warnings
from types import FrameType
from typing import NoReturn

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
    """Run the command; bad input ends in one line on standard error and the status 2.

    A command that is told to end (SIGTERM) clears away what it had half written, and its status
    is 143.
    """
    if threading.current_thread() is threading.main_thread():  # no other may say what signals do
        signal.signal(signal.SIGTERM, _end)
    try:
        app()
    except FashionGraphError as error:
        _fail(str(error))
    except OSError as error:  # a disk that is full, a file that may not be written
        file = error.filename2 or error.filename  # what a file was to become, where it has two
        _fail(f"{file}: {error.strerror}" if file and error.strerror else str(error))


def _fail(message: str) -> NoReturn:
    text = f"[bold red]error:[/] {escape(message)}"
    Console(stderr=True).print(text, highlight=False, soft_wrap=True)
    sys.exit(2)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
