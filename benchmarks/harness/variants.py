"""Variants of the models, for the studies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fashiongraph.models import ADDGNNPlus, Ensemble
from fashiongraph.models.wrapped_model import Scorer
from fashiongraph.nn import ADDGNNLoss, CandidateSoftmaxLoss
from fashiongraph.objectives import (
    ADDGNNObjective,
    EnsembleObjective,
    Objective,
    RankingObjective,
    paper_objective,
)
from fashiongraph.training import TrainingConfig
from harness.designer_case import DesignerCase
from harness.entries import (
    HEURISTICS,
    PLUS,
    PUBLISHED,
    SEARCHED,
    Entry,
    plus,
    published,
    registered,
    taught,
)

ABLATION: dict[str, Entry] = {
    "without soft-min pooling": plus(pool=None),
    "without item PMI": plus(priors=[{"module": "CategoryPMI"}]),
    "without co-occurrence context": plus(context=None),
    "without category PMI": plus(priors=[{"module": "ItemPMI"}]),
    "without unit length": plus(norm=None),
    "without message passing": plus(num_steps=0),
    "two steps": plus(num_steps=2),
    "unscaled features": plus(normalize=False),
    "sigmoid activations": plus(activation="sigmoid"),
    "published loss": plus(lambda model, _: paper_objective(model)),
    "with distillation": plus(lambda model, case: ADDGNNObjective.softmax(case.teacher())),
}

ATTRIBUTES: dict[str, Entry] = {  # ADD-GNN+ has 4
    PLUS if k == 4 else f"K = {k}": plus(num_attributes=k) for k in range(1, 9)
}

PAPER = "ADD-GNN, published"

ABLATION_PAPER: dict[str, Entry] = {
    "published, without message passing": taught(num_steps=0),
    "published, one step": taught(num_steps=1),
    "published, no activation": taught(activation=None),
    "published, scaled features": taught(normalize=True),
    "published, without distillation": published("addgnn-paper"),
    "published, default objective": replace(taught(), objective=lambda m, _: RankingObjective()),
}

ATTRIBUTES_PAPER: dict[str, Entry] = {
    PAPER if k == 4 else f"published, K = {k}": taught(num_attributes=k) for k in range(1, 9)
}

OUTFITS: dict[str, Entry] = {
    f"{name} of the outfits": replace(plus(), share=share)
    for name, share in (("an eighth", 0.125), ("a quarter", 0.25), ("half", 0.5))
}

TRIED: dict[str, Entry] = {  # and not kept
    "twice as wide": plus(hidden_channels=128),
    "16 negatives": plus(lambda model, _: RankingObjective(num_negatives=16)),
    "no pointwise term": plus(lambda model, _: RankingObjective(CandidateSoftmaxLoss(0.0))),
    "batches of 32": replace(plus(), config=TrainingConfig(batch_size=32)),
    "weight decay of 1": replace(plus(), config=TrainingConfig(weight_decay=1.0)),
    "24 epochs": replace(plus(), epochs=24),
    "48 epochs": replace(plus(), epochs=48),
}

_HIGH = ({"learning_rate": 2e-3}, {"learning_rate": 8e-3})

TRIED_ON_BASELINES: dict[str, Entry] = {  # a wider search than all models get
    "Siamese, higher rates": replace(SEARCHED["Siamese"], trials=_HIGH),
    "Set transformer, higher rates, 24 epochs": replace(
        SEARCHED["Set transformer"], trials=_HIGH, epochs=24
    ),
    "Bi-LSTM, 256 wide": registered("bilstm", hidden_channels=256),
    "NGNN, finer categories": registered("ngnn"),
    "Type-aware, finer categories": registered("type-aware"),
}

LONGER: dict[str, Entry] = {
    f"{name}, longer": replace(entry, epochs=24, trials_of=name, negatives=32)
    for name, entry in SEARCHED.items()
}


def five(name: str, entry: Entry) -> Entry:
    """An ensemble of five such models, with the settings that one of them has."""
    return replace(
        entry,
        build=lambda data, **trial: Ensemble.of(entry.build(data, **trial), 5),
        objective=lambda model, case: EnsembleObjective(entry.objective(model.models[0], case)),
        trials_of=name,
    )


FIVE: dict[str, Entry] = {f"{name}, five": five(name, one) for name, one in SEARCHED.items()}


def student(weights: str = "", scores: str = "") -> Entry:
    """ADD-GNN+ that starts from a teacher's weights, is trained on its scores, or both.

    A teacher on other people's items has no co-occurrence that a student could use, so that
    students have no context and no item PMI.

    Args:
        weights: Name of the teacher of :class:`DesignerCase` whose weights the student starts from.
        scores: Name of the teacher whose scores are distilled.
    """

    def objective(model: ADDGNNPlus, case: DesignerCase) -> Objective[Any]:
        if weights:  # modules that the teacher lacks keep their first weights
            model.load_state_dict(getattr(case, weights).state_dict(), strict=False)
        if not scores:
            return RankingObjective()
        return RankingObjective(teacher=getattr(case, scores), lambda_distillation=1.0)

    return plus(objective, **WITHOUT_ITEMS)


def masks(model: ADDGNNPlus, case: DesignerCase) -> Objective[Any]:
    """The published distillation beside the default ranking loss."""
    loss = ADDGNNLoss(0.0, 1e-3, 0.0, ranking=CandidateSoftmaxLoss())
    return ADDGNNObjective(loss, num_negatives=8, teacher=case.teacher())


WITHOUT_ITEMS: dict[str, Any] = {"context": None, "priors": [{"module": "CategoryPMI"}]}

STUDENTS: dict[str, Entry] = {
    "no teacher": plus(**WITHOUT_ITEMS),
    "mask distillation (A11)": plus(masks, **WITHOUT_ITEMS),
    "pairs: scores": student(scores="pair_model"),
    "pairs: weights": student(weights="pair_model"),
    "pairs: weights and scores": student("pair_model", "pair_model"),
    "outfits: weights": student(weights="outfit_model"),
    "outfits: weights and scores": student("outfit_model", "outfit_model"),
}

TEACHERS: dict[str, Callable[[Any], Scorer]] = {
    "teacher of outfits": lambda case: case.outfit_model
}
"""Models trained on the designers' outfits alone."""

UNTRAINED: dict[str, Callable[[Any], Scorer]] = {**HEURISTICS, **TEACHERS}
"""Scorers of a case on whose outfits nothing is trained."""

ENTRIES: dict[str, Entry] = {
    **SEARCHED, **PUBLISHED, **ABLATION, **ATTRIBUTES, **ABLATION_PAPER, **ATTRIBUTES_PAPER,
    **OUTFITS, **TRIED, **TRIED_ON_BASELINES, **LONGER, **FIVE, **STUDENTS,
}  # fmt: skip


def find_entry(name: str) -> Entry | None:
    """The entry of a model, also of ``"my_module:MyModel"``; :obj:`None` if nothing is trained."""
    if name in UNTRAINED:
        return None
    return ENTRIES[name] if name in ENTRIES else registered(name)
