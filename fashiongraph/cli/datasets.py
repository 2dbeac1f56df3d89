"""Opening the data set that a command names."""

from __future__ import annotations

import ast
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fashiongraph.cli.options import rows_table
from fashiongraph.console import plain_console
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
        data: Folder of the set.
        features: Files of features, beside those that the set brings: in the folder of the set,
            or else where the command runs.
        lenient: Drop rows of one's own tables that break a rule, and report them on standard
            error.
        form: ``"tables"``, or the name of a public set and its settings as ``name=value``.

    Raises:
        FashionGraphError: If the form is unknown, or does not take a setting.
        DataError: If the data break a rule.
    """
    from fashiongraph.datasets import PUBLIC_SETS, OutfitTables, attach_features

    files = [_feature_file(data, name) for name in features or ()]
    try:
        name, *words = shlex.split(form) or [""]
    except ValueError as error:  # a quotation without its end
        raise FashionGraphError(f"'--set' cannot be read: {error} (got {form!r})") from error
    if name == "tables" and not words:
        tables = OutfitTables(data, features=files, lenient=lenient)
        if lenient:
            show_report(f"Dropped {len(tables.report)} rows of {data}", tables.report)
        return tables
    if name not in PUBLIC_SETS:
        known = ", ".join(["tables", *PUBLIC_SETS])
        raise FashionGraphError(f"'--set' needs to be one of {known} (got {form!r})")
    try:
        dataset = PUBLIC_SETS[name](data, **dict(_setting(word) for word in words))
    except TypeError as error:
        raise FashionGraphError(f"'--set' {form!r}: {error}") from error
    return attach_features(dataset, files)


def has_item_table(data: Path) -> bool:
    """Whether a folder holds a table of items, as one's own dataset does."""
    return any((data / f"items.{end}").exists() for end in ("csv", "parquet"))


def check_features(model: OutfitModel, dataset: OutfitDataset) -> None:
    """Refuse a data set without features for a model that reads them.

    Raises:
        FashionGraphError: If it is one.
    """
    if not dataset.num_features and hasattr(model, "in_channels"):
        name = type(model).__name__
        raise FashionGraphError(
            f"{dataset.root}: {name} needs features; name a file with --features"
        )


def show_report(title: str, report: pd.DataFrame) -> None:
    """Show on standard error the first rows that break a rule.

    Args:
        title: What became of them.
        report: ``file``, ``row`` and ``rule``, as :class:`~fashiongraph.datasets.OutfitTables`
            reports them.
    """
    if len(report):
        rows = report.head(20).to_dict(orient="records")
        plain_console(stderr=True).print(rows_table(f"{title}; the first of them", rows))


def _feature_file(data: Path, name: str) -> Path:
    outside = Path(name).expanduser().absolute()
    inside = data.expanduser().absolute() / Path(name).expanduser()
    return outside if outside.is_file() and not inside.is_file() else inside


def _setting(word: str) -> tuple[str, Any]:
    """A setting and its value: a number, :obj:`True` or :obj:`False` where it reads as one."""
    name, equals, text = word.partition("=")
    if not equals:
        raise FashionGraphError(f"'--set' needs settings as name=value (got {word!r})")
    try:
        return name, ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return name, text
