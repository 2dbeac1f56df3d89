"""The command ``fashiongraph``."""

from __future__ import annotations

import signal
import sys
import threading
import warnings
from types import FrameType
from typing import Annotated, NoReturn

import typer
from rich.text import Text

from fashiongraph import __version__
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
from fashiongraph.console import plain_console
from fashiongraph.errors import FashionGraphError
from fashiongraph.freed_memory import keep_freed_memory

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


def _print_version(asked: bool) -> None:
    if asked:
        print(f"fashiongraph {__version__}")
        raise typer.Exit


@app.callback()
def _before_any_command(
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_print_version, help="Print the version and exit."
        ),
    ] = False,
) -> None: ...


def main() -> None:
    """Run the command; bad input ends in one line on standard error and the status 2.

    A command that is told to end (SIGTERM) clears away what it had half written, and its status
    is 143.
    """
    if threading.current_thread() is threading.main_thread():  # no other may say what signals do
        signal.signal(signal.SIGTERM, _end)
    keep_freed_memory()  # the process is ours, and batch follows batch
    try:
        app()
    except FashionGraphError as error:
        _fail(str(error))
    except OSError as error:  # a disk that is full, a file that may not be written
        file = error.filename2 or error.filename  # what a file was to become, where it has two
        _fail(f"{file}: {error.strerror}" if file and error.strerror else str(error))


def _fail(message: str) -> NoReturn:
    text = Text.assemble(("error:", "bold red"), " ", message)
    plain_console(stderr=True).print(text, soft_wrap=True)
    sys.exit(2)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
