"""``fashiongraph evaluate --official``: the protocols of a public data set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fashiongraph.cli.evaluate_options import EvaluateOptions
from fashiongraph.cli.evaluate_questions import print_results
from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import listed
from fashiongraph.cli.output import print_line
from fashiongraph.cli.splits import SPLITS
from fashiongraph.console import print_message
from fashiongraph.errors import FashionGraphError

if TYPE_CHECKING:
    from fashiongraph.data.outfits import Outfits
    from fashiongraph.data.questions.fill_in_blank import FillInBlank
    from fashiongraph.data.questions.item_retrieval import ItemRetrieval
    from fashiongraph.datasets.outfit_dataset import OutfitDataset
    from fashiongraph.models import OutfitModel

_FINE = "category_id"  # column of the fine categories of Polyvore


def evaluate_official(options: EvaluateOptions, model: OutfitModel, dataset: OutfitDataset) -> None:
    """Evaluate a model on official questions and by CIR, and print what the splits share.

    Args:
        options: Options of the command.
        model: The model.
        dataset: A public data set with an official split and questions.

    Raises:
        FashionGraphError: If it has none, or not the split.
        DataError: If a file of the questions is missing.
    """
    from fashiongraph.data.questions.fill_in_blank import FillInBlank

    splits = dataset.official_split()
    if options.split not in splits:
        raise FashionGraphError(
            f"'--split' needs to be {', '.join(splits)} with '--official' (got {options.split!r})"
        )
    with option_names({"split": "--split"}):
        questions = dataset.official_questions(options.split)
    facts: dict[str, Any] = {"split": options.split, "official": True}
    train = splits.get(SPLITS[0])
    if train is not None and options.split != SPLITS[0]:
        from fashiongraph.data.audit import audit

        shared = audit({SPLITS[0]: train, options.split: splits[options.split]})
        facts["shared"] = shared.filter(like="shared").iloc[1].to_dict()
        if not options.as_json:
            counts = (f"{name[7:]} {n:,}" for name, n in facts["shared"].items())
            print_line(f"official {SPLITS[0]} and {options.split} share: {', '.join(counts)}")
    blanks = next((one for one in questions if isinstance(one, FillInBlank)), None)
    if blanks is None:
        print_message(
            f"{dataset.root} has no official FITB questions: --seed draws the CIR targets"
        )
    retrieval = _item_retrieval(options, splits[options.split], blanks)
    print_results(options, model, [*questions, retrieval], dataset.outfits, facts)


def _item_retrieval(
    options: EvaluateOptions, outfits: Outfits, blanks: FillInBlank | None
) -> ItemRetrieval:
    """CIR questions at the blanks of FITB questions, or at random ones."""
    from fashiongraph.evaluation import draw_item_retrieval

    columns = listed(options.columns, "--columns")
    if not columns and _FINE in outfits.items.columns:
        columns = [_FINE]
    position = None if blanks is None else blanks.position
    outfits = outfits if blanks is None else blanks.source_outfits
    with option_names({"columns": "--columns"}):
        return draw_item_retrieval(outfits, columns, options.seed, position=position)
