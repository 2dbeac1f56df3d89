"""``fashiongraph index``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fashiongraph.cli.datasets import open_dataset
from fashiongraph.cli.options import Data, FeatureFiles, Json, Lenient, SetName, console, print_json
from fashiongraph.errors import FashionGraphError
from fashiongraph.files import check_replaceable


def index(
    data: Data,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write.")],
    features: FeatureFiles = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            help="Folder of a trained model: one that embeds gives the vectors, and an ADD-GNN "
            "gives states for [b]fashiongraph complete --states[/]. By default the vectors are "
            "the features."
        ),
    ] = None,
    half: Annotated[
        bool, typer.Option("--half", help="Keep vectors in half precision: half the space.")
    ] = False,
    exact_below: Annotated[
        int,
        typer.Option(min=1, help="Number of items up to which every search looks at all of them."),
    ] = 100_000,
    form: SetName = "tables",
    lenient: Lenient = False,
    as_json: Json = False,
) -> None:
    """Encode a catalogue once, for [b]retrieve[/] and [b]complete[/]."""
    import torch

    from fashiongraph.cli.embedders import opened
    from fashiongraph.evaluation import embed_items
    from fashiongraph.models import ADDGNN
    from fashiongraph.retrieval import CatalogueStates, ItemIndex
    from fashiongraph.retrieval.embedding_key import embedding_key
    from fashiongraph.retrieval.item_index import INDEX_CARD

    dataset = open_dataset(data, features, lenient, form)
    items = dataset.items
    if not dataset.num_features:
        raise FashionGraphError(f"{data}: an index needs features; name a file with --features")
    model = opened(checkpoint)
    if isinstance(model, ADDGNN):
        dtype = torch.float16 if half else torch.float32
        states = CatalogueStates.build(model, items, output, dtype)
        kind, count, width = "states", len(states), states.values.size(1)
    else:
        check_replaceable(output, INDEX_CARD)
        vectors, key = embed_items(model, items), embedding_key(model, items)
        ItemIndex.build(items, vectors, exact_below, half=half, key=key).save(output)
        kind, count, width = "index", len(vectors), vectors.size(1)
    if as_json:
        print_json({"output": str(output), "kind": kind, "items": count, "dimensions": width})
        return
    console.print(
        f"{kind} of {count:,} items with {width:,} numbers each written to {output}",
        soft_wrap=True,
    )
