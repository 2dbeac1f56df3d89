"""Metrics: functions in ``functional``, and torchmetrics classes."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fashiongraph.evaluation.metrics import functional

if TYPE_CHECKING:
    from fashiongraph.evaluation.metrics.compatibility_auc import CompatibilityAUC
    from fashiongraph.evaluation.metrics.fill_in_blank_accuracy import FillInBlankAccuracy

__all__ = ["CompatibilityAUC", "FillInBlankAccuracy", "functional"]

_MODULES = {
    "CompatibilityAUC": "compatibility_auc",
    "FillInBlankAccuracy": "fill_in_blank_accuracy",
}


def __getattr__(name: str) -> Any:
    # torchmetrics takes seconds to import, and scoring does not need it.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
