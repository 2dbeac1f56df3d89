"""Metrics as functions of scores."""

from fashiongraph.evaluation.metrics.functional.bootstrap import (
    bootstrap_interval,
    mean_interval,
    roc_auc_interval,
)
from fashiongraph.evaluation.metrics.functional.classification import (
    fill_in_blank_accuracy,
    roc_auc,
)
from fashiongraph.evaluation.metrics.functional.retrieval import (
    ranked_order,
    ranked_relevance,
    retrieval_average_precision,
    retrieval_hit_rate,
    retrieval_recall,
)

__all__ = [
    "bootstrap_interval",
    "fill_in_blank_accuracy",
    "mean_interval",
    "ranked_order",
    "ranked_relevance",
    "retrieval_average_precision",
    "retrieval_hit_rate",
    "retrieval_recall",
    "roc_auc",
    "roc_auc_interval",
]
