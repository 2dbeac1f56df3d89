"""The benchmarks' modules, on made-up data sets with the names and files of real ones."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def benchmark_module(monkeypatch):
    """A function that imports a module of the benchmarks."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    before = set(sys.modules)
    yield importlib.import_module
    for name in set(sys.modules) - before:
        if str(BENCHMARKS) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture
def benchmark_data(monkeypatch, tmp_path):
    """Two small data sets below FASHIONGRAPH_DATA."""
    for name, features in (("polyvore_titles", "features_text"), ("mango", "features_image")):
        rng = np.random.default_rng(0)
        folder = tmp_path / "data" / name
        folder.mkdir(parents=True)
        item = [f"item{i}" for i in range(80)]
        category = rng.choice(["upper", "bottom", "shoe"], 80)
        group = np.select([category == "upper", category == "bottom"], ["Tops", "Bottoms"], "Shoes")
        items = {"item_id": item, "category": category, "group": group, "type": category}
        items |= {"title": [f"{c} of colour {i % 7}" for i, c in enumerate(category)]}
        items |= {"year": 2020, "line": "basic", "category_id": rng.integers(2, size=80)}
        pd.DataFrame(items).to_csv(folder / "items.csv", index=False)
        rows = [rng.choice(80, 4, replace=False) for _ in range(120)]
        outfits = {
            "outfit_id": np.repeat(range(120), 4),
            "item_id": [item[i] for i in np.ravel(rows)],
        }
        pd.DataFrame(outfits).to_csv(folder / "outfits.csv", index=False)
        for file in {features, "features_text"}:
            np.save(folder / f"{file}.npy", rng.normal(size=(80, 8)).astype(np.float16))
    monkeypatch.setenv("FASHIONGRAPH_DATA", str(tmp_path / "data"))
    return tmp_path / "data"
