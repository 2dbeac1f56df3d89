"""``fashiongraph index``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fashiongraph.cli.command import CommandOptions
from fashiongraph.cli.datasets import open_dataset
from fashiongraph.cli.models import load_model
from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import (
    MODEL_PANEL,
    OUTPUT_PANEL,
    Data,
    FeatureFiles,
    Lenient,
    Modules,
    Overwrite,
    SetName,
    refuse,
    stored_place,
)
from fashiongraph.cli.output import check_output, print_json, print_line
from fashiongraph.errors import FashionGraphError

if TYPE_CHECKING:
    from fashiongraph.data.item_table import ItemTable
    from fashiongraph.models import OutfitModel

_PURPOSES = ("retrieve", "complete")
_STORES = ("local", "milvus")


@dataclass(frozen=True, kw_only=True)
class IndexOptions(CommandOptions):
    """Options of ``fashiongraph index``."""

    data: Data
    features: FeatureFiles = None
    form: SetName = "tables"
    lenient: Lenient = False
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            help="Folder of a trained model with item vectors. By default the features are the "
            "vectors.",
            rich_help_panel=MODEL_PANEL,
        ),
    ] = None
    purpose: Annotated[
        str,
        typer.Option(
            "--for",
            help="Command that reads the output: [b]retrieve[/], or [b]complete[/] (its "
            "--states), which needs --checkpoint.",
        ),
    ] = "retrieve"
    store: Annotated[
        str,
        typer.Option(
            help="Where item vectors for [b]complete[/] are: [b]local[/], in a folder, or "
            "[b]milvus[/], in a file ….db (Milvus Lite) or a server by its URL."
        ),
    ] = "local"
    modules: Modules = None
    half: Annotated[
        bool, typer.Option("--half", help="Store vectors in half precision: half the space.")
    ] = False
    exact_below: Annotated[
        int,
        typer.Option(min=1, help="Number of items up to which a search compares with all of them."),
    ] = 100_000
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="PLACE",
            help="Folder to write; for [b]--store milvus[/] a file ….db or a URL, such as "
            "http://127.0.0.1:19530.",
            rich_help_panel=OUTPUT_PANEL,
        ),
    ]
    overwrite: Overwrite = False

    @property
    def place(self) -> Path | str:
        """The folder or file to write, or the URL."""
        return stored_place(self.output)


def index(options: IndexOptions) -> None:
    """Encode a catalogue once, for [b]retrieve[/] or [b]complete[/].

    Example: [b]fashiongraph index my-data --checkpoint runs/collocation/model -o
    index[/]
    """
    if options.purpose not in _PURPOSES:
        raise FashionGraphError(
            f"'--for' needs to be {' or '.join(_PURPOSES)} (got {options.purpose!r})"
        )
    if options.purpose == "complete":
        if options.checkpoint is None:
            raise FashionGraphError("'--for complete' needs '--checkpoint'")
        refuse(options, ("exact_below",), "--for complete")
    _check_store(options)
    write = _write_states if options.purpose == "complete" else _write_index
    if options.store == "milvus":
        write = _write_milvus
    with option_names({"model": "--checkpoint", "path": "--output"}):
        count, width = write(options)
    if options.as_json:
        facts = {"output": str(options.output), "for": options.purpose}
        print_json({**facts, "items": count, "dimensions": width})
        return
    print_line(
        f"{count:,} items with {width:,} numbers each written to {options.output}, for "
        f"'fashiongraph {options.purpose}'"
    )


def _check_store(options: IndexOptions) -> None:
    """Check that what is to be written fits the store and may be written."""
    from fashiongraph.retrieval.milvus_connection import is_milvus

    if options.store not in _STORES:
        raise FashionGraphError(
            f"'--store' needs to be {' or '.join(_STORES)} (got {options.store!r})"
        )
    if options.store == "local":
        if is_milvus(options.place):
            raise FashionGraphError(
                f"'--output' needs '--store milvus' for a database (got {options.output!r})"
            )
        inputs = [options.data, options.checkpoint]
        check_output(Path(options.place), options.overwrite, inputs, folder=True)
        return
    if options.purpose != "complete":
        raise FashionGraphError("'--store milvus' needs '--for complete'")
    refuse(options, ("half",), "--store milvus")
    if not is_milvus(options.place):
        raise FashionGraphError(
            "'--output' needs a file such as shop.db, or a URL such as http://127.0.0.1:19530, for "
            f"'--store milvus' (got {options.output!r})"
        )


def _open(options: IndexOptions) -> tuple[OutfitModel | None, ItemTable]:
    """The model, if one is given, and the items with the features that it reads."""
    model = None
    if options.checkpoint is not None:
        model = load_model(options.checkpoint, options.modules)
    dataset = open_dataset(options.data, options.features, options.lenient, options.form, model)
    if not dataset.num_features:
        raise FashionGraphError(
            f"{options.data}: an index needs features; name a file with --features"
        )
    return model, dataset.items


def _write_index(options: IndexOptions) -> tuple[int, int]:
    """Write an index of item vectors; return their number and size."""
    import torch

    from fashiongraph.evaluation import embed_items
    from fashiongraph.manifest import check_replaceable
    from fashiongraph.retrieval import ItemIndex
    from fashiongraph.retrieval.embedding_key import embedding_key
    from fashiongraph.retrieval.item_index import INDEX

    check_replaceable(Path(options.place), INDEX, "--output")
    model, items = _open(options)
    source = torch.nn.Identity() if model is None else model
    vectors, key = embed_items(source, items), embedding_key(source, items)
    found = ItemIndex.build(items, vectors, options.exact_below, half=options.half, key=key)
    found.save(options.place)
    return len(vectors), vectors.size(1)


def _write_states(options: IndexOptions) -> tuple[int, int]:
    """Write item vectors by category for completion; return their number and size."""
    import torch

    from fashiongraph.retrieval import LocalCatalogue

    model, items = _open(options)
    assert model is not None  # checked with the options
    dtype = torch.float16 if options.half else torch.float32
    states = LocalCatalogue.build(model, items, options.place, dtype)
    return len(states), states.values.size(1)


def _write_milvus(options: IndexOptions) -> tuple[int, int]:
    """Write item vectors to Milvus for completion; return their number and size."""
    from fashiongraph.retrieval import MilvusCatalogue

    model, items = _open(options)
    assert model is not None  # checked with the options
    states = MilvusCatalogue.build(model, items, str(options.place), options.overwrite)
    return len(states), states.size
