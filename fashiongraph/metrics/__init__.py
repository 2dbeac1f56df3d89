"""Metrics: pure functions in ``functional`` and their torchmetrics twins."""

from fashiongraph.metrics.compatibility_auc import CompatibilityAUC
from fashiongraph.metrics.fill_in_blank_accuracy import FillInBlankAccuracy

__all__ = ["CompatibilityAUC", "FillInBlankAccuracy"]
