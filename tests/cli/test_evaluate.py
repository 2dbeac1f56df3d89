from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

from fashiongraph.cli.splits import training_splits
from fashiongraph.datasets import OutfitTables
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.evaluation import (
    compatibility,
)
from fashiongraph.evaluation import (
    score_against_negatives,
)
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.models import OutfitModel

FEATURES = ("--features", "features.npy")


@pytest.mark.parametrize("protocol", ["uniform", "same_category", "matched"])
def test_prints_both_metrics_with_intervals(folder, command, checkpoint, protocol):
    options = ("--protocol", protocol, "--columns", "style" if protocol == "matched" else "")
    result = command("evaluate", checkpoint, "--data", folder, *FEATURES, *options, "--json")
    auc, fitb = json.loads(result.stdout)
    assert (auc["metric"], fitb["metric"]) == ("AUC", "FITB")
    assert auc["low"] <= auc["value"] <= auc["high"]
    assert fitb["recipe"]["protocol"] == protocol
    assert len(fitb["checksum"]) == 64
    if protocol == "uniform":
        assert auc["value"] > 0.55  # chance is one half
    text = command("evaluate", checkpoint, "--data", folder, *FEATURES, *options).output
    assert f"AUC {auc['value']:.3f} [" in text


def test_stored_questions_give_the_same_result(folder, command, checkpoint, tmp_path):
    common = ("evaluate", checkpoint, "--data", folder, *FEATURES, "--json")
    drawn = json.loads(command(*common, "--seed", 4, "--save-questions", tmp_path).stdout)
    files = sorted(tmp_path.iterdir())
    assert [f.name for f in files] == ["compatibility_uniform_seed4.npz", "fitb_uniform_seed4.npz"]
    asked = command(*common, "--questions", files[0], "--questions", files[1])
    assert json.loads(asked.stdout) == drawn


def test_other_questions_are_not_replaced(folder, command, checkpoint, tmp_path):
    common = ("evaluate", checkpoint, "--data", folder, *FEATURES, "--save-questions", tmp_path)
    command(*common)
    stored = [file.read_bytes() for file in sorted(tmp_path.iterdir())]
    command(*common)  # the same ones are
    result = command(*common, "--part", "train", fails=True)
    assert isinstance(result.exception, DataError)
    assert "compatibility_uniform_seed0.npz: holds other questions" in str(result.exception)
    assert [file.read_bytes() for file in sorted(tmp_path.iterdir())] == stored


def test_a_root_the_model_was_not_trained_on(folder, command, checkpoint, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    items = pd.read_csv(other / "items.csv", dtype=str)
    items.loc[items["category"] == "bag", "category"] = "hat"
    items.to_csv(other / "items.csv", index=False)
    common = ("evaluate", checkpoint, "--data", other, *FEATURES)
    result = command(*common, fails=True)
    assert isinstance(result.exception, FashionGraphError)
    assert "lacks hat" in str(result.exception)
    assert "AUC" in command(*common, "--unknown", "default", "--part", "all").output


def test_outfits_are_scored_against_strangers_of_the_training_part(
    folder, command, checkpoint, tmp_path
):
    options = ("--protocol", "same_category", "--seed", 2)
    common = ("evaluate", checkpoint, "--data", folder, *FEATURES, "--json", *options)
    plain = json.loads(command(*common, "--save-questions", tmp_path).stdout)
    auc, fitb = json.loads(command(*common, "--negatives", 4).stdout)
    assert (auc["strangers"], fitb["strangers"], plain[0]["strangers"]) == (4, 0, 0)
    assert fitb == plain[1]
    wardrobe = OutfitTables(folder, features="features.npy")
    parts = training_splits(checkpoint, wardrobe, seed=2)
    expected = compatibility(
        OutfitModel.load(checkpoint),
        parts["test"].questions("compatibility", protocol="same_category", seed=2),
        score_against_negatives,
        sampler=negative_sampler("same_category", parts["train"].with_frequency().items),
        num_negatives=4,
        seed=2,
    )
    assert auc["value"] == expected.value != plain[0]["value"]
    stored = ("--questions", tmp_path / "compatibility_same_category_seed2.npz")
    assert json.loads(command(*common, *stored, "--negatives", 4).stdout) == [auc]


def test_a_stored_split_is_honoured(folder, command, checkpoint, tmp_path):
    command("split", folder, "-o", tmp_path / "split.csv", "--seed", 3)
    common = ("evaluate", checkpoint, "--data", folder, *FEATURES, "--json")
    by_file = command(*common, "--split", tmp_path / "split.csv")
    by_part = command(*common, "--split", tmp_path / "split.csv", "--part", "valid")
    assert json.loads(by_file.stdout)[0]["num_questions"] == 18
    assert json.loads(by_part.stdout)[0]["num_questions"] == 9


def test_the_split_of_the_training_is_the_default(folder, command, checkpoint, tmp_path):
    options = ("--features", "features.npy", "--batch-size", 16, "--accelerator", "cpu")
    command("train", folder, *options, "-o", tmp_path, "--seed", 5, "--epochs", 1, "--hidden", 4)
    common = ("evaluate", tmp_path / "model", "--data", folder, *FEATURES, "--json")
    own = json.loads(command(*common).stdout)
    named = json.loads(command(*common, "--split", tmp_path / "split.csv").stdout)
    assert own == named
    (tmp_path / "split.csv").unlink()
    alone = command(*common)
    assert json.loads(alone.stdout) != own
    assert "no split of training was found beside" in alone.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--questions", "a.npz", "--protocol", "matched"), "'--protocol' has no say beside"),
        (("--questions", "a.npz", "--save-questions", "b"), "'--save-questions' has no say"),
        (("--questions", "a.npz", "--seed", 3), "'--seed' has no say beside '--questions'"),
        (("--columns", "style"), "'--columns' has no say beside '--protocol uniform'"),
        (
            ("--protocol", "same_category", "--columns", "style"),
            "'--columns' has no say beside '--protocol same_category'",
        ),
        (("--part", "all", "--split", "official"), "'--split' has no say beside '--part all'"),
    ],
)
def test_refuses_options_without_a_say(folder, command, checkpoint, options, message):
    result = command("evaluate", checkpoint, "--data", folder, *FEATURES, *options, fails=True)
    assert isinstance(result.exception, FashionGraphError)
    assert message in str(result.exception)


def test_refuses_bad_input(folder, command, checkpoint, tmp_path):
    common = ("--data", folder, *FEATURES)
    (tmp_path / "split.csv").write_text("outfit_id,part\nnobody,test\n")
    (tmp_path / "part.csv").write_text("outfit_id,part\no000,validation\n")
    (tmp_path / "twice.csv").write_text("outfit_id,part\no000,test\no000,train\n")
    (tmp_path / "other.csv").write_text("outfit,part\nnobody,test\n")
    for arguments, message in (
        (("evaluate", tmp_path, *common), "no checkpoint lies there"),
        (("evaluate", checkpoint, *common, "--part", "rest"), "'--part' needs to be"),
        (
            ("evaluate", checkpoint, *common, "--split", tmp_path / "split.csv"),
            "split.csv, row 2: the outfit 'nobody' is not in",
        ),
        (("evaluate", checkpoint, *common, "--split", tmp_path / "other.csv"), "'outfit_id'"),
        (
            ("evaluate", checkpoint, *common, "--split", tmp_path / "part.csv"),
            "part.csv, row 2: 'part' needs to be train, valid, test (got 'validation')",
        ),
        (
            ("evaluate", checkpoint, *common, "--split", tmp_path / "twice.csv"),
            "twice.csv, row 3: the outfit 'o000' needs one part",
        ),
        (("evaluate", checkpoint, *common, "--split", "official"), "brings no official split"),
        (("evaluate", checkpoint, *common, "--split", tmp_path / "no.csv"), "no.csv"),
        (("evaluate", checkpoint, *common, "--questions", tmp_path / "split.csv"), "split.csv"),
    ):
        result = command(*arguments, fails=True)
        assert isinstance(result.exception, DataError | FashionGraphError), result.exception
        assert message in str(result.exception)
