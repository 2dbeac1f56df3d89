"""torchmetrics takes seconds to import, and scoring needs none of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fashiongraph.evaluation import metrics

SCRIPT = """
import sys
import fashiongraph.evaluation, fashiongraph.retrieval
print(*{"torchmetrics", "lightning"} & set(sys.modules))
from fashiongraph.evaluation.metrics import *
print(CompatibilityAUC.__name__, FillInBlankAccuracy.__name__)
"""


def test_scoring_loads_neither_torchmetrics_nor_lightning() -> None:
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["", "CompatibilityAUC FillInBlankAccuracy"]


def test_names() -> None:
    assert metrics.functional
    assert set(metrics.__all__) <= set(dir(metrics))
    with pytest.raises(AttributeError, match="Nothing"):
        _ = metrics.Nothing
