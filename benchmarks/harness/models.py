"""The models that are compared: one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fashiongraph.evaluation.score_outfits import Scorer
from fashiongraph.models import ADDGNN, OutfitModel
from fashiongraph.models.baselines import NGNN, BiLSTM, SetTransformer, Siamese, TypeAware
from fashiongraph.models.heuristics import (
    CategoryCooccurrence,
    ItemPopularity,
    NearestFeatures,
    PairCooccurrence,
)
from fashiongraph.objectives import Objective, RankingObjective
from fashiongraph.training import TrainingConfig
from harness.case import Case
from harness.sets import SETS


@dataclass(frozen=True)
class Entry:
    """How a model is made and trained.

    Args:
        build: Makes the model for a data set, given the settings of a trial.
        objective: Makes what it is trained for; by default what all models are compared under.
        recipe: How it is optimised.
        protocol: Protocol of negatives in training and validation; by default that of the
            questions the model will be asked.
        trials: Learning rates, and settings of the model, among which validation chooses: as many
            for every model, and one, the recipe's own rate, where settings are published.
        epochs: Most epochs; by default those of the benchmark.
        finer: Whether it reads the finer categories of a set that has them. A model with weights
            for every category, or pair of them, learns too little of rare ones.
        share: Share of the training outfits that it learns from, for so many more epochs.
        settled_by: Name of the entry whose trials settle this one's, in place of trials of its own.
        strangers: Strangers for each item that its outfits are scored against, in a column more.
    """

    build: Callable[..., OutfitModel]
    objective: Callable[[Any, Case], Objective] = lambda model, case: RankingObjective()
    recipe: TrainingConfig = field(default_factory=TrainingConfig)
    protocol: str | None = None
    trials: tuple[Mapping[str, float], ...] = ({"learning_rate": 2e-3}, {"learning_rate": 5e-4})
    epochs: int | None = None
    finer: bool = True
    share: float = 1.0
    settled_by: str | None = None
    strangers: int = 0


def published(
    build: Callable[..., OutfitModel],
    recipe: TrainingConfig,
    protocol: str = "uniform",
    epochs: int | None = None,
    finer: bool = True,
) -> Entry:
    """A model with its published objective, settings and strangers."""
    trials = ({"learning_rate": config.learning_rate},)
    return Entry(
        build, lambda model, _: model.paper_objective(), recipe, protocol, trials, epochs, finer
    )


def own(objective: Callable[[Any, Case], Objective] | None = None, **settings: Any) -> Entry:
    """The library's own preset, or an edition of it.

    Hiding contexts and comparing unit states help on opposite ends: the one where strangers are
    strange, the other where they are alike.
    """
    trials = (
        {"unit_states": True, "context_dropout": 0.0},
        {"unit_states": False, "context_dropout": 0.5},
    )
    return Entry(
        lambda w, **trial: ADDGNN.best(w.num_features, **(trial | settings)),
        objective or (lambda model, case: RankingObjective()),
        trials=tuple({"learning_rate": 2e-3, **trial} for trial in trials),
    )


MODELS: dict[str, Entry] = {
    "ADD-GNN best": own(),
    "ADD-GNN": Entry(lambda w: ADDGNN(w.num_features, 64, num_steps=1)),
    "Siamese": Entry(lambda w: Siamese(w.num_features)),
    "Type-aware": Entry(lambda w: TypeAware(w.num_features, w.num_categories), finer=False),
    "NGNN": Entry(lambda w: NGNN(w.num_features, w.num_categories), finer=False),
    "Set transformer": Entry(lambda w: SetTransformer(w.num_features)),
    "Bi-LSTM": Entry(lambda w: BiLSTM(w.num_features)),
    "ADD-GNN, published": Entry(
        lambda w: ADDGNN.paper(w.num_features),
        lambda model, case: model.paper_objective(case.teacher(paper=True)),
        TrainingConfig.paper(),
        "uniform",
        ({"learning_rate": TrainingConfig.paper().learning_rate},),
    ),
    "Siamese, published": published(
        lambda w: Siamese.paper(w.num_features), TrainingConfig(learning_rate=1e-3, schedule="constant")
    ),
    "Type-aware, published": published(
        lambda w: TypeAware.paper(w.num_features, w.num_categories),
        TrainingConfig(batch_size=256, learning_rate=5e-5, schedule="constant"),
        "same_category",
        10,
        finer=False,
    ),
    "NGNN, published": published(
        lambda w: NGNN.paper(w.num_features, w.num_categories),
        TrainingConfig(16, "rmsprop", 1e-3, 1e-3, schedule="constant"),
        finer=False,
    ),
    "NGNN, published code": published(
        lambda w: NGNN.reference_code(w.num_features, w.num_categories),
        TrainingConfig(16, "rmsprop", 1e-3, schedule="constant"),
        finer=False,
    ),
    "Set transformer, published": published(
        lambda w: SetTransformer.paper(w.num_features),
        TrainingConfig(50, learning_rate=1e-5, schedule="constant", halve_every=10),
    ),
    "Bi-LSTM, published": published(
        lambda w: BiLSTM.paper(w.num_features),
        TrainingConfig(10, "sgd", 0.2, schedule="constant", halve_every=2, gradient_clip=5.0),
    ),
}

CONTROLS: dict[str, Callable[[Case], Scorer]] = {
    "Category co-occurrence": lambda case: CategoryCooccurrence.from_outfits(
        case.train, groups=SETS[case.data].groups
    ),
    "Item popularity": lambda case: ItemPopularity.from_outfits(case.train),
    "Remembered pairs": lambda case: PairCooccurrence.from_outfits(case.train),
    "Nearest features": lambda case: NearestFeatures(),
}
