"""``fashiongraph evaluate``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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
    SplitFile,
    Unknown,
    console,
    listed,
    print_json,
    refuse,
    refuse_columns,
)
from fashiongraph.cli.splits import splits_of, training_splits
from fashiongraph.errors import DataError, FashionGraphError

if TYPE_CHECKING:
    from fashiongraph.data.questions.compatibility import Compatibility
    from fashiongraph.data.questions.fill_in_blank import FillInBlank


def evaluate(
    context: typer.Context,
    checkpoint: Annotated[Path, typer.Argument(help="Folder of a trained model.")],
    data: DataOption,
    features: FeatureFiles = None,
    protocol: Protocol = "uniform",
    columns: Columns = "",
    questions: Annotated[
        list[Path] | None,
        typer.Option(help="Stored questions to ask instead of drawing some; may be given twice."),
    ] = None,
    part: Annotated[
        str, typer.Option(help="Outfits to ask about: train, valid, test or all.")
    ] = "test",
    split: SplitFile = None,
    save_questions: Annotated[
        Path | None, typer.Option(help="Folder to store the drawn questions in.")
    ] = None,
    strangers: Strangers = 0,
    unknown: Unknown = "error",
    seed: Seed = 0,
    form: SetName = "tables",
    lenient: Lenient = False,
    as_json: Json = False,
) -> None:
    """Ask a trained model compatibility questions and fill-in-the-blank questions.

    The data may be a set that the model was not trained on, as long as its features come from the
    same encoder. Prints the area under the ROC curve and the accuracy with 95 % intervals.
    """
    from fashiongraph.data.questions.load import load_questions
    from fashiongraph.evaluation import evaluate_questions
    from fashiongraph.evaluation.draw_questions import draw_questions
    from fashiongraph.models import OutfitModel

    if questions:
        no_say = ("part", "split", "save_questions")
        refuse(context, no_say, "--questions")
        if not strangers:
            refuse(context, ("protocol", "columns", "seed"), "--questions")
    if columns:
        refuse_columns(context, protocol)
    if part == "all":
        refuse(context, ("split",), "--part all")
    model = OutfitModel.load(checkpoint)
    dataset = open_dataset(data, features, lenient, form)
    check_features(model, dataset)
    outfits = known = dataset.outfits
    if part != "all" and (strangers or not questions):
        if split is None:
            parts = training_splits(checkpoint, dataset, seed)
        else:
            parts = splits_of(dataset, split, seed)
        if part not in parts:
            raise FashionGraphError(
                f"'--part' needs to be {', '.join(parts)} or all (got {part!r})"
            )
        outfits, known = parts[part], parts["train"]
    if questions:
        asked = [load_questions(file, dataset.items) for file in questions]
    else:
        asked = [
            draw_questions(outfits, kind, protocol, listed(columns), seed=seed)
            for kind in ("compatibility", "fitb")
        ]
    if save_questions is not None:
        _save(asked, [save_questions / f"{one.kind}_{protocol}_seed{seed}.npz" for one in asked])
    how = scored(strangers, known, protocol, columns, seed)
    settings = {"unknown": unknown, "batch_size": SCORED_AT_ONCE}
    results = [evaluate_questions(model, one, how, **settings) for one in asked]
    if as_json:
        print_json(
            [
                {
                    **result.to_dict(),
                    "recipe": one.recipe,
                    "checksum": one.checksum,
                    "strangers": strangers if one.kind == "compatibility" else 0,
                }
                for result, one in zip(results, asked, strict=True)
            ]
        )
        return
    for result in results:
        console.print(str(result))


def _save(questions: Sequence[Compatibility | FillInBlank], files: Sequence[Path]) -> None:
    """Store questions; other ones, of another part or other columns, are not replaced."""
    from fashiongraph.data.questions.question_file import QuestionFile

    for one, file in zip(questions, files, strict=True):
        if file.exists() and QuestionFile.read(file).checksum != one.checksum:
            raise DataError("holds other questions; '--save-questions' needs another folder", file)
    for one, file in zip(questions, files, strict=True):
        one.save(file)
