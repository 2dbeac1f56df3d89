"""``fashiongraph score``."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from fashiongraph.cli.options import (
    DataOption,
    FeatureFiles,
    Json,
    Lenient,
    SetName,
    Unknown,
    console,
    print_json,
)
from fashiongraph.cli.wardrobes import open_wardrobe
from fashiongraph.files import whole


def score(
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
    unknown: Unknown = "error",
    form: SetName = "tables",
    lenient: Lenient = False,
    as_json: Json = False,
) -> None:
    """Rank outfits by the score of a trained model, best first."""
    from fashiongraph.datasets.tables.read_outfits import read_outfits
    from fashiongraph.evaluation import score_outfits
    from fashiongraph.models import OutfitModel

    model = OutfitModel.load(checkpoint)
    wardrobe = open_wardrobe(data, features, lenient, form)
    asked = read_outfits(outfits, wardrobe.items)
    value = score_outfits(model, asked, unknown=unknown)
    order = value.argsort(descending=True, stable=True).tolist()
    members = asked.item_id.split(asked.sizes.tolist())
    ranked = [
        {
            "rank": rank,
            "outfit_id": str(asked.ids[o]),
            "score": float(value[o]),
            "items": [str(i) for i in wardrobe.items.ids[members[o].numpy()]],
        }
        for rank, o in enumerate(order, start=1)
    ]
    if output is not None:
        with whole(output) as draft, draft.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["outfit_id", "score"])
            writer.writerows([row["outfit_id"], f"{row['score']:.6f}"] for row in ranked)
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
            f"{row['score']:.3f}",
            ", ".join(row["items"]),  # type: ignore[arg-type]  # a list of names
        )
    console.print(table)
