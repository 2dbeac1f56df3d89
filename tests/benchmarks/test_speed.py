"""The speed benchmark runs, and its naive side has the scores of the model."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from fashiongraph.data import category_graph
from fashiongraph.loader import OutfitLoader
from fashiongraph.models import ADDGNN

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.parametrize("share", [False, True])
@pytest.mark.parametrize("hidden", [6, 64])
def test_the_naive_composition_equals_the_model(wardrobe, share, hidden, monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from speed_sides.naive import Naive

    torch.manual_seed(0)
    model = ADDGNN(8, hidden, 3).double()
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    batch = next(iter(OutfitLoader(wardrobe, graph, share_items=share)))
    batch = batch.apply(lambda t: t.double() if t.is_floating_point() else t)
    results = []
    for side in (model, Naive(model)):
        score = side(batch)
        results.append((score, *torch.autograd.grad(score.sin().sum(), model.parameters())))
    for ours, naive in zip(*results, strict=True):
        torch.testing.assert_close(ours, naive)


def test_a_row_without_a_measurement_has_a_reason(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from speed import table
    from speed_sides.timing import Row

    row = Row("scoring, compiled", "times", [], details={"reason": "no C++ compiler"})
    assert row.holds
    assert json.loads(json.dumps(row.as_dict()))["median"] is None
    line = "| scoring, compiled (times) | | | | not measured: no C++ compiler | |"
    assert line in table([row.as_dict()])


def test_rows_of_the_same_machine_are_kept(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from speed import kept

    file, machine = tmp_path / "speed.json", {"machine": "2 cores", "quick": False}
    assert kept(file, machine, {"a"}) == []
    rows = [{"row": "a", "median": 1.0}, {"row": "b", "median": 2.0}]
    file.write_text(json.dumps({**machine, "rows": rows}))
    assert kept(file, machine, {"a"}) == rows[1:]


@pytest.mark.parametrize(("key", "value"), [("threads", 1), ("quick", True)])
def test_rows_of_another_machine_are_refused(tmp_path, monkeypatch, key, value):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from speed import kept

    file, machine = tmp_path / "speed.json", {"threads": 2, "quick": False}
    file.write_text(json.dumps({**machine, "rows": [{"row": "a"}, {"row": "b"}]}))
    other = {**machine, key: value}
    with pytest.raises(ValueError, match=f"{key} {machine[key]}"):
        kept(file, other, {"a"})
    assert kept(file, other, {"a", "b"}) == []  # all are measured again


@pytest.mark.parametrize("train", [True, False])
def test_a_limit_is_the_products_of_its_shapes(train, monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from speed_sides.bare import item_shapes, limit, node_shapes
    from speed_sides.case import Case
    from speed_sides.timing import flops

    case = Case(4, 16, 8)
    shapes = [*item_shapes(case, 20), *node_shapes(case, 30, cached=not train)]
    bare, taken = limit(case, [(shape, 2) for shape in shapes], train)
    parts = [2 * count * rows * inner * columns for count, rows, inner, columns in shapes]
    expected = 3 * sum(parts) - parts[0] if train else sum(parts)
    assert flops(bare) == 2 * expected
    assert set(re.findall(r"[a-z]+ for", taken)) <= {"torch for", "onednn for"}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux counts peaks")
def test_every_row_is_measured(tmp_path):
    pytest.importorskip("faiss")
    pytest.importorskip("pytorch_metric_learning")
    output = tmp_path / "speed.json"
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "speed.py"), "--quick", "--output", str(output)],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr  # also where a target is missed
    result = json.loads(output.read_text())
    assert result["quick"]
    for row in result["rows"]:
        assert "reason" in row or row["low"] <= row["median"] <= row["high"]
        assert f"| {row['name']} ({row['unit']}) |" in done.stdout
    assert sum(row["target"] is not None for row in result["rows"]) >= 19
    compiled = [row for row in result["rows"] if row["row"].endswith("_compiled")]
    assert [row.get("graphs", 1) for row in compiled] == [1, 1]  # one for batches of all sizes
    (onednn,) = [row for row in result["rows"] if row["row"] == "train_onednn"]
    assert result["matmul"] in ("torch", "onednn") and onednn["target"] is None
    limits = [row for row in result["rows"] if row["row"].endswith("_limit")]
    assert len(limits) == 3 and all(
        "torch" in row["limit"] or "onednn" in row["limit"] for row in limits
    )
    naive = {row["row"]: row for row in result["rows"] if "operations" in row}
    assert set(naive) == {"train_naive", "infer_naive", "fitb"}
    assert all(
        row["target"] == pytest.approx(1.15 * row["operations"], abs=0.01) for row in naive.values()
    )
