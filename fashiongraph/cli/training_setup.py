"""The model, objective, graph and outfits of a training from its options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import listed
from fashiongraph.errors import FashionGraphError

if TYPE_CHECKING:
    from torch_geometric.data import Data

    from fashiongraph.cli.train_options import TrainOptions
    from fashiongraph.data.outfits import Outfits
    from fashiongraph.datasets.outfit_dataset import OutfitDataset
    from fashiongraph.models import OutfitModel
    from fashiongraph.objectives import Objective
    from fashiongraph.training import ModelSpec, TrainingConfig

DISTILLATIONS = (_SCORES, _MASKS) = ("weights-and-scores", "masks")
"""Values of ``--distillation``."""

# A teacher that started from the student's weights would agree with it before any training.
_TEACHER_SEED = 1000


@dataclass(frozen=True, eq=False)
class TrainingSetup:
    """Arguments of :func:`fashiongraph.training.fit`.

    Args:
        model: The model.
        objective: Its objective.
        config: Its training configuration.
        graph: Category graph of the training outfits.
        train: Training outfits.
        valid: Validation outfits.
    """

    model: OutfitModel
    objective: Objective[Any]
    config: TrainingConfig
    graph: Data | None
    train: Outfits
    valid: Outfits


def training_setup(
    options: TrainOptions,
    spec: ModelSpec,
    teacher: OutfitModel | None,
    dataset: OutfitDataset,
    splits: Mapping[str, Outfits],
) -> TrainingSetup:
    """Build what a training needs.

    Args:
        options: Options of the command.
        spec: Entry of the model.
        teacher: A trained model to learn from.
        dataset: The data set.
        splits: Its splits, with ``train`` and ``valid``.

    Raises:
        FashionGraphError: If an option does not fit the model, or a column is unknown.
    """
    import torch

    train, valid = splits["train"], splits["valid"]
    graph = None
    if spec.reads_pairs:
        train, valid = _pairs(options, train), _pairs(options, valid)
    else:
        graph = _graph(options, dataset, train)
    arguments = _arguments(options, spec, dataset)
    torch.manual_seed(options.seed + (_TEACHER_SEED if spec.reads_pairs else 0))
    with option_names({"hidden_channels": "--hidden", "num_attributes": "--attributes"}):
        model = _built(options, spec, dataset, arguments)
    objective = spec.objective(model)
    if graph is not None and model.batch_inputs:
        from fashiongraph.data.cooccurrence import add_item_cooccurrence

        graph = add_item_cooccurrence(graph, train)
    if teacher is not None:
        # Its scores of these outfits read their categories and counts, as the student's do.
        teacher.graph, teacher.categories = graph, list(train.items.categories)
        objective = _with_teacher(options, spec, model, objective, teacher)
    if options.ensemble_size > 1:
        from fashiongraph.models import Ensemble
        from fashiongraph.objectives import EnsembleObjective

        model = Ensemble.of(model, options.ensemble_size)
        objective = EnsembleObjective(objective)
    return TrainingSetup(model, objective, _config(options, spec), graph, train, valid)


def _config(options: TrainOptions, spec: ModelSpec) -> TrainingConfig:
    config = spec.config
    if options.batch_size is not None:
        config = replace(config, batch_size=options.batch_size)
    if options.learning_rate is not None:
        with option_names({"learning_rate": "--learning-rate"}):
            config = replace(config, learning_rate=options.learning_rate)
    return config


def _arguments(options: TrainOptions, spec: ModelSpec, dataset: OutfitDataset) -> dict[str, int]:
    """Constructor arguments that were given as options, all of which the model has."""
    given = {
        "hidden_channels": ("--hidden", options.hidden),
        "num_attributes": ("--attributes", options.attributes),
        "num_steps": ("--steps", options.steps),
    }
    arguments = {name: value for name, (_, value) in given.items() if value is not None}
    if not arguments:
        return arguments
    config = _built(options, spec, dataset, {}).config
    for name in arguments:
        if name not in config:
            raise FashionGraphError(
                f"'{given[name][0]}' is no option of '--model {options.model}', which has no {name}"
            )
    return arguments


def _built(
    options: TrainOptions, spec: ModelSpec, dataset: OutfitDataset, arguments: dict[str, int]
) -> OutfitModel:
    try:
        return spec.build(dataset.num_features, dataset.num_categories, **arguments)
    except TypeError as error:  # of a class of the user's, such as a further argument
        raise FashionGraphError(f"'--model' {options.model} cannot be built: {error}") from error


def _graph(options: TrainOptions, dataset: OutfitDataset, train: Outfits) -> Data:
    from fashiongraph.data.category_graph import category_graph, group_categories

    graph = category_graph(train.category_id, train.batch, dataset.num_categories)
    if not options.groups:
        return graph
    with option_names({"column": "--groups"}):
        return group_categories(graph, dataset.items, options.groups)


def _pairs(options: TrainOptions, outfits: Outfits) -> Outfits:
    from fashiongraph.data.pairs import top_bottom_pairs

    top, bottom = listed(options.top, "--top"), listed(options.bottom, "--bottom")
    names = {"top": "--top", "bottom": "--bottom", "column": "--pair-column"}
    with option_names(names):
        return top_bottom_pairs(outfits, top, bottom, options.pair_column)


def distils_masks(options: TrainOptions, spec: ModelSpec) -> bool:
    """Whether the masks of the teacher are distilled, rather than its weights and scores."""
    if options.distillation is None:
        return spec.distils_masks
    return options.distillation == _MASKS


def _with_teacher(
    options: TrainOptions,
    spec: ModelSpec,
    model: OutfitModel,
    objective: Objective[Any],
    teacher: Any,
) -> Objective[Any]:
    """The objective with distillation; the model starts from the teacher if that is asked for."""
    from fashiongraph.objectives import ADDGNNObjective, RankingObjective
    from fashiongraph.objectives.addgnn_objective import check_teacher

    if not isinstance(objective, ADDGNNObjective):
        raise FashionGraphError(
            f"'--teacher' needs a model with attribute masks, such as addgnn-plus "
            f"(got '--model {options.model}')"
        )
    if distils_masks(options, spec):
        with option_names({"teacher": "--teacher"}):
            check_teacher(model, teacher)  # type: ignore[arg-type]  # of such an objective
        return ADDGNNObjective(objective.loss, objective.num_negatives, teacher)
    if (type(teacher), teacher.config) != (type(model), model.config):
        raise FashionGraphError(
            f"'--teacher' needs a model that was trained with the same '--model' and sizes, "
            f"{type(model).__name__}({model.extra_repr()}), or '--distillation {_MASKS}' for one "
            f"of '--model teacher' (got {type(teacher).__name__}({teacher.extra_repr()}))"
        )
    if options.ensemble_size > 1:
        raise FashionGraphError(
            "'--ensemble-size' needs to be 1 with '--teacher': models that start from the same "
            f"weights agree (got {options.ensemble_size})"
        )
    model.load_state_dict(teacher.state_dict())
    return RankingObjective(objective.loss.ranking, objective.num_negatives, teacher)
