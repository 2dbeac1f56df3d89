"""Questions of ``fashiongraph evaluate``: drawn or stored, and the results of a model on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fashiongraph.cli.evaluate_options import TASKS, EvaluateOptions, question_files
from fashiongraph.cli.negatives import outfit_scorer
from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import SCORED_AT_ONCE, listed
from fashiongraph.cli.output import print_json, print_line
from fashiongraph.cli.ray_options import scoring_engine
from fashiongraph.errors import FashionGraphError

if TYPE_CHECKING:
    from fashiongraph.data.item_table import ItemTable
    from fashiongraph.data.outfits import Outfits
    from fashiongraph.data.questions.compatibility import Compatibility
    from fashiongraph.data.questions.fill_in_blank import FillInBlank
    from fashiongraph.data.questions.item_retrieval import ItemRetrieval
    from fashiongraph.evaluation.result import Result
    from fashiongraph.evaluation.score_batches import Engine
    from fashiongraph.models import OutfitModel

    Questions = Compatibility | FillInBlank | ItemRetrieval


def stored_questions(options: EvaluateOptions, items: ItemTable) -> list[Questions]:
    """The questions that ``--questions`` names.

    Args:
        options: Options of the command.
        items: The items of the data set.

    Raises:
        DataError: If a file cannot be read.
        FashionGraphError: If questions are of another kind than the task.
    """
    from fashiongraph.data.questions.load import load_questions

    kinds = {"compatibility": ("compatibility", "fitb"), "spoiler": ("fitb",), "cir": ("cir",)}
    found = [load_questions(file, items) for file in options.questions or ()]
    for one in found:
        if one.kind not in kinds[options.task]:
            raise FashionGraphError(
                f"'--questions' needs the kind {' or '.join(kinds[options.task])} for "
                f"'--task {options.task}' (got {one.kind})"
            )
    return found


def drawn_questions(options: EvaluateOptions, outfits: Outfits) -> Mapping[Path, Questions]:
    """Questions on outfits by the files that ``--save-questions`` writes.

    Args:
        options: Options of the command.
        outfits: Real outfits.
    """
    from fashiongraph.evaluation import draw_fill_in_blank, draw_item_retrieval, draw_questions

    columns, seed = listed(options.columns, "--columns"), options.seed
    found: dict[Path, Questions] = {}
    with option_names({"columns": "--columns"}):
        for file, (kind, protocol) in question_files(options).items():
            if kind == "cir":
                found[file] = draw_item_retrieval(outfits, columns, seed)
            elif kind == "spoiler":
                large = outfits.select(outfits.sizes > 2)
                found[file] = draw_fill_in_blank(large, protocol, columns, seed, num_candidates=2)
            else:
                found[file] = draw_questions(outfits, kind, protocol, columns, seed)
    return found


def print_results(
    options: EvaluateOptions,
    model: OutfitModel,
    questions: Iterable[Questions],
    training: Outfits,
    facts: dict[str, Any],
) -> None:
    """Evaluate a model on questions and print the results.

    Args:
        options: Options of the command.
        model: The model.
        questions: The questions.
        training: Outfits whose frequencies ``--negatives`` draws by.
        facts: The evaluated outfits, for JSON.
    """
    rows = []
    with scoring_engine(options) as engine:
        for one in questions:
            provenance: dict[str, Any] = {"recipe": one.recipe, "checksum": one.checksum}
            if one.kind in ("compatibility", "fitb") and options.task == TASKS[0]:
                against = options.num_negatives if one.kind == "compatibility" else 0
                provenance["negatives"] = against
            for result in _results(options, model, one, training, engine):
                rows.append({**result.to_dict(), **provenance})
                if not options.as_json:
                    protocol = one.recipe.get("protocol") if options.task != TASKS[0] else None
                    print_line(f"{protocol}: {result}" if protocol else str(result))
    if options.as_json:
        print_json({**facts, "results": rows})


def _results(
    options: EvaluateOptions,
    model: OutfitModel,
    questions: Questions,
    training: Outfits,
    engine: Engine,
) -> list[Result]:
    """Results of a model on questions of any kind."""
    from fashiongraph.data import FillInBlank, ItemRetrieval
    from fashiongraph.evaluation import evaluate_questions, item_retrieval, spoiler

    settings: dict[str, Any] = {
        "unknown": options.unknown,
        "batch_size": SCORED_AT_ONCE,
        "engine": engine,
    }
    with option_names({"unknown": "--unknown", "questions": "--questions"}):
        if isinstance(questions, ItemRetrieval):
            return list(item_retrieval(model, questions, **settings).values())
        if isinstance(questions, FillInBlank) and options.task == "spoiler":
            return [spoiler(model, questions, **settings)]
        scorer = outfit_scorer(
            options.num_negatives,
            training,
            options.protocol or "uniform",
            options.columns,
            options.seed,
        )
        return [evaluate_questions(model, questions, scorer, **settings)]
