"""The benchmark of mixed-category metric learning runs, and goes on where it stopped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "collocation.py"
ROWS = ["features, not trained", "random", "schedule", "HDC"]


@pytest.fixture
def data(tmp_path):
    """A folder with a made-up data set of the name and the files of a real one."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "data" / "polyvore_titles"
    folder.mkdir(parents=True)
    category = rng.integers(4, size=60)
    item = [f"item{i}" for i in range(60)]
    pd.DataFrame({"item_id": item, "category": category}).to_csv(folder / "items.csv", index=False)
    worn = [rng.choice(60, 4, replace=False) for _ in range(60)]
    outfits = {"outfit_id": np.repeat(range(60), 4), "item_id": [item[i] for w in worn for i in w]}
    pd.DataFrame(outfits).to_csv(folder / "outfits.csv", index=False)
    np.save(folder / "features_text.npy", rng.normal(size=(60, 8)).astype(np.float16))
    return folder.parent


def benchmark(data, *options):
    return subprocess.run(
        [sys.executable, str(SCRIPT), "--data", "polyvore_titles", "--rows", *ROWS, *options],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "FASHIONGRAPH_DATA": str(data)},
        check=False,
    )


@pytest.mark.slow
def test_goes_on_where_it_stopped_and_tabulates_what_there_is(data, tmp_path):
    pytest.importorskip("pytorch_metric_learning")
    output = tmp_path / "runs"
    page = tmp_path / "page.md"
    small = ["--epochs", "2", "--output", str(output), "--page", str(page)]
    first = benchmark(data, "--seeds", "0", *small)
    assert first.returncode == 0, first.stderr
    times = {file.name: file.stat().st_mtime_ns for file in output.iterdir()}
    names = ["features-not-trained", "random", "schedule", "HDC"]
    assert set(times) == {f"polyvore_titles_{name}_0.json" for name in names}
    record = json.loads((output / "polyvore_titles_schedule_0.json").read_text())
    assert record["history"]["train/stage"] == [0, 1]

    second = benchmark(data, "--seeds", "0", "1", *small)
    assert second.returncode == 0, second.stderr
    assert len(list(output.iterdir())) == 8
    assert times == {name: (output / name).stat().st_mtime_ns for name in times}
    text = page.read_text()
    assert "| triplet, random strangers | 2 |" in text
    assert "| HDC, 3 x 128 | 2 |" in text
    assert "| schedule minus | seeds |" in text
    assert "(runs.png)" in text
    assert output.with_suffix(".png").stat().st_size > 0

    again = benchmark(data, "--tabulate", *small)
    assert again.returncode == 0, again.stderr
    assert again.stdout.strip() == text.strip()
