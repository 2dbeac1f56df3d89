"""Every example runs, small, as a user runs it."""

from __future__ import annotations

import os
import random
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SMALL = {
    "addgnn.py": (["--outfits", "150", "--hidden", "8", "--epochs", "2"], "FITB"),
    "layers.py": (["--outfits", "100", "--hidden", "8", "--epochs", "2"], "Test AUC"),
    "distillation.py": (
        ["--outfits", "150", "--hidden", "8", "--epochs", "2"],
        "Student with the expert",
    ),
    "own_wardrobe.py": (
        ["--num-outfits", "60", "--hidden", "8", "--epochs", "1", "--encoder", "colours"],
        "Worst",
    ),
    "stylist.py": (["--num-outfits", "120", "--epochs", "1"], "explain: "),
    "retrieval.py": (
        ["--outfits", "150", "--hidden", "8", "--epochs", "2", "--report", "completion.html"],
        "Completions of",
    ),
}


def test_every_example_is_covered_and_short():
    files = {file.name: file for file in EXAMPLES.glob("*.py")}
    assert set(files) == set(SMALL)
    assert all(len(file.read_text().splitlines()) <= 120 for file in files.values())


@pytest.mark.slow  # each starts a process of its own
@pytest.mark.parametrize("name", sorted(SMALL))
def test_runs(name, tmp_path):
    arguments, expected = SMALL[name]
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *arguments],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert expected in done.stdout
    written = {path.name for path in tmp_path.iterdir()}
    pages = {"completion.html"} if "--report" in arguments else set()
    assert written == ({"stylist"} if name == "stylist.py" else pages)


@pytest.mark.slow
def test_the_stylist_makes_pages_of_photographs(tmp_path, data_root):
    """A wardrobe of photographs, with outfits drawn from four categories."""
    photographs, rng, items = data_root("clothing_photos") / "test", random.Random(0), []
    for category in ("t-shirt", "pants", "shoes", "outwear"):
        folder = tmp_path / "wardrobe" / "pictures" / category
        shutil.copytree(photographs / category, folder)
        items += [
            (f"{category}-{i}", category, path) for i, path in enumerate(sorted(folder.glob("*")))
        ]
    rows = [(name, kind, path.relative_to(tmp_path / "wardrobe")) for name, kind, path in items]
    frame = pd.DataFrame(rows, columns=["item_id", "category", "image"])
    frame.to_csv(tmp_path / "wardrobe" / "items.csv", index=False)
    worn = [
        (f"o{i}", rng.choice(list(of_kind["item_id"])))
        for i in range(80)
        for _, of_kind in frame.groupby("category")
    ]
    outfits = pd.DataFrame(worn, columns=["outfit_id", "item_id"])
    outfits.to_csv(tmp_path / "wardrobe" / "outfits.csv", index=False)
    arguments = [tmp_path / "wardrobe", "--epochs", "1", "--output", tmp_path / "pages"]
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "stylist.py"), *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    pages = {path.stem: path.read_text(encoding="utf-8") for path in (tmp_path / "pages").iterdir()}
    assert set(pages) == {"explain", "swap", "compose"}
    for name, page in pages.items():
        assert page.count("data:image/jpeg;base64,") >= 4, name
        assert f"{name}: " in done.stdout


def test_own_wardrobe_takes_pictures_alone(tmp_path):
    module = runpy.run_path(str(EXAMPLES / "own_wardrobe.py"))
    (tmp_path / "pictures" / "dress").mkdir(parents=True)
    for name in ("a.JPG", "b.png", "._b.png", ".DS_Store", "Thumbs.db"):
        (tmp_path / "pictures" / "dress" / name).touch()
    (tmp_path / "outfits.csv").touch()
    module["make_tables"](tmp_path / "pictures", tmp_path / "outfits.csv", tmp_path / "made")
    items = pd.read_csv(tmp_path / "made" / "items.csv")
    assert items["item_id"].tolist() == ["dress/a.JPG", "dress/b.png"]
