"""A table of items for bare pictures, and features of both sides of one model."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fashiongraph.features import ImageTextEncoder, extract_features, zero_shot_tags
from fashiongraph.features.tags import LABELS

pytest.importorskip("transformers")


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    (folder / "new").mkdir(parents=True)
    for index, name in enumerate(("a.png", "b.png", "new/a.png", "b.jpg")):
        Image.new("RGB", (40, 60), (60 * index, 90, 250 - 60 * index)).save(folder / name)
    return folder


def test_tags_become_a_table_that_embed_reads(photos, command, tiny_model):
    model = tiny_model("clip")
    facts = json.loads(command("tag", photos, "--encoder", model, "--json").stdout)
    assert facts["items"] == 4 == sum(facts["categories"].values())
    items = pd.read_csv(photos / "items.csv")
    assert items["item_id"].tolist() == ["a", "b.jpg", "b.png", "new/a"]
    assert items["image"].tolist() == ["a.png", "b.jpg", "b.png", "new/a.png"]
    encoder = ImageTextEncoder(model)
    paths = [photos / name for name in items["image"]]
    rows = extract_features(paths, encoder.image, num_workers=0, progress=False).array
    expected = zero_shot_tags(encoder, rows)
    for kind in LABELS:
        assert items[kind].tolist() == expected[kind].tolist()
    refused = command("tag", photos, "--encoder", model, fails=True)
    assert "--overwrite" in str(refused.exception)
    few = ("--categories", "dress,boots", "--overwrite")
    assert "written to" in command("tag", photos, "--encoder", model, *few).stdout
    assert set(pd.read_csv(photos / "items.csv")["category"]) <= {"dress", "boots"}
    command("embed", photos / "items.csv", "--encoder", model, "--text-column", "colour")
    image, text = (np.load(photos / f"features_{kind}.npy") for kind in ("image", "text"))
    assert image.shape == text.shape == (4, 12)
    np.testing.assert_array_equal(image, rows)


def test_broken_pictures_are_left_out(photos, command, tiny_model):
    (photos / "b.png").write_bytes(b"no picture")
    common = ("tag", photos, "--encoder", tiny_model("clip"))
    assert "b.png" in str(command(*common, fails=True).exception)
    assert not (photos / "items.csv").exists()
    result = command(*common, "--skip-broken")
    assert "cannot be read: 1 pictures" in result.stderr
    assert pd.read_csv(photos / "items.csv")["item_id"].tolist() == ["a", "b.jpg", "new/a"]


def test_refuses_what_cannot_be_tagged(photos, folder, command, tiny_model):
    result = command("tag", photos, "--encoder", tiny_model("dinov2"), fails=True)
    assert "'--encoder' needs a model of texts" in str(result.exception)
    result = command(
        "tag", photos, "--encoder", tiny_model("clip"), "--categories", "a,a", fails=True
    )
    assert "'--categories' needs different names" in str(result.exception)
    result = command("tag", folder, "--encoder", tiny_model("clip"), fails=True)
    assert "--overwrite" in str(result.exception)
