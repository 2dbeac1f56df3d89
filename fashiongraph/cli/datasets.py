"""The data set that a command reads."""

from __future__ import annotations

import ast
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fashiongraph.cli.output import check_files, rows_table
from fashiongraph.console import plain_console, print_message
from fashiongraph.errors import FashionGraphError

if TYPE_CHECKING:
    import pandas as pd

    from fashiongraph.datasets.outfit_dataset import OutfitDataset
    from fashiongraph.models import OutfitModel


def open_dataset(
    data: Path, features: list[str] | None, lenient: bool = False, form: str = "tables"
) -> OutfitDataset:
    """Open a data set in the form that ``--set`` names.

    Args:
        data: Folder of the data set.
        features: Files of features, besides those of the data set, in its folder or else in the
            current one.
        lenient: Drop rows of tables that break a rule, and report them on standard error.
        form: ``"tables"``, or the name of a public data set and its arguments as ``name=value``.

    Raises:
        FashionGraphError: If the form is unknown, or does not take an argument.
        DataError: If a file is missing, or the data break a rule.
    """
    from fashiongraph.datasets import PUBLIC_SETS, OutfitTables, attach_features

    try:
        name, *words = shlex.split(form) or [""]
    except ValueError as error:  # a quotation without its end
        raise FashionGraphError(f"'--set' cannot be read: {error} (got {form!r})") from error
    is_tables = name == "tables" and not words
    if not is_tables and name not in PUBLIC_SETS:
        known = ", ".join(["tables", *PUBLIC_SETS])
        raise FashionGraphError(f"'--set' needs to be one of {known} (got {form!r})")
    check_files(data)
    files = [feature_file(data, file) for file in features or ()]
    check_files(*files)
    if is_tables:
        tables = OutfitTables(data, features=files, lenient=lenient)
        if lenient:
            show_report(f"Dropped {len(tables.report)} rows of {data}", tables.report)
        return tables
    try:
        dataset = PUBLIC_SETS[name](data, **dict(_setting(word) for word in words))
    except TypeError as error:
        raise FashionGraphError(f"'--set' {form!r}: {error}") from error
    return attach_features(dataset, files)


def feature_file(data: Path, name: str) -> Path:
    """The path of a file of features: in the folder of the data set if it is there.

    Args:
        data: Folder of the data set.
        name: Value of ``--features``.
    """
    outside = Path(name).expanduser().absolute()
    inside = data.absolute() / Path(name).expanduser()
    return outside if outside.is_file() and not inside.is_file() else inside


def has_item_table(data: Path) -> bool:
    """Whether a folder holds a table of items."""
    return any((data / f"items.{end}").exists() for end in ("csv", "parquet"))


def check_features(model: OutfitModel, dataset: OutfitDataset) -> None:
    """Check that a data set has the features that a model reads.

    Raises:
        FashionGraphError: If it has none, or of another size.
    """
    if model.in_channels in (None, dataset.num_features):
        return
    name = type(model).__name__
    if not dataset.num_features:
        raise FashionGraphError(
            f"{dataset.root}: {name} needs features; name a file with --features"
        )
    raise FashionGraphError(
        f"'--features' needs the {model.in_channels} features that {name} reads "
        f"(got {dataset.num_features})"
    )


def show_report(title: str, report: pd.DataFrame) -> None:
    """Show the first rows that break a rule on standard error.

    Args:
        title: Title of the table.
        report: ``file``, ``row`` and ``rule``, from :class:`~fashiongraph.datasets.OutfitTables`.
    """
    if len(report):
        console = plain_console(stderr=True)
        with console.capture() as captured:
            rows = report.head(20).to_dict(orient="records")
            console.print(rows_table(f"{title}; the first of them", rows))
        print_message(captured.get().rstrip("\n"))


def _setting(word: str) -> tuple[str, Any]:
    """An argument and its value: a number, :obj:`True` or :obj:`False` where it reads as one."""
    name, equals, text = word.partition("=")
    if not equals:
        raise FashionGraphError(f"'--set' needs arguments as name=value (got {word!r})")
    try:
        return name, ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return name, text
