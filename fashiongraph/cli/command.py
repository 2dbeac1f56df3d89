"""Commands as functions of one dataclass of options."""

from __future__ import annotations

import inspect
import os
import typing
import warnings
from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from fashiongraph.cli.config import option_hints, option_keys, read_config
from fashiongraph.console import plain_console, quiet_messages
from fashiongraph.errors import DataError
from fashiongraph.manifest import check_utf8

COMMAND_PANEL = "Command"
DEBUG_VARIABLE = "FASHIONGRAPH_DEBUG"


@dataclass(frozen=True, kw_only=True)
class CommandOptions:
    """Options of every command.

    Args:
        as_json: Print the result as JSON.
        quiet: Print the result and errors alone.
        given: Fields that were given on the command line or in a configuration file.
    """

    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print the result as JSON.", rich_help_panel=COMMAND_PANEL),
    ] = False
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet",
            help="Print the result and errors, no messages and no progress.",
            rich_help_panel=COMMAND_PANEL,
        ),
    ] = False
    given: frozenset[str] = field(default=frozenset(), metadata={"option": False})

    def __getattribute__(self, name: str) -> Any:
        # What a command reads is recorded, so that an option without effect is reported.
        object.__getattribute__(self, "__dict__").setdefault("_read", set()).add(name)
        return super().__getattribute__(name)

    @property
    def unread(self) -> list[str]:
        """Given options that were never read."""
        return sorted(self.given - vars(self)["_read"])

    @property
    def progress(self) -> bool:
        """Whether to show progress bars."""
        return not (self.as_json or self.quiet)


OptionsT = TypeVar("OptionsT", bound=CommandOptions)


def typer_function(run: Callable[[OptionsT], None]) -> Callable[..., None]:
    """A function with one parameter per option, as Typer reads commands.

    ``--config`` and ``--debug`` are added to the options of the dataclass.

    Args:
        run: A command. The annotation of its parameter is the dataclass of its options.
    """
    (kind,) = (hint for name, hint in typing.get_type_hints(run).items() if name != "return")

    def read_defaults(context: typer.Context, file: Path | None) -> Path | None:
        if file is not None:
            context.default_map = read_config(file, kind)
        return file

    def call(context: typer.Context, **values: Any) -> None:
        del values["config"], values["debug"]
        given = _given(context, kind, values)
        options = kind(**{name: expand(value) for name, value in values.items()}, given=given)
        with quiet_messages(options.quiet), warnings.catch_warnings():
            if options.quiet:
                warnings.simplefilter("ignore")
            run(options)
        for name in options.unread:
            flag = f"'--{option_keys(kind)[name]}'"
            plain_console(stderr=True).print(
                f"{flag} had no effect with the other options", soft_wrap=True
            )

    config = Annotated[
        Path | None,
        typer.Option(
            "--config",
            is_eager=True,
            callback=read_defaults,
            metavar="FILE",
            help="YAML or TOML file of options, named as here without the dashes; options on "
            "the command line replace them.",
            rich_help_panel=COMMAND_PANEL,
        ),
    ]
    debug = Annotated[
        bool,
        typer.Option(
            "--debug",
            is_eager=True,
            callback=_set_debug,
            help=f"Print the traceback of an internal error; so does {DEBUG_VARIABLE}=1.",
            rich_help_panel=COMMAND_PANEL,
        ),
    ]
    _set_signature(call, run, kind, {"config": (config, None), "debug": (debug, False)})
    return call


def _set_signature(
    call: Callable[..., None],
    run: Callable[..., None],
    kind: type[CommandOptions],
    further: dict[str, tuple[Any, Any]],
) -> None:
    """Give a function the name of a command and the options of a dataclass as parameters."""
    defaults = {one.name: one.default for one in fields(kind)}
    options = {name: (hint, defaults[name]) for name, hint in option_hints(kind).items()}
    shared = {name: options.pop(name) for name in option_hints(CommandOptions)}
    parameters = [inspect.Parameter("context", _KEYWORD, annotation=typer.Context)]
    for name, (hint, default) in {**options, **shared, **further}.items():
        default = inspect.Parameter.empty if default is MISSING else default
        parameters.append(inspect.Parameter(name, _KEYWORD, annotation=hint, default=default))
    paragraphs = inspect.cleandoc(run.__doc__ or "").split("\n\n")
    call.__name__, call.__doc__ = run.__name__, "\n\n".join(" ".join(p.split()) for p in paragraphs)
    call.__annotations__ = {one.name: one.annotation for one in parameters}
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]


_KEYWORD = inspect.Parameter.KEYWORD_ONLY


def _given(
    context: typer.Context, kind: type[CommandOptions], values: dict[str, Any]
) -> frozenset[str]:
    """Fields set on the command line, or in a configuration file to another value."""
    defaults = {one.name: one.default for one in fields(kind)}
    given = set()
    for name, value in values.items():
        source = context.get_parameter_source(name)
        typed = source is not None and source.name == "COMMANDLINE"
        if typed or (
            source is not None and source.name == "DEFAULT_MAP" and value != defaults[name]
        ):
            given.add(name)
    return frozenset(given)


def expand(value: Any) -> Any:
    """A path with ``~`` replaced by the home folder; shells leave it in ``--output=~/runs``.

    Args:
        value: A path, a list of values, or any other value, which is returned as it is.

    Raises:
        DataError: If it begins with the home folder of a user who does not exist, or is not UTF-8.
    """
    if isinstance(value, list):
        return [expand(one) for one in value]
    if not isinstance(value, Path):
        return value
    check_utf8(value)
    try:
        return value.expanduser()
    except RuntimeError as error:
        raise DataError(
            "begins with the home folder of a user who does not exist", value
        ) from error


def _set_debug(debug: bool) -> bool:
    if debug:
        os.environ[DEBUG_VARIABLE] = "1"  # processes of a training inherit it
    return debug
