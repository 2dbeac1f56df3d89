"""``fashiongraph export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fashiongraph.cli.options import Json, console, print_json


def export(
    checkpoint: Annotated[Path, typer.Argument(help="Folder of a trained ADD-GNN.")],
    items: Annotated[int, typer.Option(help="Number of items of each outfit, 2 or more.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="ONNX file to write.")],
    as_json: Json = False,
) -> None:
    """Write a trained model as ONNX, for outfits of a fixed number of items."""
    from fashiongraph.export import to_onnx
    from fashiongraph.models import OutfitModel

    model = OutfitModel.load(checkpoint)
    to_onnx(model, items, output)
    if as_json:
        print_json({"output": str(output), "model": type(model).__name__, "items": items})
        return
    console.print(
        f"{type(model).__name__} for outfits of {items} items written to {output}",
        soft_wrap=True,
    )
