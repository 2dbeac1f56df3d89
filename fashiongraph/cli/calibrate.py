"""``fashiongraph calibrate``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fashiongraph.cli.command import CommandOptions
from fashiongraph.cli.datasets import open_dataset
from fashiongraph.cli.models import load_model
from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import (
    DATA_PANEL,
    Columns,
    DataOption,
    FeatureFiles,
    Lenient,
    Modules,
    Protocol,
    Seed,
    SetName,
    SplitFile,
    Unknown,
    check_protocol,
    listed,
    refuse,
)
from fashiongraph.cli.output import check_files, print_json, print_line
from fashiongraph.cli.splits import splits_with


@dataclass(frozen=True, kw_only=True)
class CalibrateOptions(CommandOptions):
    """Options of ``fashiongraph calibrate``."""

    checkpoint: Annotated[Path, typer.Argument(help="Folder of a trained model, which is updated.")]
    data: DataOption
    features: FeatureFiles = None
    form: SetName = "tables"
    lenient: Lenient = False
    split: Annotated[
        str,
        typer.Option(
            help="Outfits to calibrate on: valid, test or all. They are not to be those of the "
            "training.",
            rich_help_panel=DATA_PANEL,
        ),
    ] = "valid"
    split_file: SplitFile = None
    modules: Modules = None
    unknown: Unknown = "error"
    protocol: Protocol = "same_category"
    columns: Columns = ""
    seed: Seed = 0


def calibrate(options: CalibrateOptions) -> None:
    """Fit the map from raw scores to scores from 0 to 100, and store it with the model.

    A score is the probability, in percent, that an outfit is a real one and not one in which a
    negative of the protocol replaces an item. [b]train[/] does this on validation outfits; other
    data or another protocol need another fit.

    Example: [b]fashiongraph calibrate runs/addgnn-plus/model --data new-season --split all[/]
    """
    from fashiongraph.evaluation import Calibration

    check_protocol(options, options.protocol, options.columns)
    if options.split == "all":
        refuse(options, ("split_file",), "--split all")
    if options.split_file != Path("official"):
        check_files(options.split_file)
    model = load_model(options.checkpoint, options.modules)
    dataset = open_dataset(options.data, options.features, options.lenient, options.form, model)
    if options.split == "all":
        outfits = dataset.outfits
    else:
        splits = splits_with(
            dataset, options.checkpoint, options.split_file, options.seed, options.split
        )
        outfits = splits[options.split]
    names = {"outfits": "--split", "columns": "--columns", "unknown": "--unknown"}
    with option_names(names):
        found = Calibration.fit(
            model,
            outfits,
            options.protocol or "same_category",
            listed(options.columns, "--columns"),
            options.seed,
            options.unknown,
        )
    model.calibration = found.to_dict()
    model.save(options.checkpoint)
    if options.as_json:
        facts = found.to_dict()
        print_json({name: facts[name] for name in facts if name != "quantiles"})
        return
    print_line(
        f"calibrated on {found.num_outfits:,} outfits against {found.protocol} negatives: expected "
        f"calibration error {found.ece:.3f}, Brier score {found.brier:.3f}; stored in "
        f"{options.checkpoint}"
    )
