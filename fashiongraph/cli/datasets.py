"""The data set that a command reads."""

from __future__ import annotations

import ast
import shlex
from collections.abc import Mapping, Sequence
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
    data: Path,
    features: list[str] | None,
    lenient: bool = False,
    form: str = "tables",
    model: OutfitModel | None = None,
) -> OutfitDataset:
    """Open a data set in the form that ``--set`` names.

    Args:
        data: Folder of the data set.
        features: Files of features, in its folder or else in the current one. By default those of
            the model; without a model all that ``fashiongraph embed`` wrote in the folder.
        lenient: Drop rows of tables that break a rule, and report them on standard error.
        form: ``"tables"``, or the name of a public data set and its arguments as ``name=value``.
        model: A trained model, whose features the data set needs.

    Raises:
        FashionGraphError: If the form is unknown, or does not take an argument, or the features are
            others than those of the model.
        DataError: If a file is missing, or the data break a rule.
    """
    from fashiongraph.datasets.outfit_tables import find_table

    name, arguments = _set_arguments(form)
    check_files(data)
    if name == "tables":
        check_files(*(data / find_table(data, table) for table in ("items", "outfits")))
    if features is None:
        files = _default_features(data, model)
    else:
        files = [feature_file(data, file) for file in features]
        check_files(*files)
    dataset = _opened(data, name, arguments, files, lenient)
    if model is not None:
        _check_features(model, dataset)
    return dataset


def _set_arguments(form: str) -> tuple[str, dict[str, Any]]:
    """The name of a data set and its arguments, from the value of ``--set``."""
    from fashiongraph.datasets import PUBLIC_SETS

    try:
        name, *words = shlex.split(form) or [""]
    except ValueError as error:  # a quotation without its end
        raise FashionGraphError(f"'--set' cannot be read: {error} (got {form!r})") from error
    if name not in PUBLIC_SETS and (name != "tables" or words):
        known = ", ".join(["tables", *PUBLIC_SETS])
        raise FashionGraphError(f"'--set' needs to be one of {known} (got {form!r})")
    return name, dict(_setting(word) for word in words)


def _opened(
    data: Path, name: str, arguments: Mapping[str, Any], files: Sequence[Path], lenient: bool
) -> OutfitDataset:
    from fashiongraph.datasets import PUBLIC_SETS, OutfitTables, attach_features

    if name == "tables":
        tables = OutfitTables(data, features=files, lenient=lenient)
        if lenient:
            show_report(f"Dropped {len(tables.report)} rows of {data}", tables.report)
        return tables
    if lenient:
        raise FashionGraphError(
            f"'--lenient' drops rows of one's own tables, and has no effect on '--set {name}'"
        )
    try:
        dataset = PUBLIC_SETS[name](data, **arguments)
    except TypeError as error:
        raise FashionGraphError(f"'--set {name}': {error}") from error
    return attach_features(dataset, files)


def _default_features(data: Path, model: OutfitModel | None) -> list[Path]:
    """Files with the features of a model, or without a model all files with a card.

    Raises:
        FashionGraphError: If a file of the model's is missing.
    """
    from fashiongraph.datasets.io.feature_card import carded_features, find_features

    if model is None or not model.feature_sources:
        return carded_features(data.absolute())
    return find_features(data, model.feature_sources)


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


def _check_features(model: OutfitModel, dataset: OutfitDataset) -> None:
    """Check that a data set has the features that a model reads.

    Raises:
        FashionGraphError: If it has none, or others.
    """
    if model.in_channels is not None and not dataset.num_features:
        raise FashionGraphError(
            f"{dataset.root}: {type(model).__name__} needs features; name a file with --features"
        )
    model.check_items(dataset.items, "--features")


def report_outfit_columns(dataset: OutfitDataset) -> None:
    """Report columns of outfits that weigh them in training, or are not used, on standard error.

    Args:
        dataset: The data set.
    """
    if dataset.weight_column is not None:
        print_message(f"outfits are weighted in training by their {dataset.weight_column}")
    if "user" in dataset.outfit_columns:
        count = dataset.outfit_columns["user"].nunique()
        print_message(f"the column 'user' of the outfits ({count:,} different) is not used")


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
