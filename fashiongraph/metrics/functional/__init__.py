"""Metrics as pure functions."""

from fashiongraph.metrics.functional.bootstrap import (
    bootstrap_interval,
    mean_interval,
    roc_auc_interval,
)
from fashiongraph.metrics.functional.fill_in_blank_accuracy import fill_in_blank_accuracy
from fashiongraph.metrics.functional.ranked_relevance import ranked_order, ranked_relevance
from fashiongraph.metrics.functional.retrieval import (
    retrieval_average_precision,
    retrieval_hit_rate,
    retrieval_recall,
)
from fashiongraph.metrics.functional.roc_auc import roc_auc

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
