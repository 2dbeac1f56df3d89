"""The bytes that `docs/scale.md` names are those that the plan works out."""

from __future__ import annotations

from pathlib import Path

import pytest

from fashiongraph.models import ADDGNN

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")


@pytest.fixture
def plan(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import plan

    return plan


def test_its_arrays_are_the_plans(plan):
    for name, size in plan.array_bytes(100_000_000, 1_000_000_000).items():
        assert f"| {name} | {size / 1e9:,.3g} |" in PAGE


def test_its_model_is_the_one_that_is_measured(plan):
    model = ADDGNN(plan.FEATURES, plan.HIDDEN, plan.ATTRIBUTES, num_steps=1)
    assert f"The model has {sum(p.numel() for p in model.parameters()):,} parameters" in PAGE
