"""Options of ``fashiongraph evaluate``, and their checks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fashiongraph.cli.new_outfits import CHOICES, OutfitChoice
from fashiongraph.cli.options import (
    DATA_PANEL,
    OUTPUT_PANEL,
    Columns,
    ModelOptions,
    NumNegatives,
    Overwrite,
    Protocol,
    Seed,
    SplitFile,
    Unknown,
    check_protocol,
    listed,
    refuse,
)
from fashiongraph.cli.output import check_files, check_output
from fashiongraph.cli.ray_options import EngineName, RayAddress, check_engine
from fashiongraph.cli.splits import SPLITS
from fashiongraph.errors import FashionGraphError

_NOT_OFFICIAL = (
    *("task", "split_file", "outfits", "questions", "protocol", "num_negatives"),
    *("save_questions", "overwrite"),
)
TASKS = ("compatibility", "spoiler", "cir")


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(ModelOptions):
    """Options of ``fashiongraph evaluate``."""

    task: Annotated[
        str,
        typer.Option(
            help="[b]compatibility[/]: AUC and fill-in-the-blank accuracy. [b]spoiler[/]: how "
            "often the lowest item score is that of the negative. [b]cir[/]: complementary item "
            "retrieval, the recall of an item among 3,000 of its category and --columns.",
        ),
    ] = "compatibility"
    official: Annotated[
        bool,
        typer.Option(
            "--official",
            help="Evaluate on the questions that come with a public data set (--set): "
            "compatibility, fill-in-the-blank, and complementary item retrieval at its blanks.",
            rich_help_panel=DATA_PANEL,
        ),
    ] = False
    split: Annotated[
        str,
        typer.Option(
            help="Outfits to draw questions from: train, valid, test or all.",
            rich_help_panel=DATA_PANEL,
        ),
    ] = "test"
    split_file: SplitFile = None
    outfits: OutfitChoice = "all"
    questions: Annotated[
        list[Path] | None,
        typer.Option(
            help="Stored questions, in place of new ones; may be given twice.",
            rich_help_panel=DATA_PANEL,
        ),
    ] = None
    unknown: Unknown = "error"
    protocol: Protocol = None
    columns: Columns = ""
    num_negatives: NumNegatives = 0
    seed: Seed = 0
    save_questions: Annotated[
        Path | None,
        typer.Option(help="Folder to store the drawn questions in.", rich_help_panel=OUTPUT_PANEL),
    ] = None
    overwrite: Overwrite = False
    engine: EngineName = "plain"
    ray_address: RayAddress = None


def check_options(options: EvaluateOptions) -> None:
    """Check options that need no data.

    Raises:
        FashionGraphError: If one has an unknown value or no effect.
        DataError: If a file is missing, or exists and is not to be replaced.
    """
    for name, value, allowed in (
        ("--task", options.task, TASKS),
        ("--outfits", options.outfits, CHOICES),
    ):
        if value not in allowed:
            raise FashionGraphError(
                f"'{name}' needs to be one of {', '.join(allowed)} (got {value!r})"
            )
    if options.official:
        refuse(options, _NOT_OFFICIAL, "--official")
    if options.task != TASKS[0]:
        refuse(options, ("num_negatives",), f"--task {options.task}")
    if options.task == "cir":
        refuse(options, ("protocol",), "--task cir")
    if options.questions:
        refuse(options, ("split", "split_file", "outfits", "save_questions"), "--questions")
        if not options.num_negatives:
            refuse(options, ("protocol", "columns", "seed"), "--questions")
    if options.num_negatives and options.protocol is None:
        raise FashionGraphError("'--negatives' needs '--protocol', by which they are drawn")
    if options.split in ("all", SPLITS[0]):
        refuse(options, ("outfits",), f"--split {options.split}")
    if options.split == "all":
        refuse(options, ("split_file",), "--split all")
    check_engine(options)
    check_protocol(options, options.protocol, options.columns)
    check_files(*(options.questions or ()))
    if options.split_file != Path("official"):
        check_files(options.split_file)
    if options.save_questions is not None:
        for file in question_files(options):
            check_output(file, options.overwrite)


def question_files(options: EvaluateOptions) -> dict[Path, tuple[str, str]]:
    """Files of drawn questions, with their kind and protocol of negatives."""
    hard = ("matched",) if listed(options.columns, "--columns") else ()
    protocols = (options.protocol,) if options.protocol else ("uniform", "same_category", *hard)
    folder, seed = options.save_questions or Path(), options.seed
    if options.task == "cir":
        return {folder / f"cir_seed{seed}.npz": ("cir", "")}
    kinds = ("compatibility", "fitb") if options.task == TASKS[0] else (options.task,)
    return {
        folder / f"{kind}_{protocol}_seed{seed}.npz": (kind, protocol)
        for protocol in protocols
        for kind in kinds
    }
