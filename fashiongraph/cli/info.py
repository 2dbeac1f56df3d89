"""``fashiongraph info``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from fashiongraph.cli.command import CommandOptions
from fashiongraph.cli.datasets import has_item_table, open_dataset, report_outfit_columns
from fashiongraph.cli.models import load_model
from fashiongraph.cli.options import (
    OUTPUT_PANEL,
    FeatureFiles,
    Lenient,
    Modules,
    Overwrite,
    SetName,
)
from fashiongraph.cli.output import check_files, check_output, console, print_json, rows_table
from fashiongraph.errors import FashionGraphError

if TYPE_CHECKING:
    from torch_geometric.data import Data

    from fashiongraph.data.feature_source import FeatureSource
    from fashiongraph.datasets.outfit_dataset import OutfitDataset


@dataclass(frozen=True, kw_only=True)
class InfoOptions(CommandOptions):
    """Options of ``fashiongraph info``."""

    path: Annotated[Path, typer.Argument(help="Folder of a data set or of a trained model.")]
    features: FeatureFiles = None
    form: SetName = "tables"
    lenient: Lenient = False
    modules: Modules = None
    graph: Annotated[
        Path | None,
        typer.Option(
            help="Picture of the category graph to write (.png, .svg or .pdf).",
            rich_help_panel=OUTPUT_PANEL,
        ),
    ] = None
    overwrite: Overwrite = False


def info(options: InfoOptions) -> None:
    """Describe a data set or a trained model.

    Example: [b]fashiongraph info my-data[/]
    """
    check_files(options.path)
    check_output(options.graph, options.overwrite)
    path = options.path
    is_dataset = options.form != "tables" or has_item_table(path)
    below = (path / "model" / "model.json").is_file()  # a folder of a training, with a model in it
    if (path / "model.json").is_file() or (below and not is_dataset):
        facts, categories, graph = _model_facts(options)
    else:
        facts, categories, graph = _dataset_facts(options)
    if options.graph is not None:
        from fashiongraph.data.category_graph_plot import draw_category_graph

        if graph is None:
            raise FashionGraphError(f"'--graph' needs a model with a category graph ({path})")
        draw_category_graph(graph, categories, options.graph)
    if options.as_json:
        print_json(facts)
        return
    table = Table(title=str(path), show_header=False)
    for name, value in facts.items():
        if not isinstance(value, list):
            table.add_row(name.replace("_", " "), _readable(value))
    console.print(table)
    for name, value in facts.items():
        if isinstance(value, list) and value:
            console.print(rows_table(name.replace("_", " "), value))


def _dataset_facts(options: InfoOptions) -> tuple[dict[str, Any], list[str], Data | None]:
    """Counts of a data set, its categories and, if it is drawn, its category graph."""
    dataset = open_dataset(options.path, options.features, options.lenient, options.form)
    report_outfit_columns(dataset)
    graph = None
    if options.graph is not None:
        from fashiongraph.data.category_graph import category_graph

        outfits = dataset.outfits
        graph = category_graph(outfits.category_id, outfits.batch, dataset.num_categories)
    facts = {**dataset.statistics(), **_item_facts(dataset)}
    return facts, dataset.categories, graph


def _item_facts(dataset: OutfitDataset) -> dict[str, Any]:
    """Categories, columns, pictures and feature files of the items."""
    items = dataset.items
    count = items.category_id[items.category_id >= 0].bincount(minlength=len(items.categories))
    order = count.argsort(descending=True, stable=True).tolist()
    names = items.categories
    facts: dict[str, Any] = {
        "items_by_category": [{"category": names[c], "items": int(count[c])} for c in order],
        "columns": [
            {"column": str(name), "values": int(values.count()), "distinct": int(values.nunique())}
            for name, values in items.columns.items()
        ],
        "feature_files": [_source_facts(source) for source in items.feature_sources],
    }
    if "image" in items.columns:
        named = items.columns["image"].dropna().astype(str)
        found = sum((dataset.root / name).is_file() for name in named)
        facts["pictures"] = {"found": found, "missing": len(items) - found}
    return facts


def _source_facts(source: FeatureSource) -> dict[str, Any]:
    encoder = source.encoder or "unknown"
    return {"file": source.file, "features": source.num_features, "encoder": encoder}


def _model_facts(options: InfoOptions) -> tuple[dict[str, Any], list[str], Data | None]:
    """Facts about a model, its categories and its category graph."""
    model = load_model(options.path, options.modules)
    facts = {
        "model": type(model).__name__,
        "config": model.config,
        "parameters": sum(p.numel() for p in model.parameters()),
        "categories": len(model.categories),
        "feature_files": [_source_facts(source) for source in model.feature_sources],
        "category_graph_edges": 0 if model.graph is None else model.graph.num_edges,
    }
    return facts, model.categories, model.graph


def _readable(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_readable(one)}" for name, one in value.items())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3f}"
