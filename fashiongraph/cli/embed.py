"""``fashiongraph embed``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from fashiongraph.cli.options import Data, Json, console, open_wardrobe, print_json
from fashiongraph.errors import FashionGraphError
from fashiongraph.features.encoders import image_encoder
from fashiongraph.features.extract import extract_features


def embed(
    data: Data,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write; DATA/features_image.npy by default."),
    ] = None,
    encoder: Annotated[
        str,
        typer.Option(
            help="[b]efficientnet-lite0[/] (its weights come with the extra 'efficientnet') or any "
            "classification network of torchvision, such as [b]resnet50[/]."
        ),
    ] = "efficientnet-lite0",
    weights: Annotated[
        str | None,
        typer.Option(help="A torchvision name such as IMAGENET1K_V2, or a local .pth/.safetensors"),
    ] = None,
    layers: Annotated[
        str, typer.Option(help="Layers to pool and join, such as layer3,avgpool.")
    ] = "",
    download: Annotated[
        bool, typer.Option("--download", help="Allow weights to be downloaded.")
    ] = False,
    cache: Annotated[
        Path | None,
        typer.Option(help="Folder that keeps rows between runs; DATA/.features by default."),
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(help="Pictures per pass; by default 8 on a CPU, 128 on a GPU.")
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes that read pictures.")] = 2,
    skip_broken: Annotated[
        bool,
        typer.Option("--skip-broken", help="Go on without broken pictures; their rows are NaN."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Turn the items' pictures (column [b]image[/] of the item table) into rows of features.

    An interrupted run goes on where it stopped: rows are kept by the pictures' content.
    """
    items = open_wardrobe(data, None).items
    if "image" not in items.columns:
        raise FashionGraphError(f"{data}: the item table needs a column 'image' to embed")
    names = items.columns["image"].fillna("").astype(str)
    if (names == "").any():
        lacking = items.ids[int((names == "").argmax())]
        raise FashionGraphError(f"{data}: every item needs an 'image' (item {lacking!r} has none)")
    network = image_encoder(encoder, weights, [x for x in layers.split(",") if x] or None, download)
    target = output or data / "features_image.npy"
    rows = extract_features(
        [data / name for name in names],
        network,
        cache or data / ".features",
        target,
        batch_size=batch_size,
        num_workers=workers,
        skip_broken=skip_broken,
        progress=not as_json,
    )
    shape = list(rows.array.shape)
    if as_json:
        print_json({"output": str(target), "shape": shape, "problems": rows.problems})
        return
    for path, problem in rows.problems.items():
        Console(stderr=True).print(f"skipped {path}: {problem}")
    console.print(f"{shape[0]:,} rows of {shape[1]:,} features written to {target}")
