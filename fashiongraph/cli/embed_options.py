"""Options of ``fashiongraph embed``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fashiongraph.cli.command import CommandOptions
from fashiongraph.cli.options import DATA_PANEL, OUTPUT_PANEL, Modules, Overwrite, Pictures, SetName
from fashiongraph.cli.ray_options import ENGINE_PANEL, EngineName, RayAddress

_PICTURES, _TABLE = "Pictures", "Texts and columns"


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
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="May be given several times. Of pictures: [b]efficientnet-lite0[/] to 2 (extra "
            "'efficientnet'), any classification network of torchvision, such as [b]resnet50[/], "
            "or [b]colours[/] (no weights). Of pictures and texts: [b]siglip2[/], clip, "
            "fashion-siglip, fashion-clip, dinov3 (extra 'clip'), or a folder or name of the "
            "Hugging Face hub. Of texts: [b]hashed-words[/] (no weights), "
            "[b]all-MiniLM-L6-v2[/] (extra 'text'), or a sentence-transformers model. Of further "
            "columns: [b]columns[/]. By default those that the data set has an input for.",
        ),
    ] = None
    like: Annotated[
        Path | None,
        typer.Option(
            metavar="MODEL",
            help="Folder of a trained model: run the encoders of its features, with their files' "
            "names and vocabularies.",
        ),
    ] = None
    modules: Modules = None
    weights: Annotated[
        str | None,
        typer.Option(
            help="For torchvision: name of published weights, such as IMAGENET1K_V2; a .pth or "
            ".safetensors file; or [b]none[/] for random weights. By default the best published "
            "ones.",
            rich_help_panel=_PICTURES,
        ),
    ] = None
    layers: Annotated[
        str,
        typer.Option(
            help="Layers to pool and join, such as layer3,avgpool.", rich_help_panel=_PICTURES
        ),
    ] = ""
    remove_background: Annotated[
        bool,
        typer.Option(
            "--remove-background",
            help="Make the plain background of product photographs white before encoding.",
            rich_help_panel=_PICTURES,
        ),
    ] = False
    pictures: Pictures = None
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
        str,
        typer.Option(help="Column that encoders of texts read.", rich_help_panel=_TABLE),
    ] = "title"
    columns: Annotated[
        str,
        typer.Option(
            help="Columns that the encoder of columns reads, such as colour,fabric; by default all "
            "with repeated texts or numbers.",
            rich_help_panel=_TABLE,
        ),
    ] = ""
    download: Annotated[
        bool, typer.Option("--download", help="Allow weights to be downloaded.")
    ] = False
    batch_size: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Pictures per pass; by default 8 on a CPU, 128 on a GPU.",
            rich_help_panel=ENGINE_PANEL,
        ),
    ] = None
    workers: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Threads that read and encode pictures, for a GPU processes that read them; by "
            "default 2. With ray, processes; by default as many as fit.",
            rich_help_panel=ENGINE_PANEL,
        ),
    ] = None
    engine: EngineName = "plain"
    ray_address: RayAddress = None
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="File to write, of a single encoder (by default the first that has an input); by "
            "default features_image.npy, features_text.npy, features_colours.npy or "
            "features_columns.npy beside the table.",
            rich_help_panel=OUTPUT_PANEL,
        ),
    ] = None
    overwrite: Overwrite = False

    @property
    def folder(self) -> Path:
        """The folder of the table or of the pictures."""
        return self.data.parent if self.data.is_file() else self.data
