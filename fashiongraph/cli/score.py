"""``fashiongraph score``."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from fashiongraph.cli.datasets import check_features, open_dataset
from fashiongraph.cli.negatives import Strangers, scored
from fashiongraph.cli.options import (
    SCORED_AT_ONCE,
    Columns,
    DataOption,
    FeatureFiles,
    Json,
    Lenient,
    Protocol,
    Seed,
    SetName,
    Unknown,
    console,
    print_json,
    refuse,
    refuse_columns,
)
from fashiongraph.files import atomic_write


def score(
    context: typer.Context,
    checkpoint: Annotated[Path, typer.Argument(help="Folder of a trained model.")],
    outfits: Annotated[
        Path, typer.Argument(help="CSV or Parquet of outfits to rank: outfit_id, item_id.")
    ],
    data: DataOption,
    features: FeatureFiles = None,
    top: Annotated[int, typer.Option(min=0, help="How many outfits to print; 0 for all.")] = 20,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="CSV file to write all scores to.")
    ] = None,
    strangers: Strangers = 0,
    protocol: Protocol = "uniform",
    columns: Columns = "",
    seed: Seed = 0,
    unknown: Unknown = "error",
    form: SetName = "tables",
    lenient: Lenient = False,
    as_json: Json = False,
) -> None:
    """Rank outfits by the score of a trained model, best first.

    Outfits of one item, which have no score, come last.
    """
    from fashiongraph.datasets.io.read_outfits import read_outfits
    from fashiongraph.models import OutfitModel

    if not strangers:
        refuse(context, ("protocol", "columns", "seed"), "--negatives 0")
    elif columns:
        refuse_columns(context, protocol)
    model = OutfitModel.load(checkpoint)
    dataset = open_dataset(data, features, lenient, form)
    check_features(model, dataset)
    asked = read_outfits(outfits, dataset.items)
    how = scored(strangers, dataset.outfits, protocol, columns, seed)
    value = how(model, asked, batch_size=SCORED_AT_ONCE, unknown=unknown)
    # The 0 of an outfit of one item, which has nothing to go with, would rank among real scores.
    paired = asked.sizes > 1
    order = value.where(paired, -math.inf).argsort(descending=True, stable=True).tolist()
    members = asked.item_id.split(asked.sizes.tolist())
    ranked: list[dict[str, Any]] = [
        {
            "rank": rank,
            "outfit_id": str(asked.ids[o]),
            "score": float(value[o]) if paired[o] else None,
            "items": [str(i) for i in dataset.items.ids[members[o].numpy()]],
        }
        for rank, o in enumerate(order, start=1)
    ]
    if output is not None:
        with atomic_write(output) as draft, draft.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["outfit_id", "score"])
            writer.writerows([row["outfit_id"], _digits(row["score"], 6, "")] for row in ranked)
    shown = ranked[: top or None]
    if as_json:
        print_json(shown)
        return
    table = Table(title=f"{len(ranked):,} outfits by {type(model).__name__}")
    for column, justify in (("rank", "right"), ("outfit", "left"), ("score", "right")):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]  # left or right
    table.add_column("items")
    for row in shown:
        table.add_row(
            str(row["rank"]),
            str(row["outfit_id"]),
            _digits(row["score"], 3, "–"),
            ", ".join(row["items"]),
        )
    console.print(table)


def _digits(score: float | None, digits: int, absent: str) -> str:
    return absent if score is None else f"{score:.{digits}f}"
