"""Variants of the library's own model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fashiongraph.evaluation.score_outfits import Scorer
from fashiongraph.models import ADDGNN, Ensemble
from fashiongraph.models.baselines import BiLSTM
from fashiongraph.nn import ADDGNNLoss, CandidateSoftmaxLoss
from fashiongraph.objectives import ADDGNNObjective, EnsembleObjective, Objective, RankingObjective
from fashiongraph.training import TrainingConfig
from harness.designer_case import DesignerCase
from harness.models import MODELS, Entry, own

FULL = "ADD-GNN best"

ABLATION: dict[str, Entry] = {
    "without soft minimum": own(soft_minimum=False),
    "without pairs": own(use_pairs=False),
    "without context": own(use_context=False),
    "without lift": own(use_lift=False),
    "without unit states": own(unit_states=False),
    "without graph": own(use_graph=False),
    "two steps": own(num_steps=2),
    "features as they are": own(normalize=False),
    "logistic activations": own(activation="sigmoid"),
    "published loss": own(lambda model, _: model.paper_objective()),
    "with knowledge": own(lambda model, case: model.objective(case.teacher())),
}

ATTRIBUTES: dict[str, Entry] = {  # the preset has 4
    FULL if k == 4 else f"K = {k}": own(num_attributes=k) for k in range(1, 9)
}

OUTFITS: dict[str, Entry] = {
    f"{name} of the outfits": replace(own(), share=share)
    for name, share in (("an eighth", 0.125), ("a quarter", 0.25), ("half", 0.5))
}

TRIED: dict[str, Entry] = {  # and not kept
    "twice as wide": own(hidden_channels=128),
    "16 strangers": own(lambda model, _: RankingObjective(num_negatives=16)),
    "no pointwise term": own(lambda model, _: RankingObjective(CandidateSoftmaxLoss(0.0))),
    "batches of 32": replace(own(), config=TrainingConfig(batch_size=32)),
    "weight decay of 1": replace(own(), config=TrainingConfig(weight_decay=1.0)),
    "24 epochs": replace(own(), epochs=24),
    "48 epochs": replace(own(), epochs=48),
}

_FAST = ({"learning_rate": 2e-3}, {"learning_rate": 8e-3})

TRIED_ON_BASELINES: dict[str, Entry] = {  # a wider search than all models get
    "Siamese, faster": replace(MODELS["Siamese"], trials=_FAST),
    "Set transformer, faster, 24 epochs": replace(
        MODELS["Set transformer"], trials=_FAST, epochs=24
    ),
    "Bi-LSTM, 256 wide": replace(MODELS["Bi-LSTM"], build=lambda w: BiLSTM(w.num_features, 256)),
    "NGNN, finer categories": replace(MODELS["NGNN"], finer=True),
    "Type-aware, finer categories": replace(MODELS["Type-aware"], finer=True),
}


ALIKE = [name for name in MODELS if not name.endswith(("published", "published code"))]

LONGER: dict[str, Entry] = {
    f"{name}, longer": replace(MODELS[name], epochs=24, settled_by=name, strangers=32)
    for name in ALIKE
}


def five(entry: Entry) -> Entry:
    """An ensemble of five such models."""
    return replace(
        entry,
        build=lambda w, **trial: Ensemble.of(entry.build(w, **trial), 5),
        objective=lambda model, case: EnsembleObjective(entry.objective(model.members[0], case)),
    )


FIVE: dict[str, Entry] = {  # of all that are trained alike
    f"{name}, five": replace(five(MODELS[name]), settled_by=name) for name in ALIKE
}


def student(model: ADDGNN, teacher: ADDGNN, start: bool, scores: float) -> Objective:
    """The objective of a student that may start from its teacher and listen to its scores."""
    if start:  # what the teacher does without stays as it is
        model.load_state_dict(teacher.state_dict(), strict=False)
    if not scores:
        return RankingObjective()
    return RankingObjective(teacher=teacher, lambda_distillation=scores)


def masks(case: DesignerCase) -> Objective:
    """The paper's distillation beside our ranking."""
    loss = ADDGNNLoss(0.0, 1e-3, 0.0, ranking=CandidateSoftmaxLoss())
    return ADDGNNObjective(loss, num_negatives=8, teacher=case.teacher())


# A teacher of pairs of other people's items remembers nothing that a student could use.
FORGETFUL = {"use_context": False, "use_pairs": False}

KNOWLEDGE: dict[str, Entry] = {
    "no knowledge": own(**FORGETFUL),
    "masks (eq. A11)": own(lambda model, case: masks(case), **FORGETFUL),
    "scores": own(lambda model, case: student(model, case.pair_model, False, 1.0), **FORGETFUL),
    "start": own(lambda model, case: student(model, case.pair_model, True, 0.0), **FORGETFUL),
    "start and scores": own(
        lambda model, case: student(model, case.pair_model, True, 1.0), **FORGETFUL
    ),
    "outfits: start": own(
        lambda model, case: student(model, case.outfit_model, True, 0.0), **FORGETFUL
    ),
    "outfits: start and scores": own(
        lambda model, case: student(model, case.outfit_model, True, 1.0), **FORGETFUL
    ),
}

# What designers' whole outfits teach, without any of the users'.
DESIGNERS: dict[str, Callable[[DesignerCase], Scorer]] = {
    "designers' model": lambda case: case.outfit_model
}

ENTRIES: dict[str, Entry] = {
    **MODELS,
    **ABLATION,
    **ATTRIBUTES,
    **OUTFITS,
    **TRIED,
    **TRIED_ON_BASELINES,
    **LONGER,
    **FIVE,
    **KNOWLEDGE,
}
