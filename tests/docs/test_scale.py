"""The sizes on `docs/scale.md` are those that `benchmarks/plan.py` computes."""

from __future__ import annotations

import json
import re
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


def test_array_sizes_are_the_plans(plan):
    table = PAGE.partition("| array | GB |\n")[2].partition("\n\n")[0]
    written = re.findall(r"^\| .* \| ([\d.e+]+) \|$", table, re.MULTILINE)
    sizes = plan.array_bytes(100_000_000, 1_000_000_000).values()
    assert written == [f"{size / 1e9:,.3g}" for size in sizes]


def test_parameter_count_is_the_models(plan):
    model = ADDGNN(plan.FEATURES, plan.HIDDEN, plan.ATTRIBUTES, num_steps=1)
    assert f"has {sum(p.numel() for p in model.parameters()):,} parameters" in PAGE


def between(mark):
    return PAGE.partition(f"<!-- {mark} -->\n")[2].partition(f"\n<!-- /{mark} -->")[0]


def test_latencies_of_the_stores_are_the_recorded_ones(plan):
    import stores

    result = json.loads((ROOT / "benchmarks" / "results" / "stores.json").read_text())
    assert between("stores") == stores.table(result)
    assert result["equal answers"].split(" of ") == ["400", "400"]


def test_the_cluster_is_the_plans(plan):
    items = 1_000_000_000
    rows = [
        f"| {name} | {memory / 1e9:,.4g} | {disk / 1e9:,.4g} | {plan.query_nodes(memory, items)} |"
        for name, (memory, disk) in plan.cluster_bytes(items).items()
    ]
    assert between("cluster").splitlines()[2:] == rows
