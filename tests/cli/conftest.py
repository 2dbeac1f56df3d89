"""Tables of outfits that share a style, on disk, and a function that runs the command."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from fashiongraph.cli import app


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Items of four styles in four categories, and ninety outfits of one style each."""
    root = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    category = np.array(["top", "bottom", "shoe", "bag"])
    items = pd.DataFrame(
        {
            "item_id": [f"{i:04d}" for i in range(48)],
            "category": category[np.arange(48) // 4 % 4],
            "worn": np.array(["on legs", "on legs", "on feet", "in hand"])[np.arange(48) // 4 % 4],
            "style": [f"style{i % 4}" for i in range(48)],
        }
    )
    features = rng.normal(scale=0.25, size=(48, 8)).astype(np.float16)
    features[np.arange(48), np.arange(48) % 4] += 1
    rows = []
    for outfit, choice in enumerate(rng.permutation(3**4)[np.arange(90) // 4]):
        for digit in range(4):  # the choice written in base 3: no outfit occurs twice
            item = (choice // 3**digit % 3 * 4 + digit) * 4 + outfit % 4
            rows.append((f"o{outfit:03d}", f"{item:04d}"))
    items.to_csv(root / "items.csv", index=False)
    pd.DataFrame(rows, columns=["outfit_id", "item_id"]).to_csv(root / "outfits.csv", index=False)
    np.save(root / "features.npy", features)
    return root


@pytest.fixture(scope="session")
def command() -> Callable[..., Result]:
    """A function that runs ``fashiongraph`` and checks whether it succeeds."""

    def run(*arguments: object, fails: bool = False) -> Result:
        result = CliRunner().invoke(app, [str(a) for a in arguments])
        assert (result.exit_code != 0) == fails, (result.output, result.exception)
        return result

    return run


@pytest.fixture(scope="session")
def checkpoint(
    folder: Path, command: Callable[..., Result], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A model trained from the command line."""
    output = tmp_path_factory.mktemp("run")
    result = command(
        *("train", folder, "--features", "features.npy", "-o", output, "--model", "addgnn"),
        *("--hidden", 8),
        *("--epochs", 8, "--batch-size", 16, "--lr", 0.02, "--accelerator", "cpu", "--json"),
    )
    facts = json.loads(result.stdout)
    assert facts["epochs"] == 8
    assert facts["valid/score"] > 0.4
    return output / "model"


@pytest.fixture
def common(folder: Path, checkpoint: Path) -> tuple[Path, str, Path]:
    """Arguments of the commands of a stylist: a model and its catalogue."""
    return (checkpoint, "--data", folder)


@pytest.fixture
def outfit(folder: Path) -> list[str]:
    """Items of an outfit of the catalogue."""
    outfits = pd.read_csv(folder / "outfits.csv", dtype=str)
    return outfits[outfits["outfit_id"] == "o003"]["item_id"].tolist()


@pytest.fixture(scope="session")
def priced_folder(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue with a price of each item, its number; the item 0000 has none."""
    root = tmp_path_factory.mktemp("priced")
    shutil.copytree(folder, root, dirs_exist_ok=True)
    items = pd.read_csv(root / "items.csv", dtype=str)
    items["price"] = items["item_id"].astype(int).replace(0, np.nan)
    items.to_csv(root / "items.csv", index=False)
    return root
