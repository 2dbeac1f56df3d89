"""``fashiongraph split``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fashiongraph.cli.datasets import open_dataset
from fashiongraph.cli.options import (
    Data,
    Json,
    Lenient,
    Seed,
    SetName,
    console,
    print_json,
    rows_table,
)
from fashiongraph.cli.splits import SPLITS, write_splits
from fashiongraph.errors import FashionGraphError


def split(
    data: Data,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="CSV file to write: outfit_id, part.")
    ] = Path("split.csv"),
    ratios: Annotated[str, typer.Option(help="Relative sizes of train, valid and test.")] = "7:1:2",
    disjoint: Annotated[
        bool, typer.Option("--disjoint", help="Share no item between the parts.")
    ] = False,
    seed: Seed = 0,
    form: SetName = "tables",
    lenient: Lenient = False,
    as_json: Json = False,
) -> None:
    """Split outfits into training, validation and test, and audit what the parts share.

    Exact duplicates of an outfit are removed first. Prints how many those were, and how many
    outfits a disjoint split had to drop since their items lie in two parts.
    """
    from fashiongraph.data.audit import audit
    from fashiongraph.data.duplicates import without_duplicates

    try:
        train, valid, test = (float(part) for part in ratios.split(":"))
    except ValueError as error:
        raise FashionGraphError(
            f"'--ratios' needs three numbers such as 7:1:2 (got {ratios!r})"
        ) from error
    dataset = open_dataset(data, None, lenient, form)
    outfits = dataset.split((train, valid, test), seed, disjoint)
    parts = dict(zip(SPLITS, outfits, strict=True))
    write_splits(parts, output)
    report = audit(parts)
    sizes = {name: len(part) for name, part in parts.items()}
    duplicates = without_duplicates(dataset.outfits)[1]
    gone = {"duplicates": duplicates, "dropped": len(dataset) - duplicates - sum(sizes.values())}
    if as_json:
        facts = {"output": str(output), **sizes, **gone}
        print_json({**facts, "audit": report.to_dict(orient="records")})
        return
    console.print(", ".join(f"{name} {size:,}" for name, size in {**sizes, **gone}.items()))
    console.print(rows_table("What the parts share", report.to_dict(orient="records")))
    console.print(f"written to {output}", soft_wrap=True)
