"""``fashiongraph score``."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from fashiongraph.cli.command import CommandOptions
from fashiongraph.cli.datasets import open_dataset
from fashiongraph.cli.models import load_model
from fashiongraph.cli.negatives import outfit_scorer
from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import (
    MODEL_PANEL,
    OUTPUT_PANEL,
    SCORED_AT_ONCE,
    Columns,
    DataOption,
    FeatureFiles,
    Lenient,
    Modules,
    NumNegatives,
    Overwrite,
    Protocol,
    Seed,
    SetName,
    Unknown,
    check_protocol,
    refuse,
)
from fashiongraph.cli.output import check_files, check_output, console, print_json
from fashiongraph.cli.ray_options import EngineName, RayAddress, check_engine, scoring_engine
from fashiongraph.console import inert_cell, print_message

if TYPE_CHECKING:
    from torch import Tensor

    from fashiongraph.data.outfits import Outfits
    from fashiongraph.models import OutfitModel


@dataclass(frozen=True, kw_only=True)
class ScoreOptions(CommandOptions):
    """Options of ``fashiongraph score``."""

    checkpoint: Annotated[Path, typer.Argument(help="Folder of a trained model.")]
    outfits: Annotated[
        Path, typer.Argument(help="CSV or Parquet of outfits to rank: outfit_id, item_id.")
    ]
    data: DataOption
    features: FeatureFiles = None
    form: SetName = "tables"
    lenient: Lenient = False
    modules: Modules = None
    unknown: Unknown = "error"
    leave_out: Annotated[
        bool,
        typer.Option(
            "--leave-out",
            help="Score outfits of the training without their own co-occurrence of items.",
            rich_help_panel=MODEL_PANEL,
        ),
    ] = False
    num_negatives: NumNegatives = 0
    protocol: Protocol = None
    columns: Columns = ""
    seed: Seed = 0
    engine: EngineName = "plain"
    ray_address: RayAddress = None
    top: Annotated[
        int,
        typer.Option(
            min=0, help="Number of outfits to print; 0 for all.", rich_help_panel=OUTPUT_PANEL
        ),
    ] = 20
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="CSV file to write all scores to.",
            rich_help_panel=OUTPUT_PANEL,
        ),
    ] = None
    overwrite: Overwrite = False


def score(options: ScoreOptions) -> None:
    """Rank outfits by the score of a trained model, best first.

    Scores are from 0 to 100: the probability that an outfit is a real one, and not one with a
    negative in it (see [b]calibrate[/]). Outfits of the training are marked. Outfits of one item,
    which have no score, come last.

    Example: [b]fashiongraph score runs/addgnn-plus/model outfits.csv --data my-data[/]
    """
    if not options.num_negatives:
        refuse(options, ("protocol", "columns", "seed"), "--negatives 0")
    else:
        refuse(options, ("leave_out",), f"--negatives {options.num_negatives}")
    check_engine(options)
    protocol = options.protocol or "uniform"
    check_protocol(options, protocol, options.columns)
    check_files(options.outfits)
    check_output(options.output, options.overwrite, [options.outfits])
    from fashiongraph.datasets.io.read_outfits import read_outfits

    model = load_model(options.checkpoint, options.modules)
    dataset = open_dataset(options.data, options.features, options.lenient, options.form, model)
    outfits = read_outfits(options.outfits, dataset.items)
    scorer = outfit_scorer(
        options.num_negatives, dataset.outfits, protocol, options.columns, options.seed
    )
    if options.leave_out:
        from fashiongraph.evaluation import score_left_out
        from fashiongraph.stylist.score import left_out_sentence

        scorer = score_left_out
        print_message(left_out_sentence(model))
    with option_names({"unknown": "--unknown"}), scoring_engine(options) as engine:
        value = scorer(
            model, outfits, batch_size=SCORED_AT_ONCE, unknown=options.unknown, engine=engine
        )
    # The 0 of an outfit of one item, which has no pair, would rank between real scores.
    paired = outfits.sizes > 1
    order = value.where(paired, -math.inf).argsort(descending=True, stable=True).tolist()
    rows = outfits.item_id.split(outfits.sizes.tolist())
    further = [] if options.num_negatives else _calibrated(model, outfits, value)
    ranked = [
        {
            "rank": rank,
            "outfit_id": str(outfits.ids[o]),
            "score": float(value[o]) if paired[o] else None,
            **{name: of_outfit[o] if paired[o] else None for name, of_outfit in further},
            "items": [str(i) for i in dataset.items.ids[rows[o].numpy()]],
        }
        for rank, o in enumerate(order, start=1)
    ]
    if options.output is not None:
        _write(ranked, options.output)
    shown = ranked[: options.top or None]
    if options.as_json:
        print_json(shown)
    else:
        console.print(_table(f"{len(ranked):,} outfits by {type(model).__name__}", shown))


def _calibrated(
    model: OutfitModel, outfits: Outfits, raw: Tensor
) -> list[tuple[str, list[float] | list[bool]]]:
    """Calibrated scores in place of raw ones, the percentile, and which outfits were trained on."""
    if model.calibration is None:
        print_message(
            "the model has no calibration: scores are raw; 'fashiongraph calibrate' makes them "
            "probabilities"
        )
        return []
    from fashiongraph.evaluation import Calibration
    from fashiongraph.stylist.score import score_table

    table = score_table(model, Calibration(**model.calibration), outfits, raw)
    return [(str(name), values.tolist()) for name, values in table.items()]


def _write(ranked: list[dict[str, Any]], path: Path) -> None:
    from fashiongraph.files import atomic_write

    with atomic_write(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        further = [name for name in ("raw", "percentile", "in_training") if name in ranked[0]]
        writer.writerow(["outfit_id", "score", *further])
        writer.writerows(
            [
                inert_cell(row["outfit_id"]),
                *(_digits(row[name], 6, "") for name in ("score", *further)),
            ]
            for row in ranked
        )


def _table(title: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(title=title)
    table.add_column("rank", justify="right")
    table.add_column("outfit")
    table.add_column("score", justify="right")
    calibrated = "percentile" in rows[0] if rows else False
    if calibrated:
        table.add_column("percentile", justify="right")
    table.add_column("items")
    for row in rows:
        digits = 0 if calibrated else 3
        cells = [_digits(row["score"], digits, "–")]
        if calibrated:
            cells.append(_digits(row["percentile"], 0, "–"))
        seen = " (in training)" if row.get("in_training") else ""
        table.add_row(str(row["rank"]), row["outfit_id"] + seen, *cells, ", ".join(row["items"]))
    return table


def _digits(score: float | bool | None, digits: int, absent: str) -> str:
    if isinstance(score, bool):
        return "yes" if score else "no"
    return absent if score is None else f"{score:.{digits}f}"
