"""Options of a command as a configuration file."""

from __future__ import annotations

import csv
import io
import sys
import typing
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from fashiongraph import __version__
from fashiongraph.errors import DataError
from fashiongraph.manifest import check_regular


def option_hints(kind: type[Any]) -> dict[str, Any]:
    """Annotations of the options of a command, by field.

    Args:
        kind: A dataclass. Fields with the metadata ``option=False`` are not options.
    """
    hints = typing.get_type_hints(kind, include_extras=True)
    return {one.name: hints[one.name] for one in fields(kind) if one.metadata.get("option", True)}


def option_keys(kind: type[Any]) -> dict[str, str]:
    """Name of each option, without the dashes, by field.

    Args:
        kind: A dataclass of options.
    """
    return {name: _key(name, hint) for name, hint in option_hints(kind).items()}


def _key(name: str, hint: Any) -> str:
    (info,) = hint.__metadata__  # typer.Option or typer.Argument
    written = [word for word in (info.default, *(info.param_decls or ())) if isinstance(word, str)]
    long = (word.partition("/")[0] for word in written if word.startswith("--"))
    return next(long, name.replace("_", "-")).removeprefix("--")


def read_config(file: Path, kind: type[Any]) -> dict[str, Any]:
    """Values of options by field, from a YAML or TOML file with the names of options as keys.

    Args:
        file: The file. TOML needs Python 3.11.
        kind: The dataclass of options.

    Raises:
        DataError: If the file cannot be read, or a key is no option of the command.
    """
    values = _read(file)
    if not isinstance(values, dict):
        raise DataError("needs options as keys, such as 'epochs: 20'", file)
    names = {key: name for name, key in option_keys(kind).items()}
    for key in values:
        if key not in names:
            raise DataError(f"{key!r} is no option; options are {', '.join(sorted(names))}", file)
    hints = option_hints(kind)
    return {names[key]: _as_typed(value, hints[names[key]]) for key, value in values.items()}


def _read(file: Path) -> Any:
    check_regular(file)
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DataError("does not exist", file) from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot be read: {error}", file) from error
    if file.suffix == ".toml":
        if sys.version_info < (3, 11):
            raise DataError("TOML needs Python 3.11; write YAML instead", file)
        import tomllib

        try:
            return tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            raise DataError(f"cannot be read as TOML: {error}", file) from error
    import yaml

    try:
        return yaml.safe_load(text) or {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date of no day
        raise DataError(f"cannot be read as YAML: {' '.join(str(error).split())}", file) from error


def _as_typed(value: Any, hint: Any) -> Any:
    """A value as it is typed on the command line: one text for a list of names."""
    repeated = "list" in str(hint.__origin__)
    if isinstance(value, list) and not repeated:
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(value)
        return line.getvalue()
    return [value] if repeated and isinstance(value, str) else value


def write_config(file: Path, options: Any, values: Mapping[str, Any], leave_out: set[str]) -> None:
    """Write options as YAML, with absolute paths.

    Args:
        file: The file.
        options: A dataclass of options.
        values: Values that replace those of fields.
        leave_out: Fields to leave out.
    """
    import yaml

    from fashiongraph.files import atomic_write

    kept: dict[str, Any] = {}
    for name, key in option_keys(type(options)).items():
        if name not in leave_out:
            value = values.get(name, vars(options)[name])
            kept[key] = str(value.absolute()) if isinstance(value, Path) else value
    text = yaml.safe_dump(kept, sort_keys=False, allow_unicode=True)
    with atomic_write(file) as draft:
        draft.write_text(f"# Written by fashiongraph {__version__}.\n{text}", encoding="utf-8")
