"""``fashiongraph evaluate``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fashiongraph.cli.command import CommandOptions
from fashiongraph.cli.datasets import open_dataset
from fashiongraph.cli.easy_and_hard import (
    easy_and_hard_json,
    evaluate_easy_and_hard,
    print_easy_and_hard,
)
from fashiongraph.cli.models import load_model
from fashiongraph.cli.negatives import outfit_scorer
from fashiongraph.cli.new_outfits import (
    CHOICES,
    OutfitChoice,
    chosen_outfits,
    counts_sentence,
    new_outfit_counts,
)
from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import (
    DATA_PANEL,
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
    SplitFile,
    Unknown,
    check_protocol,
    listed,
    refuse,
)
from fashiongraph.cli.output import check_files, check_output, print_json, print_line
from fashiongraph.cli.splits import SPLITS, splits_of, training_splits
from fashiongraph.errors import FashionGraphError

if TYPE_CHECKING:
    from fashiongraph.data.outfits import Outfits
    from fashiongraph.data.questions.compatibility import Compatibility
    from fashiongraph.data.questions.fill_in_blank import FillInBlank
    from fashiongraph.datasets.outfit_dataset import OutfitDataset
    from fashiongraph.models import OutfitModel

    Questions = Compatibility | FillInBlank

_KINDS = ("compatibility", "fitb")


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(CommandOptions):
    """Options of ``fashiongraph evaluate``."""

    checkpoint: Annotated[Path, typer.Argument(help="Folder of a trained model.")]
    data: DataOption
    features: FeatureFiles = None
    form: SetName = "tables"
    lenient: Lenient = False
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
    modules: Modules = None
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


def evaluate(options: EvaluateOptions) -> None:
    """Evaluate a trained model by compatibility AUC and fill-in-the-blank accuracy.

    Without --protocol, questions are drawn with easy negatives (any item) and with hard ones (items
    of the same category, and with --columns matched items). Results have 95 % intervals. A line
    tells how many of the outfits share no pair of items, and no item, with training: the latter
    stand for a new season. The data set may be another than that of the training, with features of
    the same encoder.

    Example: [b]fashiongraph evaluate runs/addgnn-plus/model --data my-data[/]
    """
    _check(options)
    model = load_model(options.checkpoint, options.modules)
    dataset = open_dataset(options.data, options.features, options.lenient, options.form, model)
    outfits, training, counts = _outfits(options, dataset)
    if counts and not options.as_json:
        print_line(counts_sentence(counts, options.outfits))
    questions = _questions(options, dataset, outfits)
    if options.save_questions is not None:
        for file, one in questions.items():
            one.save(file)
    if options.protocol is None and not options.questions:
        found = evaluate_easy_and_hard(
            model, outfits, options.columns, options.seed, options.unknown
        )
        if options.as_json:
            print_json({**_facts(options, counts), **easy_and_hard_json(found)})
        else:
            print_easy_and_hard(found)
        return
    _evaluate_questions(options, model, list(questions.values()), training, counts)


def _check(options: EvaluateOptions) -> None:
    """Check options that need no data."""
    if options.questions:
        refuse(options, ("split", "split_file", "outfits", "save_questions"), "--questions")
        if not options.num_negatives:
            refuse(options, ("protocol", "columns", "seed"), "--questions")
    if options.num_negatives and options.protocol is None:
        raise FashionGraphError("'--negatives' needs '--protocol', by which they are drawn")
    if options.outfits not in CHOICES:
        raise FashionGraphError(
            f"'--outfits' needs to be one of {', '.join(CHOICES)} (got {options.outfits!r})"
        )
    if options.split in ("all", SPLITS[0]):
        refuse(options, ("outfits",), f"--split {options.split}")
    if options.split == "all":
        refuse(options, ("split_file",), "--split all")
    check_protocol(options, options.protocol, options.columns)
    check_files(*(options.questions or ()))
    if options.split_file != Path("official"):
        check_files(options.split_file)
    if options.save_questions is not None:
        for file in _question_files(options):
            check_output(file, options.overwrite)


def _question_files(options: EvaluateOptions) -> dict[Path, tuple[str, str]]:
    """Files of drawn questions, with their kind and protocol."""
    hard = ("matched",) if listed(options.columns, "--columns") else ()
    protocols = (options.protocol,) if options.protocol else ("uniform", "same_category", *hard)
    folder = options.save_questions or Path()
    return {
        folder / f"{kind}_{protocol}_seed{options.seed}.npz": (kind, protocol)
        for protocol in protocols
        for kind in _KINDS
    }


def _outfits(
    options: EvaluateOptions, dataset: OutfitDataset
) -> tuple[Outfits, Outfits, dict[str, int]]:
    """Outfits to evaluate, those of training, and the numbers of new outfits in the split."""
    if options.split == "all" or (options.questions and not options.num_negatives):
        return dataset.outfits, dataset.outfits, {}
    if options.split_file is None:
        splits = training_splits(options.checkpoint, dataset, options.seed)
    else:
        splits = splits_of(dataset, options.split_file, options.seed)
    if options.split not in splits:
        raise FashionGraphError(
            f"'--split' needs to be {', '.join(splits)} or all (got {options.split!r})"
        )
    outfits, train = splits[options.split], splits.get(SPLITS[0], dataset.outfits.select([]))
    if options.questions or options.split == SPLITS[0]:
        return outfits, train, {}
    counts = new_outfit_counts(outfits, train)
    return chosen_outfits(outfits, train, options.outfits), train, counts


def _facts(options: EvaluateOptions, counts: dict[str, int]) -> dict[str, Any]:
    """The evaluated outfits, for JSON."""
    split = None if options.questions else options.split
    return {"split": split, **({"outfits": options.outfits, "counts": counts} if counts else {})}


def _questions(
    options: EvaluateOptions, dataset: OutfitDataset, outfits: Outfits
) -> Mapping[Path, Questions]:
    """Stored questions, or drawn ones where they are needed, by file."""
    from fashiongraph.data.questions.load import load_questions
    from fashiongraph.evaluation.draw_questions import draw_questions

    if options.questions:
        return {file: load_questions(file, dataset.items) for file in options.questions}
    if options.protocol is None and options.save_questions is None:
        return {}
    columns = listed(options.columns, "--columns")
    with option_names({"columns": "--columns"}):
        return {
            file: draw_questions(outfits, kind, protocol, columns, seed=options.seed)
            for file, (kind, protocol) in _question_files(options).items()
        }


def _evaluate_questions(
    options: EvaluateOptions,
    model: OutfitModel,
    questions: list[Questions],
    training: Outfits,
    counts: dict[str, int],
) -> None:
    """Evaluate a model on questions and print the results."""
    from fashiongraph.evaluation import evaluate_questions

    scorer = outfit_scorer(
        options.num_negatives,
        training,
        options.protocol or "uniform",
        options.columns,
        options.seed,
    )
    rows: list[dict[str, Any]] = []
    for one in questions:
        with option_names({"unknown": "--unknown"}):
            result = evaluate_questions(
                model, one, scorer, unknown=options.unknown, batch_size=SCORED_AT_ONCE
            )
        negatives = options.num_negatives if one.kind == _KINDS[0] else 0
        facts = {"recipe": one.recipe, "checksum": one.checksum, "negatives": negatives}
        rows.append({**result.to_dict(), **facts})
        if not options.as_json:
            print_line(str(result))
    if options.as_json:
        print_json({**_facts(options, counts), "results": rows})
