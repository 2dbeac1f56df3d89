"""Training objectives: ranking, metric learning and distillation."""

from fashiongraph.objectives.addgnn_objective import ADDGNNObjective
from fashiongraph.objectives.bilstm_objective import BiLSTMObjective
from fashiongraph.objectives.context_softmax_objective import ContextSoftmaxObjective
from fashiongraph.objectives.contrastive_objective import ContrastiveObjective
from fashiongraph.objectives.decorrelation_objective import DecorrelationObjective
from fashiongraph.objectives.defaults import default_objective, paper_objective
from fashiongraph.objectives.ensemble_objective import EnsembleObjective
from fashiongraph.objectives.in_batch_objective import InBatchObjective
from fashiongraph.objectives.metric_objective import MetricObjective
from fashiongraph.objectives.ngnn_objective import NGNNObjective
from fashiongraph.objectives.objective import Objective
from fashiongraph.objectives.ranking_objective import RankingObjective
from fashiongraph.objectives.type_aware_objective import TypeAwareObjective

__all__ = [
    "ADDGNNObjective",
    "BiLSTMObjective",
    "ContextSoftmaxObjective",
    "ContrastiveObjective",
    "DecorrelationObjective",
    "EnsembleObjective",
    "InBatchObjective",
    "MetricObjective",
    "NGNNObjective",
    "Objective",
    "RankingObjective",
    "TypeAwareObjective",
    "default_objective",
    "paper_objective",
]
