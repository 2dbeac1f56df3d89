"""``fashiongraph export``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fashiongraph.cli.command import CommandOptions
from fashiongraph.cli.models import load_model
from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import OUTPUT_PANEL, Modules, Overwrite
from fashiongraph.cli.output import check_output, print_json, print_line


@dataclass(frozen=True, kw_only=True)
class ExportOptions(CommandOptions):
    """Options of ``fashiongraph export``."""

    checkpoint: Annotated[Path, typer.Argument(help="Folder of a trained model.")]
    items: Annotated[int, typer.Option(min=2, help="Number of items of each outfit.")]
    modules: Modules = None
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="ONNX file to write.", rich_help_panel=OUTPUT_PANEL),
    ]
    overwrite: Overwrite = False


def export(options: ExportOptions) -> None:
    """Write a trained model as ONNX, for outfits of a fixed number of items.

    Example: [b]fashiongraph export runs/addgnn-plus/model --items 4 -o model.onnx[/]
    """
    check_output(options.output, options.overwrite)
    from fashiongraph.export import to_onnx

    model = load_model(options.checkpoint, options.modules)
    names = {"model": "CHECKPOINT", "num_items": "--items", "path": "--output"}
    with option_names(names):
        to_onnx(model, options.items, options.output)
    name = type(model).__name__
    if options.as_json:
        print_json({"output": str(options.output), "model": name, "items": options.items})
        return
    print_line(f"{name} for outfits of {options.items} items written to {options.output}")
