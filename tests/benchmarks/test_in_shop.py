from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "in_shop.py"


@pytest.fixture
def root(tmp_path):
    """A few garments in the layout of the In-Shop benchmark, each of one colour."""
    rng, lines = np.random.default_rng(0), []
    for garment in range(12):
        colour, split = rng.integers(0, 256, 3), "train" if garment < 6 else "test"
        category = ("Dresses", "Pants")[garment % 2]
        for view in range(4):
            name = f"img/WOMEN/{category}/id_{garment:08d}/0{view}_1_front.jpg"
            status = split if split == "train" else ("query" if view == 0 else "gallery")
            file = tmp_path / "shop" / "Img" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            noise = rng.integers(-20, 20, (64, 48, 3))
            Image.fromarray(np.clip(colour + noise, 0, 255).astype(np.uint8)).save(file)
            lines.append(f"{name} id_{garment:08d} {status}")
    text = "\n".join([str(len(lines)), "image_name item_id evaluation_status", *lines])
    (tmp_path / "shop" / "Eval").mkdir()
    (tmp_path / "shop" / "Eval" / "list_eval_partition.txt").write_text(text)
    return tmp_path / "shop"


def run(*arguments):
    command = [sys.executable, "-W", "ignore", SCRIPT, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.slow  # GoogLeNet on a processor
def test_googlenet_trains_end_to_end_on_small_data(root, tmp_path):
    output = tmp_path / "results"
    sizes = ("--weights", "none", "--size", 64, "--epochs", 1, "--batch-size", 3)
    done = run(root, *sizes, "--output", output)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("R@1: ")
    results = json.loads((output / "results.json").read_text())
    assert results["after"]["R@1"]["num_questions"] == 6
    assert 0 <= results["after"]["R@1"]["value"] <= results["after"]["R@10"]["value"] <= 1
    assert (output / "model" / "model.json").is_file()


@pytest.mark.slow  # another process
def test_a_missing_list_is_named(tmp_path):
    done = run(tmp_path, "--weights", "none")
    assert done.returncode != 0
    assert "list_eval_partition.txt" in done.stderr
