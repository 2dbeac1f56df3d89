from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image


@pytest.fixture
def pictures(folder, tmp_path):
    items = pd.read_csv(folder / "items.csv", dtype=str).head(6)
    items["image"] = [f"{i}.png" for i in range(6)]
    for i in range(6):
        Image.new("RGB", (40, 60), (40 * i, 90, 200)).save(tmp_path / f"{i}.png")
    items.to_csv(tmp_path / "items.csv", index=False)
    rows = {"outfit_id": ["a", "a", "b", "b"], "item_id": items["item_id"].tolist()[:4]}
    pd.DataFrame(rows).to_csv(tmp_path / "outfits.csv", index=False)
    return tmp_path


def test_writes_one_row_per_item_and_resumes(pictures, command):
    common = ("embed", pictures, "--encoder", "resnet18", "--workers", 0)
    facts = json.loads(command(*common, "--json").stdout)
    rows = np.load(pictures / "features_image.npy")
    assert facts["shape"] == [6, 512] == list(rows.shape)
    assert rows.dtype == np.float16
    assert (pictures / ".features").is_dir()


def test_a_broken_picture_is_named(pictures, command):
    (pictures / "3.png").write_bytes(b"no picture")
    common = ("embed", pictures, "--encoder", "resnet18", "--workers", 0)
    assert "3.png" in str(command(*common, fails=True).exception)
    assert not (pictures / "features_image.npy").exists()
    facts = json.loads(command(*common, "--skip-broken", "--json").stdout)
    assert list(facts["problems"]) == [str(pictures / "3.png")]
    assert np.isnan(np.load(pictures / "features_image.npy")[3]).all()


def test_refuses_items_without_pictures(folder, command, pictures):
    assert "needs a column 'image'" in str(command("embed", folder, fails=True).exception)
    items = pd.read_csv(pictures / "items.csv", dtype=str)
    items.loc[2, "image"] = ""
    items.to_csv(pictures / "items.csv", index=False)
    assert "item '0002' has none" in str(command("embed", pictures, fails=True).exception)
