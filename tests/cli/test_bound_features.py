"""A model keeps which encoders its features came from, and commands read them from it."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pandas as pd
import pytest

WORDS = ("--encoder", "hashed-words", "--text-column", "style")
QUICK = ("--model", "siamese", "--epochs", 1, "--batch-size", 16, "--accelerator", "cpu")
FILES = ["features_columns.npy", "features_text.npy"]


@pytest.fixture(scope="module")
def shop(folder, command, tmp_path_factory):
    """A data set with two files of features that ``embed`` wrote."""
    root = tmp_path_factory.mktemp("shop")
    for name in ("items.csv", "outfits.csv"):
        shutil.copy(folder / name, root / name)
    command("embed", root, *WORDS, "--encoder", "columns")
    return root


@pytest.fixture(scope="module")
def model(shop, command, tmp_path_factory):
    """A model trained on both without naming them."""
    output = tmp_path_factory.mktemp("run")
    result = command("train", shop, *QUICK, "-o", output)
    assert "features_columns.npy (9 by columns) + features_text.npy" in result.stderr
    return output / "model"


@pytest.fixture
def new_season(shop, tmp_path):
    """Other items of the same shop, with values that the vocabulary lacks."""
    items = pd.read_csv(shop / "items.csv", dtype=str)
    items["item_id"] = "new" + items["item_id"]
    items.loc[::5, "style"] = "style9"
    items.to_csv(tmp_path / "items.csv", index=False)
    outfits = pd.read_csv(shop / "outfits.csv", dtype=str)
    outfits["item_id"] = "new" + outfits["item_id"]
    outfits.to_csv(tmp_path / "outfits.csv", index=False)
    return tmp_path


def features(*names):
    return [word for name in names for word in ("--features", name)]


def scores(result):
    return {row["outfit_id"]: row["score"] for row in json.loads(result.stdout)}


def test_scores_read_the_features_of_the_training(shop, model, command):
    card = json.loads((model / "model.json").read_text())
    assert [one["file"] for one in card["features"]] == FILES
    assert card["features"][0]["settings"]["columns"]["style"][0] == "style0"
    common = ("score", model, shop / "outfits.csv", "--data", shop, "--json", "--top", 0)
    assert scores(command(*common)) == scores(command(*common, *features(*FILES)))
    listed = json.loads(command("info", model, "--json").stdout)["feature_files"]
    assert [one["encoder"] for one in listed] == ["columns", "hashed-words"]
    listed = json.loads(command("info", shop, "--json").stdout)["feature_files"]
    assert [one["file"] for one in listed] == FILES


@pytest.mark.parametrize("names", [FILES[::-1], FILES[:1], [*FILES, FILES[0]]])
def test_other_files_or_another_order_are_refused(shop, model, command, names):
    common = ("--data", shop, *features(*names))
    for words in (
        ("score", model, shop / "outfits.csv"),
        ("evaluate", model),
        ("complete", model, "--outfit", "o000", "--slots", "shoe"),
    ):
        message = str(command(*words, *common, fails=True).exception)
        assert message.startswith("'--features' needs the features of the training")
    index = ("index", shop, "--checkpoint", model, "-o", shop / "index", *features(*names))
    assert "'--features' needs" in str(command(*index, fails=True).exception)


def test_features_of_another_encoder_are_refused(shop, model, command, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(shop, other)
    message = str(
        command("embed", other, "--encoder", "columns", "--columns", "worn", fails=True).exception
    )
    assert "another version of it" in message and "--overwrite" in message
    command("embed", other, "--encoder", "columns", "--columns", "worn", "--overwrite")
    message = str(command("evaluate", model, "--data", other, fails=True).exception)
    assert "(got features_columns.npy (4 by columns) + features_text.npy" in message
    (other / f"{FILES[0]}.json").unlink()
    np.save(other / FILES[0], np.load(shop / FILES[0]))
    assert "(got features_columns.npy (9) + " in str(
        command("evaluate", model, "--data", other, fails=True).exception
    )


def test_new_items_get_the_features_of_a_model(new_season, model, command, shop):
    common = ("evaluate", model, "--data", new_season, "--split", "all")
    message = str(command(*common, fails=True).exception)
    assert "features_columns.npy (9 by columns), which is missing" in message
    assert f"fashiongraph embed {new_season} --like MODEL" in message
    command("embed", new_season, "--like", model)
    rows = np.load(new_season / FILES[0])
    assert rows.shape[1] == np.load(shop / FILES[0]).shape[1]
    known = json.loads((shop / f"{FILES[0]}.json").read_text())
    assert (
        json.loads((new_season / f"{FILES[0]}.json").read_text())["settings"] == known["settings"]
    )
    command(*common)
    (new_season / FILES[1]).rename(new_season / "titles.npy")
    (new_season / f"{FILES[1]}.json").rename(new_season / "titles.npy.json")
    command(*common)  # the encoder counts, not the name of its file


def test_like_needs_features_of_embed(shop, checkpoint, command):
    message = str(command("embed", shop, "--like", checkpoint, fails=True).exception)
    assert "'--like' needs a model whose features were made by" in message
    message = str(command("embed", shop, "--like", shop / "no", fails=True).exception)
    assert "does not exist" in message


def test_the_configuration_names_the_features(shop, model, command, tmp_path):
    config = model.parent / "config.yaml"
    assert all(f"- {shop / name}" in config.read_text() for name in FILES)
    command("train", shop, "--config", config, "-o", tmp_path / "again")
    for name in ("weights.safetensors",):
        again = tmp_path / "again" / "model" / name
        assert again.read_bytes() == (model / name).read_bytes()


def test_a_teacher_needs_the_features_of_its_student(shop, command, tmp_path):
    teacher = ("--model", "teacher-paper", "--top", "top", "--bottom", "bottom")
    options = ("--epochs", 1, "--accelerator", "cpu", "--batch-size", 16)
    command("train", shop, *teacher, *options, *features(FILES[0]), "-o", tmp_path / "teacher")
    student = ("train", shop, "--model", "addgnn-paper", *options, "-o", tmp_path / "student")
    named = ("--teacher", tmp_path / "teacher" / "model")
    message = str(command(*student, *named, *features(FILES[1]), fails=True).exception)
    assert "'--features' needs the features of the training" in message
    result = command(*student, *named)
    assert "features: features_columns.npy (9 by columns)\n" in result.stderr
