import shutil

import pandas as pd
import pytest

from fashiongraph.cli.datasets import open_dataset
from fashiongraph.cli.splits import splits_of, training_splits, write_splits
from fashiongraph.errors import DataError


@pytest.fixture(scope="module")
def dataset(folder):
    return open_dataset(folder, ["features.npy"])


def test_splits_are_written_and_read_back(dataset, tmp_path):
    splits = splits_of(dataset, None, seed=3)
    assert sum(len(outfits) for outfits in splits.values()) == len(dataset.outfits)
    file = tmp_path / "split.csv"
    write_splits(splits, file)
    again = splits_of(dataset, file, seed=0)  # not by the seed
    assert {name: list(outfits.ids) for name, outfits in again.items()} == {
        name: list(outfits.ids) for name, outfits in splits.items()
    }


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("o999,train", r"row 5: the outfit 'o999' is not in"),
        ("o000,train", r"row 5: the outfit 'o000' needs one split"),
        ("o003,most", r"row 5: 'split' needs to be.*'most'"),
    ],
)
def test_a_broken_row_is_named(dataset, tmp_path, row, message):
    file = tmp_path / "split.csv"
    file.write_text(f"outfit_id,split\no000,train\no001,valid\no002,test\n{row}\n")
    with pytest.raises(DataError, match=message):
        splits_of(dataset, file, seed=0)


def test_a_missing_file_or_column_is_named(dataset, tmp_path):
    file = tmp_path / "split.csv"
    with pytest.raises(DataError, match="does not exist"):
        splits_of(dataset, file, seed=0)
    file.write_text("outfit_id,share\no000,train\n")
    with pytest.raises(DataError, match=r"'split' is needed"):
        splits_of(dataset, file, seed=0)


def names(splits):
    return {name: list(outfits.ids) for name, outfits in splits.items()}


def test_splits_of_a_training_come_from_the_file_beside_it(dataset, tmp_path, capsys):
    drawn = splits_of(dataset, None, seed=3)
    write_splits(drawn, tmp_path / "split.csv")
    assert names(training_splits(tmp_path / "model", dataset, 0)) == names(drawn)
    assert capsys.readouterr().err == ""


def test_remaining_outfits_keep_their_split(dataset, tmp_path, capsys):
    drawn = splits_of(dataset, None, seed=3)
    file = tmp_path / "split.csv"
    write_splits(drawn, file)
    frame = pd.read_csv(file, dtype=str)
    gone = frame.loc[0, "outfit_id"]
    frame.loc[0, "outfit_id"] = "another"
    frame.to_csv(file, index=False)
    kept = names(training_splits(tmp_path / "model", dataset, 0))
    assert kept == {n: [one for one in ids if one != gone] for n, ids in names(drawn).items()}
    assert "1 of the 90 outfits of" in capsys.readouterr().err
    frame.loc[4, "split"] = "most"
    frame.to_csv(file, index=False)
    with pytest.raises(DataError, match=r"row 6: 'split' needs to be"):
        training_splits(tmp_path / "model", dataset, 0)


def test_a_message_says_that_no_split_was_found(dataset, tmp_path, capsys):
    drawn = names(splits_of(dataset, None, seed=3))
    assert names(training_splits(tmp_path / "model", dataset, 3)) == drawn
    assert "no split of training was found beside" in capsys.readouterr().err
    (tmp_path / "split.csv").write_text("outfit_id,split\nanother,train\n")
    assert names(training_splits(tmp_path / "model", dataset, 3)) == drawn
    assert "names no outfit of" in capsys.readouterr().err


def test_outfits_in_no_split_are_counted(dataset, tmp_path, capsys):
    drawn = splits_of(dataset, None, seed=3)
    file = tmp_path / "split.csv"
    write_splits({**drawn, "holdout": drawn["test"], "test": drawn["test"].select([0])}, file)
    left = len(drawn["test"]) - 1
    assert len(splits_of(dataset, file, seed=0)["test"]) == 1  # holdout is not in the file
    assert capsys.readouterr().err == f"{left} outfits are in no split of {file}\n"


def test_a_duplicate_outfit_needs_no_split(folder, tmp_path, capsys):
    shutil.copytree(folder, tmp_path / "data")
    outfits = pd.read_csv(folder / "outfits.csv", dtype=str)
    again = outfits[outfits["outfit_id"] == "o000"].assign(outfit_id="again")
    pd.concat([again, outfits]).to_csv(tmp_path / "data" / "outfits.csv", index=False)
    file = tmp_path / "split.csv"
    pd.DataFrame({"outfit_id": outfits["outfit_id"].unique(), "split": "train"}).to_csv(file)
    assert len(splits_of(open_dataset(tmp_path / "data", None), file, 0)["train"]) == 90
    assert capsys.readouterr().err == ""
