"""``fashiongraph info``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from fashiongraph.cli.datasets import has_item_table, open_dataset
from fashiongraph.cli.options import (
    FeatureFiles,
    Json,
    Lenient,
    SetName,
    console,
    print_json,
    rows_table,
)
from fashiongraph.errors import FashionGraphError


def info(
    path: Annotated[Path, typer.Argument(help="Folder of a data set or of a checkpoint.")],
    features: FeatureFiles = None,
    graph: Annotated[
        Path | None,
        typer.Option(help="Draw the category graph to this picture file (.png, .svg or .pdf)."),
    ] = None,
    form: SetName = "tables",
    lenient: Lenient = False,
    as_json: Json = False,
) -> None:
    """Describe a data set or a trained checkpoint."""
    from fashiongraph.data.category_graph import category_graph
    from fashiongraph.data.category_graph_plot import draw_category_graph

    is_wardrobe = form != "tables" or has_item_table(path)
    below = (path / "model" / "model.json").is_file()  # a training's folder: there is one to name
    if (path / "model.json").is_file() or (below and not is_wardrobe):
        facts, categories, drawn = _checkpoint(path)
    else:
        dataset = open_dataset(path, features, lenient, form)
        facts, categories = dataset.statistics(), dataset.categories
        outfits, drawn = dataset.outfits, None
        if graph is not None:
            drawn = category_graph(outfits.category_id, outfits.batch, dataset.num_categories)
    if graph is not None:
        if drawn is None:
            raise FashionGraphError(f"'--graph' needs a model with a category graph ({path})")
        draw_category_graph(drawn, categories, graph)
    if as_json:
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


def _checkpoint(path: Path) -> tuple[dict[str, Any], list[str], Any]:
    from fashiongraph.models import OutfitModel

    model = OutfitModel.load(path)
    facts = {
        "model": type(model).__name__,
        "settings": model.settings,
        "parameters": sum(p.numel() for p in model.parameters()),
        "categories": len(model.categories),
        "category_graph_edges": 0 if model.graph is None else model.graph.num_edges,
    }
    return facts, model.categories, model.graph


def _readable(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_readable(part)}" for name, part in value.items())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3f}"
