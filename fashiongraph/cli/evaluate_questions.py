"""Questions of ``fashiongraph evaluate``: drawn or stored, and the results of a model on them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fashiongraph.cli.evaluate_options import EvaluateOptions, question_files
from fashiongraph.cli.negatives import outfit_scorer
from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import SCORED_AT_ONCE, listed
from fashiongraph.errors import FashionGraphError

if TYPE_CHECKING:
    from fashiongraph.data.item_table import ItemTable
    from fashiongraph.data.outfits import Outfits
    from fashiongraph.data.questions.compatibility import Compatibility
    from fashiongraph.data.questions.fill_in_blank import FillInBlank
    from fashiongraph.data.questions.item_retrieval import ItemRetrieval
    from fashiongraph.evaluation.result import Result
    from fashiongraph.models import OutfitModel

    Questions = Compatibility | FillInBlank | ItemRetrieval


def stored_questions(options: EvaluateOptions, items: ItemTable) -> list[Questions]:
    """The questions that ``--questions`` names.

    Args:
        options: Options of the command.
        items: The items of the data set.
    """
    from fashiongraph.data.questions.load import load_questions

    return [load_questions(file, items) for file in options.questions or ()]


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


def evaluated(
    options: EvaluateOptions, model: OutfitModel, questions: Questions, training: Outfits
) -> list[tuple[Result, dict[str, Any]]]:
    """Results of a model on questions, each with its provenance for JSON.

    Args:
        options: Options of the command.
        model: The model.
        questions: The questions.
        training: Outfits whose frequencies ``--negatives`` draws by.
    """
    from fashiongraph.data import FillInBlank, ItemRetrieval
    from fashiongraph.evaluation import evaluate_questions, item_retrieval, spoiler

    facts: dict[str, Any] = {"recipe": questions.recipe, "checksum": questions.checksum}
    settings: dict[str, Any] = {"unknown": options.unknown, "batch_size": SCORED_AT_ONCE}
    with option_names({"unknown": "--unknown", "questions": "--questions"}):
        if options.task == "cir":
            ItemRetrieval.check_kind(questions)
            assert isinstance(questions, ItemRetrieval)  # for mypy
            recalls = item_retrieval(model, questions, **settings)
            return [(result, facts) for result in recalls.values()]
        if options.task == "spoiler":
            FillInBlank.check_kind(questions)
            assert isinstance(questions, FillInBlank)  # for mypy
            return [(spoiler(model, questions, **settings), facts)]
        if isinstance(questions, ItemRetrieval):
            raise FashionGraphError("'--questions' needs '--task cir' for questions of this kind")
        scorer = outfit_scorer(
            options.num_negatives,
            training,
            options.protocol or "uniform",
            options.columns,
            options.seed,
        )
        facts["negatives"] = options.num_negatives if questions.kind == "compatibility" else 0
        return [(evaluate_questions(model, questions, scorer, **settings), facts)]
