"""Options of ``fashiongraph finetune``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fashiongraph.cli.command import CommandOptions
from fashiongraph.cli.options import (
    OUTPUT_PANEL,
    Columns,
    Data,
    Lenient,
    Overwrite,
    Pictures,
    Protocol,
    Resume,
    Seed,
    SetName,
    SplitFile,
)

_ENCODER, _TRAINING = "Encoder", "Training"


@dataclass(frozen=True, kw_only=True)
class FinetuneOptions(CommandOptions):
    """Options of ``fashiongraph finetune``."""

    data: Data
    form: SetName = "tables"
    lenient: Lenient = False
    pictures: Pictures = None
    split_file: SplitFile = None
    encoder: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Of pictures: [b]efficientnet-lite0[/] to 2, a network of torchvision, or the "
            "pictures' side of siglip2, clip or their kin. Of texts: [b]all-MiniLM-L6-v2[/] or "
            "another sentence-transformers model.",
            rich_help_panel=_ENCODER,
        ),
    ] = "efficientnet-lite0"
    size: Annotated[
        int,
        typer.Option(
            min=16, help="Side of the square pictures, in pixels.", rich_help_panel=_ENCODER
        ),
    ] = 128
    freeze: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=0.99,
            help="Share of the weights, from the first layer on, that stay as they are.",
            rich_help_panel=_ENCODER,
        ),
    ] = 0.0
    weights: Annotated[
        str,
        typer.Option(
            help="For torchvision: initial weights, as for [b]fashiongraph embed[/].",
            rich_help_panel=_ENCODER,
        ),
    ] = "DEFAULT"
    layers: Annotated[
        str,
        typer.Option(
            help="For torchvision: layers to pool, such as layer3,avgpool.",
            rich_help_panel=_ENCODER,
        ),
    ] = ""
    text_column: Annotated[
        str,
        typer.Option(help="Column that an encoder of texts reads.", rich_help_panel=_ENCODER),
    ] = "title"
    recompute: Annotated[
        bool,
        typer.Option(
            "--recompute",
            help="Recompute intermediate values in the backward pass: less memory, a third more "
            "time.",
            rich_help_panel=_TRAINING,
        ),
    ] = False
    skip_broken: Annotated[
        bool,
        typer.Option(
            "--skip-broken",
            help="Leave out outfits with a missing or broken picture.",
            rich_help_panel=_TRAINING,
        ),
    ] = False
    workers: Annotated[
        int,
        typer.Option(min=0, help="Processes that read pictures.", rich_help_panel=_TRAINING),
    ] = 2
    epochs: Annotated[
        int,
        typer.Option(
            min=1,
            help="Number of epochs. Further ones help the encoder alone; models on top of it "
            "gain most from the first.",
            rich_help_panel=_TRAINING,
        ),
    ] = 1
    batch_size: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Outfits per step; by default 16 with pictures, 128 with texts.",
            rich_help_panel=_TRAINING,
        ),
    ] = None
    learning_rate: Annotated[
        float | None,
        typer.Option(
            "--learning-rate",
            "--lr",
            help="Highest learning rate; by default 2e-4 with pictures, 1e-4 with texts.",
            rich_help_panel=_TRAINING,
        ),
    ] = None
    protocol: Protocol = None
    columns: Columns = ""
    seed: Seed = 0
    precision: Annotated[
        str,
        typer.Option(
            help="Lightning's precision, such as 32-true or bf16-mixed.", rich_help_panel=_TRAINING
        ),
    ] = "32-true"
    accelerator: Annotated[
        str, typer.Option(help="Lightning's accelerator.", rich_help_panel=_TRAINING)
    ] = "auto"
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Folder for the encoder, checkpoints and logs; by default runs/ENCODER-tuned.",
            rich_help_panel=OUTPUT_PANEL,
        ),
    ] = None
    resume: Resume = False
    overwrite: Overwrite = False

    @property
    def folder(self) -> Path:
        """The folder to write."""
        return self.output or Path("runs") / f"{Path(self.encoder).name}-tuned"
