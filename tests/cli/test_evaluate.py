from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

from fashiongraph.cli.splits import training_splits
from fashiongraph.datasets import OutfitTables
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.evaluation import compatibility, draw_questions, score_against_negatives
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.models import OutfitModel

FEATURES = ("--features", "features.npy")
KINDS = ("compatibility", "fitb")


@pytest.mark.parametrize("protocol", ["uniform", "same_category", "matched"])
def test_prints_both_metrics_with_intervals(folder, command, checkpoint, protocol):
    options = ("--protocol", protocol, "--columns", "style" if protocol == "matched" else "")
    result = command("evaluate", checkpoint, "--data", folder, *FEATURES, *options, "--json")
    auc, fitb = json.loads(result.stdout)["results"]
    assert (auc["metric"], fitb["metric"]) == ("AUC", "FITB")
    assert auc["low"] <= auc["value"] <= auc["high"]
    assert fitb["recipe"]["protocol"] == protocol
    assert len(fitb["checksum"]) == 64
    if protocol == "uniform":
        assert auc["value"] > 0.55  # chance is one half
    text = command("evaluate", checkpoint, "--data", folder, *FEATURES, *options).output
    assert f"AUC {auc['value']:.3f} [" in text


def test_outfits_that_were_trained_on_are_counted(folder, command, checkpoint, tmp_path):
    other = tmp_path / "other.csv"
    command("split", folder, "--seed", 7, "--output", other)
    common = ("evaluate", checkpoint, "--data", folder, *FEATURES, "--json")
    model, tables = OutfitModel.load(checkpoint), OutfitTables(folder)
    trained = {frozenset(one) for one in worn(tables.split(seed=0)[0])}
    tested = worn(tables.split(seed=7)[2])
    assert model.training_outfits is not None
    expected = sum(frozenset(one) in trained for one in tested)
    result = command(*common, "--split-file", other)
    assert json.loads(result.stdout)["in_training"] == expected > 0
    assert f"{expected:,} of {len(tested):,} outfits were in the training" in result.stderr
    result = command(*common)
    assert json.loads(result.stdout)["in_training"] == 0
    assert "in the training" not in result.stderr


def worn(outfits):
    return [rows.tolist() for rows in outfits.item_id.split(outfits.sizes.tolist())]


def test_stored_questions_give_the_same_result(folder, command, checkpoint, tmp_path):
    common = ("evaluate", checkpoint, "--data", folder, *FEATURES, "--json")
    options = ("--protocol", "uniform", "--seed", 4)
    drawn = json.loads(command(*common, *options, "--save-questions", tmp_path).stdout)
    files = sorted(tmp_path.iterdir())
    assert [f.name for f in files] == ["compatibility_uniform_seed4.npz", "fitb_uniform_seed4.npz"]
    found = command(*common, "--questions", files[0], "--questions", files[1])
    assert json.loads(found.stdout)["results"] == drawn["results"]


def test_stored_questions_are_kept(folder, command, checkpoint, tmp_path):
    common = ("evaluate", checkpoint, "--data", folder, *FEATURES, "--save-questions", tmp_path)
    command(*common)
    names = [f"{kind}_{p}_seed0.npz" for kind in KINDS for p in ("same_category", "uniform")]
    assert sorted(file.name for file in tmp_path.iterdir()) == names
    stored = [file.read_bytes() for file in sorted(tmp_path.iterdir())]
    result = command(*common, "--split", "train", fails=True)
    assert isinstance(result.exception, DataError)
    assert "compatibility_uniform_seed0.npz: exists" in str(result.exception)
    assert [file.read_bytes() for file in sorted(tmp_path.iterdir())] == stored
    command(*common, "--split", "train", "--overwrite")
    assert [file.read_bytes() for file in sorted(tmp_path.iterdir())] != stored


def test_another_data_set_with_unknown_categories(folder, command, checkpoint, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    items = pd.read_csv(other / "items.csv", dtype=str)
    items.loc[items["category"] == "bag", "category"] = "hat"
    items.to_csv(other / "items.csv", index=False)
    common = ("evaluate", checkpoint, "--data", other, *FEATURES)
    result = command(*common, fails=True)
    assert isinstance(result.exception, FashionGraphError)
    assert "hat" in str(result.exception)
    assert "AUC" in command(*common, "--unknown", "default", "--split", "all").output


def test_outfits_are_scored_against_negatives_of_training(folder, command, checkpoint, tmp_path):
    options = ("--protocol", "same_category", "--seed", 2)
    common = ("evaluate", checkpoint, "--data", folder, *FEATURES, "--json", *options)
    plain = json.loads(command(*common, "--save-questions", tmp_path).stdout)["results"]
    auc, fitb = json.loads(command(*common, "--negatives", 4).stdout)["results"]
    assert (auc["negatives"], fitb["negatives"], plain[0]["negatives"]) == (4, 0, 0)
    assert fitb == plain[1]
    dataset = OutfitTables(folder, features="features.npy")
    splits = training_splits(checkpoint, dataset, seed=2)
    expected = compatibility(
        OutfitModel.load(checkpoint),
        draw_questions(splits["test"], "compatibility", "same_category", seed=2),
        score_against_negatives,
        sampler=negative_sampler("same_category", splits["train"].with_frequency().items),
        num_negatives=4,
        seed=2,
    )
    assert auc["value"] == expected.value != plain[0]["value"]
    stored = ("--questions", tmp_path / "compatibility_same_category_seed2.npz")
    found = json.loads(command(*common, *stored, "--negatives", 4).stdout)
    assert found == {"split": None, "results": [auc]}


def test_a_stored_split_is_used(folder, command, checkpoint, tmp_path):
    file = tmp_path / "split.csv"
    command("split", folder, "-o", file, "--seed", 3)
    options = ("--protocol", "uniform", "--json")
    common = ("evaluate", checkpoint, "--data", folder, *FEATURES, *options)
    for options, count in (
        (("--split-file", file), 18),
        (("--split-file", file, "--split", "valid"), 9),
    ):
        found = json.loads(command(*common, *options).stdout)
        assert found["results"][0]["num_questions"] == count


def test_the_split_of_the_training_is_the_default(folder, command, checkpoint, tmp_path):
    options = ("--features", "features.npy", "--batch-size", 16, "--accelerator", "cpu")
    command("train", folder, *options, "-o", tmp_path, "--seed", 5, "--epochs", 1, "--hidden", 4)
    common = ("evaluate", tmp_path / "model", "--data", folder, *FEATURES, "--json")
    default = json.loads(command(*common).stdout)
    named = json.loads(command(*common, "--split-file", tmp_path / "split.csv").stdout)
    assert default == named
    (tmp_path / "split.csv").unlink()
    alone = command(*common)
    assert json.loads(alone.stdout) != default
    assert "no split of training was found beside" in alone.stderr


def test_spoilers_of_easy_and_hard_negatives(folder, command, checkpoint, tmp_path):
    common = ("evaluate", checkpoint, "--data", folder, *FEATURES, "--task", "spoiler")
    saved = ("--save-questions", tmp_path)
    drawn = json.loads(command(*common, "--json", *saved).stdout)["results"]
    assert [row["recipe"]["protocol"] for row in drawn] == ["uniform", "same_category"]
    assert {row["metric"] for row in drawn} == {"spoiler"}
    assert [row["chance"] for row in drawn] == [0.25, 0.25]
    assert drawn[0]["value"] > drawn[0]["chance"]
    files = sorted(tmp_path.iterdir())
    assert [f.name for f in files] == [
        f"spoiler_{p}_seed0.npz" for p in ("same_category", "uniform")
    ]
    found = json.loads(command(*common, "--questions", files[1], "--json").stdout)
    assert found["results"] == drawn[:1]
    text = command(*common, "--protocol", "uniform").stdout
    assert f"uniform: spoiler {drawn[0]['value']:.3f} [" in text and "chance 0.250" in text


def test_complementary_items_are_retrieved(folder, command, checkpoint, tmp_path):
    common = ("evaluate", checkpoint, "--data", folder, *FEATURES, "--task", "cir")
    drawn = json.loads(command(*common, "--json", "--save-questions", tmp_path).stdout)["results"]
    assert [row["metric"] for row in drawn] == ["R@10", "R@30", "R@50"]
    assert drawn[0]["value"] > drawn[0]["chance"] == pytest.approx(10 / 12)
    assert len({row["checksum"] for row in drawn}) == 1
    (file,) = tmp_path.iterdir()
    assert file.name == "cir_seed0.npz"
    found = json.loads(command(*common, "--questions", file, "--json").stdout)
    assert found["results"] == drawn
    assert "R@10 " in command(*common, "--columns", "style").stdout
    wrong = ("--task", "spoiler", "--questions", file)
    result = command(*common[:-2], *wrong, fails=True)
    assert "'--questions' needs the kind fitb for '--task spoiler'" in str(result.exception)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--task", "rank"), "'--task' needs to be one of compatibility, spoiler, cir"),
        (("--task", "cir", "--protocol", "uniform"), "'--protocol' has no effect with '--task cir"),
        (("--task", "spoiler", "--negatives", 3), "'--negatives' has no effect with '--task spoil"),
        (("--questions", "a.npz", "--protocol", "matched"), "'--protocol' has no effect with"),
        (("--questions", "a.npz"), "a.npz: does not exist"),
        (("--questions", "a.npz", "--save-questions", "b"), "'--save-questions' has no effect"),
        (("--questions", "a.npz", "--seed", 3), "'--seed' has no effect with '--questions'"),
        (
            ("--protocol", "same_category", "--columns", "style"),
            "'--columns' has no effect with '--protocol same_category'",
        ),
        (("--split", "all", "--split-file", "official"), "'--split-file' has no effect with"),
        (("--split", "train", "--outfits", "new-items"), "'--outfits' has no effect with"),
        (("--outfits", "new"), "'--outfits' needs to be one of all, new-pairs, new-items"),
        (("--questions", "a.npz", "--outfits", "all"), "'--outfits' has no effect with"),
        (("--outfits", "new-items"), "got none of 18); 'fashiongraph split --disjoint'"),
        (("--negatives", 4), "'--negatives' needs '--protocol'"),
        (("--protocol", "hard"), "'--protocol' needs to be one of"),
        (("--protocol", "same_columns"), "'--columns' needs a column"),
    ],
)
def test_refuses_options_without_effect(folder, command, checkpoint, options, message):
    result = command("evaluate", checkpoint, "--data", folder, *FEATURES, *options, fails=True)
    assert isinstance(result.exception, FashionGraphError)
    assert message in str(result.exception)


def test_refuses_bad_input(folder, command, checkpoint, tmp_path):
    common = ("--data", folder, *FEATURES)
    (tmp_path / "split.csv").write_text("outfit_id,split\nno-outfit,test\n")
    (tmp_path / "named.csv").write_text("outfit_id,split\no000,validation\n")
    (tmp_path / "twice.csv").write_text("outfit_id,split\no000,test\no000,train\n")
    (tmp_path / "other.csv").write_text("outfit,split\nno-outfit,test\n")
    for arguments, message in (
        (("evaluate", tmp_path, *common), "is no checkpoint"),
        (("evaluate", checkpoint, *common, "--split", "rest"), "'--split' needs to be"),
        (
            ("evaluate", checkpoint, *common, "--split-file", tmp_path / "split.csv"),
            "split.csv, row 2: the outfit 'no-outfit' is not in",
        ),
        (("evaluate", checkpoint, *common, "--split-file", tmp_path / "other.csv"), "'outfit_id'"),
        (
            ("evaluate", checkpoint, *common, "--split-file", tmp_path / "named.csv"),
            "named.csv, row 2: 'split' needs to be",
        ),
        (
            ("evaluate", checkpoint, *common, "--split-file", tmp_path / "twice.csv"),
            "twice.csv, row 3: the outfit 'o000' needs one split",
        ),
        (("evaluate", checkpoint, *common, "--split-file", "official"), "brings no official split"),
        (("evaluate", checkpoint, *common, "--split-file", tmp_path / "no.csv"), "no.csv"),
        (("evaluate", checkpoint, *common, "--questions", tmp_path / "split.csv"), "split.csv"),
    ):
        result = command(*arguments, fails=True)
        assert isinstance(result.exception, DataError | FashionGraphError), result.exception
        assert message in str(result.exception)
