"""``fashiongraph evaluate``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fashiongraph.cli.datasets import open_dataset
from fashiongraph.cli.easy_and_hard import (
    easy_and_hard_json,
    evaluate_easy_and_hard,
    print_easy_and_hard,
)
from fashiongraph.cli.evaluate_official import evaluate_official
from fashiongraph.cli.evaluate_options import TASKS, EvaluateOptions, check_options
from fashiongraph.cli.evaluate_questions import drawn_questions, print_results, stored_questions
from fashiongraph.cli.models import load_model
from fashiongraph.cli.new_outfits import chosen_outfits, counts_sentence, new_outfit_counts
from fashiongraph.cli.output import print_json, print_line
from fashiongraph.cli.ray_options import scoring_engine
from fashiongraph.cli.splits import SPLITS, splits_with
from fashiongraph.console import print_message

if TYPE_CHECKING:
    from fashiongraph.data.outfits import Outfits
    from fashiongraph.datasets.outfit_dataset import OutfitDataset


def evaluate(options: EvaluateOptions) -> None:
    """Evaluate a trained model by compatibility AUC and fill-in-the-blank accuracy.

    Without --protocol, questions are drawn with easy negatives (any item) and with hard ones (items
    of the same category, and with --columns matched items). Results have 95 % intervals. A line
    counts the outfits that share no pair of items, and no item, with training: the latter
    stand for a new season. The data set may be another than that of the training, with features of
    the same encoder.

    --official evaluates compatibility, fill-in-the-blank and complementary item retrieval on the
    questions that come with a public data set.

    Example: [b]fashiongraph evaluate runs/addgnn-plus/model --data my-data[/]
    """
    from fashiongraph.evaluation import in_training

    check_options(options)
    model = load_model(options.checkpoint, options.modules)
    dataset = open_dataset(options.data, options.features, options.lenient, options.form, model)
    if options.official:
        evaluate_official(options, model, dataset)
        return
    outfits, training, counts = _outfits(options, dataset)
    facts: dict[str, Any] = {"split": None if options.questions else options.split}
    if counts:
        facts |= {"outfits": options.outfits, "counts": counts}
        if not options.as_json:
            print_line(counts_sentence(counts, options.outfits))
    if not options.questions and options.split != SPLITS[0]:
        facts["in_training"] = int(in_training(model, outfits).sum())
        if facts["in_training"]:
            why = "" if options.split == "all" else "; the split is that of another training"
            print_message(
                f"{facts['in_training']:,} of {len(outfits):,} outfits were in the training of the "
                f"model, which scores them too high{why}"
            )
    if options.questions:
        stored = stored_questions(options, dataset.items)
        print_results(options, model, stored, training, facts)
        return
    by_default = options.task == TASKS[0] and options.protocol is None
    if not by_default or options.save_questions is not None:
        drawn = drawn_questions(options, outfits)
        for file, one in drawn.items() if options.save_questions is not None else ():
            one.save(file)
        if not by_default:
            print_results(options, model, drawn.values(), training, facts)
            return
    with scoring_engine(options) as engine:
        found = evaluate_easy_and_hard(
            model, outfits, options.columns, options.seed, options.unknown, engine=engine
        )
    if options.as_json:
        print_json({**facts, **easy_and_hard_json(found)})
    else:
        print_easy_and_hard(found)


def _outfits(
    options: EvaluateOptions, dataset: OutfitDataset
) -> tuple[Outfits, Outfits, dict[str, int]]:
    """Outfits to evaluate, those of training, and the numbers of new outfits in the split."""
    if options.split == "all" or (options.questions and not options.num_negatives):
        return dataset.outfits, dataset.outfits, {}
    splits = splits_with(
        dataset, options.checkpoint, options.split_file, options.seed, options.split
    )
    outfits, train = splits[options.split], splits.get(SPLITS[0], dataset.outfits.select([]))
    if options.questions or options.split == SPLITS[0]:
        return outfits, train, {}
    counts = new_outfit_counts(outfits, train)
    return chosen_outfits(outfits, train, options.outfits), train, counts
