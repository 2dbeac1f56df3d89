"""The command ``fashiongraph``."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import traceback
import warnings
from types import FrameType
from typing import Annotated, NoReturn

import typer
from rich.text import Text

from fashiongraph import __version__
from fashiongraph.cli.calibrate import calibrate
from fashiongraph.cli.capsule import capsule
from fashiongraph.cli.command import DEBUG_VARIABLE, typer_function
from fashiongraph.cli.complete import complete
from fashiongraph.cli.compose import compose
from fashiongraph.cli.embed import embed
from fashiongraph.cli.evaluate import evaluate
from fashiongraph.cli.explain import explain
from fashiongraph.cli.export import export
from fashiongraph.cli.finetune import finetune
from fashiongraph.cli.index import index
from fashiongraph.cli.info import info
from fashiongraph.cli.items import add, remove, update
from fashiongraph.cli.quickstart import quickstart
from fashiongraph.cli.retrieve import retrieve
from fashiongraph.cli.score import score
from fashiongraph.cli.serve import serve
from fashiongraph.cli.split import split
from fashiongraph.cli.submit import submit
from fashiongraph.cli.swap import swap
from fashiongraph.cli.tag import tag
from fashiongraph.cli.train import train
from fashiongraph.console import plain_console
from fashiongraph.errors import FashionGraphError
from fashiongraph.freed_memory import keep_freed_memory

# Of PyG's import, about a decorator that newer torch deprecates.
warnings.filterwarnings("ignore", "`torch.jit.script` is deprecated", FutureWarning)
# Hints of Lightning for the author of a training.
warnings.filterwarnings("ignore", module=r"lightning\.")

BAD_INPUT, INTERNAL_ERROR = 2, 70

app = typer.Typer(
    name="fashiongraph",
    help="Outfit compatibility: train, evaluate and use models of which clothes go together.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
for run in (
    *(quickstart, info, tag, embed, finetune, split, train, evaluate, calibrate),
    *(score, explain, swap, compose, capsule, complete, index, retrieve, export, serve),
):
    app.command()(typer_function(run))
items = typer.Typer(
    name="items",
    help="Add, change or remove items of a catalogue, without encoding the others again.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
for change in (add, update, remove):
    items.command()(typer_function(change))
app.add_typer(items)
benchmark = typer.Typer(
    name="benchmark",
    help="Compare a model with those of the leaderboard.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
benchmark.command()(typer_function(submit))
benchmark.callback()(lambda: None)  # so that a group of one command stays a group
app.add_typer(benchmark)


def _print_version(version: bool) -> None:
    if version:
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
    """Run the command.

    Bad input ends in one line on standard error and the status 2, an error of the library itself in
    one line and the status 70. On SIGTERM half-written files are removed, and the status is 143.
    """
    if threading.current_thread() is threading.main_thread():  # others may not set handlers
        signal.signal(signal.SIGTERM, _exit)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # an identifier that its encoding lacks is escaped
            stream.reconfigure(errors="backslashreplace")
    keep_freed_memory()  # the process is ours, and batch follows batch
    try:
        app()
    except FashionGraphError as error:
        _fail(str(error))
    except OSError as error:  # a full disk, a file without permission
        file = error.filename2 or error.filename  # of a rename, the target
        _fail(f"{file}: {error.strerror}" if file and error.strerror else str(error))
    except Exception as error:  # the last resort: one line in place of a traceback
        if os.environ.get(DEBUG_VARIABLE):
            traceback.print_exc()
        text = " ".join(str(error).split())
        _fail(f"internal error: {type(error).__name__}: {text}; please report it", INTERNAL_ERROR)


def _fail(message: str, status: int = BAD_INPUT) -> NoReturn:
    text = Text(message)
    if status == BAD_INPUT:
        text = Text.assemble(("error:", "bold red"), " ", message)
    plain_console(stderr=True).print(text, soft_wrap=True)
    sys.exit(status)


def _exit(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
