"""``fashiongraph embed``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fashiongraph.cli.command import CommandOptions
from fashiongraph.cli.item_column import ItemColumn
from fashiongraph.cli.item_pictures import is_pictures, item_pictures
from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import DATA_PANEL, OUTPUT_PANEL, Overwrite, SetName, listed, refuse
from fashiongraph.cli.output import check_files, check_output, print_json, print_line
from fashiongraph.console import print_message
from fashiongraph.errors import FashionGraphError

if TYPE_CHECKING:
    from fashiongraph.features import Features

_PICTURES, _TEXTS, _RUN = "Pictures", "Texts", "Computation"
_PICTURE_OPTIONS = (
    *("encoder", "weights", "layers", "cache", "batch_size", "workers", "engine", "ray_address"),
    "skip_broken",
)


@dataclass(frozen=True, kw_only=True)
class EmbedOptions(CommandOptions):
    """Options of ``fashiongraph embed``."""

    data: Annotated[
        Path,
        typer.Argument(
            metavar="DATA",
            help="Folder of a data set; or a table of items with a column [b]image[/] of paths "
            "beside it; or a folder of pictures.",
        ),
    ]
    form: SetName = "tables"
    lenient: Annotated[
        bool,
        typer.Option(
            "--lenient",
            help="Continue where rows of the table break a rule.",
            rich_help_panel=DATA_PANEL,
        ),
    ] = False
    encoder: Annotated[
        str,
        typer.Option(
            help="[b]efficientnet-lite0[/] (its weights come with the extra 'efficientnet') or any "
            "classification network of torchvision, such as [b]resnet50[/].",
            rich_help_panel=_PICTURES,
        ),
    ] = "efficientnet-lite0"
    weights: Annotated[
        str | None,
        typer.Option(
            help="Name of torchvision's weights, such as IMAGENET1K_V2, or a .pth or .safetensors "
            "file.",
            rich_help_panel=_PICTURES,
        ),
    ] = None
    layers: Annotated[
        str,
        typer.Option(
            help="Layers to pool and join, such as layer3,avgpool.", rich_help_panel=_PICTURES
        ),
    ] = ""
    skip_broken: Annotated[
        bool,
        typer.Option(
            "--skip-broken",
            help="Continue without broken or missing pictures; their rows are NaN.",
            rich_help_panel=_PICTURES,
        ),
    ] = False
    cache: Annotated[
        Path | None,
        typer.Option(
            help="Folder that keeps pictures' rows between runs; by default .features beside the "
            "table.",
            rich_help_panel=_PICTURES,
        ),
    ] = None
    text_column: Annotated[
        str | None,
        typer.Option(
            help="Embed this column of texts, such as title, instead of pictures.",
            rich_help_panel=_TEXTS,
        ),
    ] = None
    text_encoder: Annotated[
        str,
        typer.Option(
            "--text-encoder",
            help="[b]hashed-words[/] (no model), [b]all-MiniLM-L6-v2[/] (its weights come with the "
            "extra 'text'), or the folder or name of a sentence-transformers model.",
            rich_help_panel=_TEXTS,
        ),
    ] = "hashed-words"
    download: Annotated[
        bool, typer.Option("--download", help="Allow weights to be downloaded.")
    ] = False
    batch_size: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Pictures per pass; by default 8 on a CPU, 128 on a GPU.",
            rich_help_panel=_RUN,
        ),
    ] = None
    workers: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Processes that read pictures; by default 2, and with ray as many as fit.",
            rich_help_panel=_RUN,
        ),
    ] = None
    engine: Annotated[
        str,
        typer.Option(
            help="Engine of the picture encoder: [b]plain[/], this process, or [b]ray[/], many "
            "(extra 'ray').",
            rich_help_panel=_RUN,
        ),
    ] = "plain"
    ray_address: Annotated[
        str | None,
        typer.Option(
            help="For ray: a cluster that reads the same paths, as host:6379; by default one of "
            "this machine.",
            rich_help_panel=_RUN,
        ),
    ] = None
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="File to write; by default features_image.npy or features_text.npy beside the "
            "table.",
            rich_help_panel=OUTPUT_PANEL,
        ),
    ] = None
    overwrite: Overwrite = False

    @property
    def folder(self) -> Path:
        """The folder of the table or of the pictures."""
        return self.data.parent if self.data.is_file() else self.data

    @property
    def target(self) -> Path:
        """The file of features to write."""
        kind = "image" if self.text_column is None else "text"
        return self.output or self.folder / f"features_{kind}.npy"


def embed(options: EmbedOptions) -> None:
    """Turn the items' pictures (column [b]image[/]) or texts into rows of features.

    Rows follow the item table; those of a folder of pictures are listed in a .csv beside them. An
    interrupted run continues where it stopped, since rows are kept by the pictures' content.

    Example: [b]fashiongraph embed my-data --encoder resnet50 --weights IMAGENET1K_V2
    --download[/]
    """
    _check(options)
    if options.text_column is None:
        _embed_pictures(options)
    else:
        _embed_texts(options, options.text_column)


def _check(options: EmbedOptions) -> None:
    """Check options, files and the output before the work."""
    if options.engine not in ("plain", "ray"):
        raise FashionGraphError(f"'--engine' needs to be plain or ray (got {options.engine!r})")
    if options.ray_address is not None and options.engine == "plain":
        raise FashionGraphError("'--ray-address' needs '--engine ray'")
    if options.text_column is None:
        refuse(options, ("text_encoder",), "pictures; --text-column names a column of texts")
    else:
        refuse(options, _PICTURE_OPTIONS, "--text-column")
    check_files(options.data)
    check_output(options.target, options.overwrite, [options.data])
    if options.text_column is None and is_pictures(options.data, options.form):
        check_output(options.target.with_suffix(".csv"), options.overwrite)
    from fashiongraph.datasets.io.feature_card import check_card_replaceable

    check_card_replaceable(options.target)


def _embed_texts(options: EmbedOptions, column: str) -> None:
    from fashiongraph.datasets.io.feature_card import features_with_card
    from fashiongraph.features import SentenceEncoder, save_features, text_encoder

    texts = ItemColumn.read(options.data, options.form, column, options.lenient)
    with option_names({"name": "--text-encoder", "model": "--text-encoder"}):
        encoder = text_encoder(options.text_encoder, options.download)
    if isinstance(encoder, SentenceEncoder):
        rows = encoder(texts.values, progress=options.progress)
    else:
        rows = encoder(texts.values)
    with features_with_card(options.target, texts.ids, options.text_encoder) as draft:
        save_features(draft, rows.array)
    _report(options, rows)


def _embed_pictures(options: EmbedOptions) -> None:
    from fashiongraph.datasets.io.feature_card import features_with_card
    from fashiongraph.features import extract_features, image_encoder
    from fashiongraph.features.ray_extract import extract_features_with_ray
    from fashiongraph.files import atomic_write

    paths = item_pictures(options.data, options.form, options.lenient, options.skip_broken)
    with option_names({"name": "--encoder", "weights": "--weights", "layers": "--layers"}):
        layers = listed(options.layers, "--layers") or None
        encoder = image_encoder(options.encoder, options.weights, layers, options.download)
    workers = options.workers
    extract = partial(extract_features, num_workers=2 if workers is None else workers)
    if options.engine == "ray":
        address = options.ray_address
        extract = partial(extract_features_with_ray, num_workers=workers, address=address)
    with features_with_card(options.target, paths.ids, encoder.name) as draft:
        rows = extract(
            [options.folder / path if path.strip() else "" for path in paths.values],
            encoder,
            options.cache or options.folder / ".features",
            draft,
            batch_size=options.batch_size,
            skip_broken=options.skip_broken,
            progress=options.progress,
        )
    if is_pictures(options.data, options.form):
        with atomic_write(options.target.with_suffix(".csv")) as draft:
            paths.values.to_csv(draft, index=False)
    _report(options, rows, int(paths.blank.sum()))


def _report(options: EmbedOptions, rows: Features, blank: int = 0) -> None:
    """Print the size of the features and the pictures that are missing."""
    from fashiongraph.features.gather import problem_lines

    target, shape, missing = options.target, list(rows.array.shape), int(rows.missing.sum())
    problems = {path: reason for path, reason in rows.problems.items() if path}
    if options.as_json:
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
    print_line(f"{shape[0]:,} rows of {shape[1]:,} features written to {target}{gaps}")
