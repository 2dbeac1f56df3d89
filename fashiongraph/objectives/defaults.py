"""Default and published objective of each model."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from fashiongraph.errors import FashionGraphError
from fashiongraph.models import (
    ADDGNN,
    NGNN,
    BiLSTM,
    CollocationNet,
    DesignerTeacher,
    Ensemble,
    FineTuningNet,
    OutfitModel,
    SetTransformer,
    Siamese,
    TypeAware,
)
from fashiongraph.nn import BPRLoss, FocalLoss
from fashiongraph.objectives.addgnn_objective import ADDGNNObjective
from fashiongraph.objectives.bilstm_objective import BiLSTMObjective
from fashiongraph.objectives.context_softmax_objective import ContextSoftmaxObjective
from fashiongraph.objectives.contrastive_objective import ContrastiveObjective
from fashiongraph.objectives.ensemble_objective import EnsembleObjective
from fashiongraph.objectives.metric_objective import MetricObjective
from fashiongraph.objectives.ngnn_objective import NGNNObjective
from fashiongraph.objectives.objective import Objective
from fashiongraph.objectives.ranking_objective import RankingObjective
from fashiongraph.objectives.type_aware_objective import TypeAwareObjective


@singledispatch
def default_objective(model: OutfitModel) -> Objective[Any]:
    """Default training objective of a model.

    It is :class:`RankingObjective` unless another one is registered for the class of the model with
    ``@default_objective.register``.

    Args:
        model: The model.

    Example:
        >>> from fashiongraph.models import Siamese
        >>> type(default_objective(Siamese(8))).__name__
        'RankingObjective'
    """
    return RankingObjective()


@default_objective.register
def _(model: ADDGNN) -> Objective[Any]:
    return ADDGNNObjective.softmax()


@default_objective.register
def _(model: FineTuningNet) -> Objective[Any]:
    return ContextSoftmaxObjective()


@default_objective.register
def _(model: DesignerTeacher) -> Objective[Any]:
    return ADDGNNObjective()


@default_objective.register
def _(model: CollocationNet) -> Objective[Any]:
    return MetricObjective.paper()


@default_objective.register
def _(model: Ensemble) -> Objective[Any]:
    return EnsembleObjective(default_objective(next(model.each())))


@singledispatch
def paper_objective(model: OutfitModel) -> Objective[Any]:
    """Published training objective of a model.

    Args:
        model: The model.

    Raises:
        FashionGraphError: If the model is not published.

    Example:
        >>> from fashiongraph.models import Siamese
        >>> type(paper_objective(Siamese(8))).__name__
        'ContrastiveObjective'
    """
    raise FashionGraphError(f"{type(model).__name__} has no published objective")


@paper_objective.register
def _(model: ADDGNN) -> Objective[Any]:
    return ADDGNNObjective()


@paper_objective.register
def _(model: DesignerTeacher) -> Objective[Any]:
    return ADDGNNObjective()


@paper_objective.register
def _(model: CollocationNet) -> Objective[Any]:
    return MetricObjective.paper()


@paper_objective.register
def _(model: Siamese) -> Objective[Any]:
    return ContrastiveObjective()


@paper_objective.register
def _(model: TypeAware) -> Objective[Any]:
    return TypeAwareObjective()


@paper_objective.register
def _(model: SetTransformer) -> Objective[Any]:
    return RankingObjective(FocalLoss(), num_negatives=1)


@paper_objective.register
def _(model: BiLSTM) -> Objective[Any]:
    return BiLSTMObjective()


@paper_objective.register
def _(model: NGNN) -> Objective[Any]:
    r"""Loss of the mode of the model with one negative.

    The loss of the paper is :math:`-\ln \sigma(y^{+} - y^{-})`, with its L2 term as
    ``weight_decay``; that of the code is :math:`-\sigma(y^{+} - y^{-})`, without L2 term, which the
    code computes but does not add.
    """
    if model.mode == "reference_code":
        return NGNNObjective()
    return RankingObjective(BPRLoss(), num_negatives=1)
