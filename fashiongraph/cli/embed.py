"""``fashiongraph embed``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fashiongraph.cli.item_column import ItemColumn
from fashiongraph.cli.item_pictures import is_pictures, item_pictures
from fashiongraph.cli.options import Json, SetName, console, listed, print_json
from fashiongraph.console import print_message
from fashiongraph.errors import FashionGraphError
from fashiongraph.files import atomic_write

if TYPE_CHECKING:
    import pandas as pd

    from fashiongraph.features import Features


def embed(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DATA",
            help="Folder of a data set; or a table of items with a column [b]image[/] of paths "
            "beside it; or a folder of pictures.",
        ),
    ],
    form: SetName = "tables",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="File to write; by default features_image.npy or features_text.npy beside the "
            "table.",
        ),
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
    text_column: Annotated[
        str | None,
        typer.Option(help="Embed this column of texts, such as title, instead of pictures."),
    ] = None,
    words: Annotated[
        str,
        typer.Option(
            "--text-encoder",
            help="[b]hashed-words[/] (no model), [b]all-MiniLM-L6-v2[/] (its weights come with the "
            "extra 'text'), or the folder or name of a sentence-transformers model.",
        ),
    ] = "hashed-words",
    download: Annotated[
        bool, typer.Option("--download", help="Allow weights to be downloaded.")
    ] = False,
    cache: Annotated[
        Path | None,
        typer.Option(
            help="Folder that keeps pictures' rows between runs; by default .features beside the "
            "table."
        ),
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(help="Pictures per pass; by default 8 on a CPU, 128 on a GPU.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            help="Processes that read pictures; by default 2, and with ray as many as it sees fit."
        ),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(
            help="What runs the picture encoder: [b]plain[/], in this process, or [b]ray[/], in "
            "many (extra 'ray')."
        ),
    ] = "plain",
    ray_address: Annotated[
        str | None,
        typer.Option(
            help="For ray: a cluster that reads the same paths, as host:6379; by default one of "
            "this machine."
        ),
    ] = None,
    skip_broken: Annotated[
        bool,
        typer.Option(
            "--skip-broken", help="Go on without broken or missing pictures; their rows are NaN."
        ),
    ] = False,
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Go on where rows of the table break a rule.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Turn the items' pictures (column [b]image[/]) or texts into rows of features.

    Rows follow the item table; those of a folder of pictures are listed in
    a .csv beside them. An interrupted run goes on where it stopped, since rows
    are kept by the pictures' content.
    """
    if engine not in ("plain", "ray"):
        raise FashionGraphError(f"'--engine' needs to be plain or ray (got {engine!r})")
    if ray_address is not None and engine == "plain":
        raise FashionGraphError("'--ray-address' needs '--engine ray'")
    from fashiongraph.datasets.io.feature_card import check_card_replaceable, write_feature_card

    folder = data.parent if data.is_file() else data
    if text_column is not None:
        if engine == "ray":
            raise FashionGraphError("'--engine ray' embeds pictures (got '--text-column')")
        target = output or folder / "features_text.npy"
        check_card_replaceable(target)  # before the work
        texts = ItemColumn.read(data, form, text_column, lenient)
        rows = _embed_texts(texts.values, words, download, target, not as_json)
        write_feature_card(target, texts.ids, words)
        _report(rows, target, as_json)
        return
    from fashiongraph.features import extract_features, image_encoder
    from fashiongraph.features.ray_extract import extract_features_with_ray

    target = output or folder / "features_image.npy"
    check_card_replaceable(target)
    names = item_pictures(data, form, lenient, skip_broken)
    network = image_encoder(encoder, weights, listed(layers) or None, download)
    extract = partial(extract_features, num_workers=2 if workers is None else workers)
    if engine == "ray":
        extract = partial(extract_features_with_ray, num_workers=workers, address=ray_address)
    rows = extract(
        [folder / name if name.strip() else "" for name in names.values],
        network,
        cache or folder / ".features",
        target,
        batch_size=batch_size,
        skip_broken=skip_broken,
        progress=not as_json,
    )
    write_feature_card(target, names.ids, network.name)
    if is_pictures(data, form):
        with atomic_write(target.with_suffix(".csv")) as draft:
            names.values.to_csv(draft, index=False)
    _report(rows, target, as_json, int(names.blank.sum()))


def _embed_texts(
    texts: pd.Series[str], name: str, download: bool, target: Path, progress: bool
) -> Features:
    from fashiongraph.features import SentenceEncoder, save_features, text_encoder

    encoder = text_encoder(name, download)
    if isinstance(encoder, SentenceEncoder):
        rows = encoder(texts, progress=progress)
    else:
        rows = encoder(texts)
    save_features(target, rows.array)
    return rows


def _report(rows: Features, target: Path, as_json: bool, blank: int = 0) -> None:
    from fashiongraph.features.gather import problem_lines

    shape, missing = list(rows.array.shape), int(rows.missing.sum())
    problems = {path: reason for path, reason in rows.problems.items() if path}
    if as_json:
        facts = {"output": str(target), "shape": shape, "missing": missing, "without": blank}
        print_json({**facts, "problems": problems})
        return
    if problems:
        print_message(f"{len(problems):,} pictures are skipped:")
    for line in problem_lines(problems):
        print_message(f"  {line}")
    if blank:
        print_message(f"{blank:,} {'item has' if blank == 1 else 'items have'} no picture")
    gaps = f", {missing:,} of them missing" if missing else ""
    text = f"{shape[0]:,} rows of {shape[1]:,} features written to {target}{gaps}"
    console.print(text, soft_wrap=True)
