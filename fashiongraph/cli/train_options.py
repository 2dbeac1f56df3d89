"""Options of ``fashiongraph train``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fashiongraph.cli.command import CommandOptions
from fashiongraph.cli.options import (
    MODEL_PANEL,
    OUTPUT_PANEL,
    Columns,
    Data,
    FeatureFiles,
    Lenient,
    Overwrite,
    Protocol,
    Resume,
    Seed,
    SetName,
    SplitFile,
)
from fashiongraph.cli.ray_options import EngineName, RayAddress

_TEACHER, _TRAINING, _HARDWARE = "Teacher", "Training", "Hardware"


@dataclass(frozen=True, kw_only=True)
class TrainOptions(CommandOptions):
    """Options of ``fashiongraph train``."""

    data: Data
    features: FeatureFiles = None
    form: SetName = "tables"
    lenient: Lenient = False
    split_file: SplitFile = None
    model: Annotated[
        str,
        typer.Option(
            help="[b]addgnn-plus[/], addgnn, siamese, type-aware, ngnn, bilstm, set-transformer, "
            "collocation or teacher; most also with -paper, as published; or "
            "[b]my_module:MyModel[/], a class of your own.",
            rich_help_panel=MODEL_PANEL,
        ),
    ] = "addgnn-plus"
    hidden: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Hidden channels; by default the model's.",
            rich_help_panel=MODEL_PANEL,
        ),
    ] = None
    attributes: Annotated[
        int | None,
        typer.Option(
            min=1, help="Number of attributes; by default 4.", rich_help_panel=MODEL_PANEL
        ),
    ] = None
    steps: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Steps of message passing; by default the model's.",
            rich_help_panel=MODEL_PANEL,
        ),
    ] = None
    ensemble_size: Annotated[
        int,
        typer.Option(
            min=1,
            help="Models that are trained side by side and score by their mean.",
            rich_help_panel=MODEL_PANEL,
        ),
    ] = 1
    groups: Annotated[
        str,
        typer.Option(
            help="Item column with broader categories, for the category graph.",
            rich_help_panel=MODEL_PANEL,
        ),
    ] = ""
    teacher: Annotated[
        Path | None,
        typer.Option(
            help="Folder of a teacher to learn from: a model of the same kind and sizes that was "
            "trained on designers' outfits; with '--distillation masks' one of '--model teacher'.",
            rich_help_panel=_TEACHER,
        ),
    ] = None
    distillation: Annotated[
        str | None,
        typer.Option(
            help="[b]weights-and-scores[/]: start from the weights of the teacher and match its "
            "scores. [b]masks[/]: match its attribute masks, as published; the default of "
            "addgnn-paper.",
            rich_help_panel=_TEACHER,
        ),
    ] = None
    top: Annotated[
        str,
        typer.Option(
            help="To train a teacher: values of --pair-column that are tops.",
            rich_help_panel=_TEACHER,
        ),
    ] = ""
    bottom: Annotated[
        str,
        typer.Option(
            help="To train a teacher: values of --pair-column that are bottoms.",
            rich_help_panel=_TEACHER,
        ),
    ] = ""
    pair_column: Annotated[
        str,
        typer.Option(
            help="To train a teacher: item column of tops and bottoms.", rich_help_panel=_TEACHER
        ),
    ] = "category"
    protocol: Protocol = None
    columns: Columns = ""
    epochs: Annotated[
        int, typer.Option(min=1, help="Number of epochs.", rich_help_panel=_TRAINING)
    ] = 20
    patience: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Stop after this many epochs without a better validation score.",
            rich_help_panel=_TRAINING,
        ),
    ] = None
    batch_size: Annotated[
        int | None,
        typer.Option(
            min=1, help="Outfits per batch; by default the model's.", rich_help_panel=_TRAINING
        ),
    ] = None
    learning_rate: Annotated[
        float | None,
        typer.Option(
            "--learning-rate",
            "--lr",
            help="Highest learning rate; by default the model's.",
            rich_help_panel=_TRAINING,
        ),
    ] = None
    seed: Seed = 0
    precision: Annotated[
        str,
        typer.Option(
            help="Lightning's precision, such as 32-true or bf16-mixed.", rich_help_panel=_HARDWARE
        ),
    ] = "32-true"
    accelerator: Annotated[
        str, typer.Option(help="Lightning's accelerator.", rich_help_panel=_HARDWARE)
    ] = "auto"
    devices: Annotated[
        str,
        typer.Option(
            help="Lightning's devices; with ray the number of processes on a machine.",
            rich_help_panel=_HARDWARE,
        ),
    ] = "1"
    num_nodes: Annotated[
        int, typer.Option(min=1, help="Number of machines.", rich_help_panel=_HARDWARE)
    ] = 1
    strategy: Annotated[
        str, typer.Option(help="Lightning's strategy, such as ddp.", rich_help_panel=_HARDWARE)
    ] = "auto"
    engine: EngineName = "plain"
    ray_address: RayAddress = None
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Folder for the model, checkpoints and logs; by default runs/MODEL.",
            rich_help_panel=OUTPUT_PANEL,
        ),
    ] = None
    resume: Resume = False
    overwrite: Overwrite = False
    logger: Annotated[
        str,
        typer.Option(
            help="Loggers: csv, tensorboard, wandb, mlflow, separated by commas, or none. The CSV "
            "log is always kept.",
            rich_help_panel=OUTPUT_PANEL,
        ),
    ] = "csv,tensorboard"

    @property
    def folder(self) -> Path:
        """The folder to write."""
        return self.output or Path("runs") / self.model.replace(":", "-")
