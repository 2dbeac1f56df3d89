"""The models that are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fashiongraph.models import OutfitModel
from fashiongraph.models.heuristics import (
    CategoryCooccurrence,
    ItemPopularity,
    NearestFeatures,
    PairCooccurrence,
)
from fashiongraph.models.wrapped_model import Scorer
from fashiongraph.objectives import ADDGNNObjective, Objective, RankingObjective
from fashiongraph.training import TrainingConfig, model_spec
from harness.case import Case
from harness.sets import SETS

Trials = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Entry:
    """How a model is built and trained.

    Args:
        build: Builds the model for a data set, given the settings of a trial.
        objective: Makes the training objective; by default the one that all models share.
        config: Training configuration.
        protocol: Protocol of negatives in training and validation; by default that of the
            questions of the table.
        trials: Learning rates, and arguments of the model, that validation chooses from.
        epochs: Number of epochs; by default that of the benchmark.
        finer: Whether the model reads the finer categories of a set that has them. A model with
            weights for every category, or pair of them, learns too little about rare ones.
        share: Share of the training outfits, for so many more epochs.
        trials_of: Name of the entry whose trials choose this one's settings.
        negatives: Negatives per item of an additional column in which outfits are scored against
            negatives; 0 for none.
    """

    build: Callable[..., OutfitModel]
    objective: Callable[[Any, Case], Objective[Any]] = lambda model, case: RankingObjective()
    config: TrainingConfig = field(default_factory=TrainingConfig)
    protocol: str | None = None
    trials: Trials = ({"learning_rate": 2e-3}, {"learning_rate": 5e-4})
    epochs: int | None = None
    finer: bool = True
    share: float = 1.0
    trials_of: str | None = None
    negatives: int = 0


def registered(name: str, finer: bool = True, **config: Any) -> Entry:
    """A model of the registry, or of one's own module, under the objective that all share."""
    spec = model_spec(name)

    def build(data: Any, **trial: Any) -> OutfitModel:
        return spec.build(data.num_features, data.num_categories, **{**config, **trial})

    return Entry(build, finer=finer)


def published(
    name: str,
    objective: Callable[[Any, Case], Objective[Any]] | None = None,
    epochs: int | None = None,
    finer: bool = True,
    **config: Any,
) -> Entry:
    """A model of the registry with its published objective, optimiser, rate and negatives."""
    spec = model_spec(name)
    return Entry(
        registered(name, **config).build,
        objective or (lambda model, case: spec.objective(model)),
        spec.config,
        spec.protocol,
        ({"learning_rate": spec.config.learning_rate},),
        epochs,
        finer,
    )


def taught(**config: Any) -> Entry:
    """The published ADD-GNN with its published teacher of the same configuration."""
    shared = {key: value for key, value in config.items() if key != "num_steps"}

    def objective(model: OutfitModel, case: Case) -> Objective[Any]:
        return ADDGNNObjective(teacher=case.teacher("teacher-paper", **shared))

    return published("addgnn-paper", objective, **config)


def plus(
    objective: Callable[[Any, Case], Objective[Any]] | None = None,
    hidden_channels: int = 64,
    num_attributes: int = 4,
    activation: str | None = None,
    **config: Any,
) -> Entry:
    """ADD-GNN+, or a variant of it.

    Validation chooses between states of unit length with full contexts, and free states with
    contexts dropped half of the time.
    """
    sizes = {"hidden_channels": hidden_channels, "num_attributes": num_attributes}

    def build(data: Any, norm: str | None, dropout: float) -> OutfitModel:
        context = {
            "module": "CooccurrenceContext",
            "in_channels": data.num_features,
            **sizes,
            "activation": activation,
            "dropout": dropout,
        }
        trial = {"norm": norm, "context": context, "activation": activation, **sizes}
        return model_spec("addgnn-plus").build(
            data.num_features, data.num_categories, **{**trial, **config}
        )

    return Entry(
        build,
        objective or (lambda model, case: RankingObjective()),
        trials=(
            {"learning_rate": 2e-3, "norm": "default", "dropout": 0.0},
            {"learning_rate": 2e-3, "norm": None, "dropout": 0.5},
        ),
    )


PLUS = "ADD-GNN+"

SEARCHED: dict[str, Entry] = {
    PLUS: plus(),
    "ADD-GNN": registered("addgnn"),
    "Siamese": registered("siamese"),
    "Type-aware": registered("type-aware", finer=False),
    "NGNN": registered("ngnn", finer=False),
    "Set transformer": registered("set-transformer"),
    "Bi-LSTM": registered("bilstm"),
}
"""Models under one objective, with two trials each."""

PUBLISHED: dict[str, Entry] = {
    "ADD-GNN, published": taught(),
    "Siamese, published": published("siamese-paper"),
    "Type-aware, published": published("type-aware-paper", epochs=10, finer=False),
    "NGNN, published": published("ngnn-paper", finer=False),
    "NGNN, published code": published("ngnn-code", finer=False),
    "Set transformer, published": published("set-transformer-paper"),
    "Bi-LSTM, published": published("bilstm-paper"),
}
"""Models with the objective and the optimiser of their publication."""

HEURISTICS: dict[str, Callable[[Case], Scorer]] = {
    "Category co-occurrence": lambda case: CategoryCooccurrence.from_outfits(
        case.train, groups=SETS[case.data].groups
    ),
    "Item popularity": lambda case: ItemPopularity.from_outfits(case.train),
    "Pair co-occurrence": lambda case: PairCooccurrence.from_outfits(case.train),
    "Nearest features": lambda case: NearestFeatures(),
}
"""Heuristic baselines, which are not trained."""
