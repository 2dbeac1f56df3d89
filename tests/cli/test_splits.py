import shutil

import pandas as pd
import pytest

from fashiongraph.cli.datasets import open_dataset
from fashiongraph.cli.splits import splits_of, training_splits, write_splits
from fashiongraph.errors import DataError


@pytest.fixture(scope="module")
def wardrobe(folder):
    return open_dataset(folder, ["features.npy"])


def test_parts_are_written_and_read_back(wardrobe, tmp_path):
    parts = splits_of(wardrobe, None, seed=3)
    assert sum(len(part) for part in parts.values()) == len(wardrobe.outfits)
    file = tmp_path / "split.csv"
    write_splits(parts, file)
    again = splits_of(wardrobe, file, seed=0)  # the file has the say, not the seed
    assert {name: list(part.ids) for name, part in again.items()} == {
        name: list(part.ids) for name, part in parts.items()
    }


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("o999,train", r"row 5: the outfit 'o999' is not in"),
        ("o000,train", r"row 5: the outfit 'o000' needs one part"),
        ("o003,most", r"row 5: 'part' needs to be train, valid, test \(got 'most'\)"),
    ],
)
def test_a_broken_row_is_named(wardrobe, tmp_path, row, message):
    file = tmp_path / "split.csv"
    file.write_text(f"outfit_id,part\no000,train\no001,valid\no002,test\n{row}\n")
    with pytest.raises(DataError, match=message):
        splits_of(wardrobe, file, seed=0)


def test_a_file_that_is_no_split_is_named(wardrobe, tmp_path):
    file = tmp_path / "split.csv"
    with pytest.raises(DataError, match="cannot be read"):
        splits_of(wardrobe, file, seed=0)
    file.write_text("outfit_id,share\no000,train\n")
    with pytest.raises(DataError, match=r"'part' is needed \(got outfit_id, share\)"):
        splits_of(wardrobe, file, seed=0)


def names(parts):
    return {name: list(part.ids) for name, part in parts.items()}


def test_the_parts_of_a_training_are_those_of_the_file_beside_it(wardrobe, tmp_path, capsys):
    drawn = splits_of(wardrobe, None, seed=3)
    write_splits(drawn, tmp_path / "split.csv")
    assert names(training_splits(tmp_path / "model", wardrobe, 0)) == names(drawn)
    assert capsys.readouterr().err == ""


def test_outfits_that_are_left_keep_their_parts(wardrobe, tmp_path, capsys):
    drawn = splits_of(wardrobe, None, seed=3)
    file = tmp_path / "split.csv"
    write_splits(drawn, file)
    frame = pd.read_csv(file, dtype=str)
    gone = frame.loc[0, "outfit_id"]
    frame.loc[0, "outfit_id"] = "another"
    frame.to_csv(file, index=False)
    kept = names(training_splits(tmp_path / "model", wardrobe, 0))
    assert kept == {n: [one for one in ids if one != gone] for n, ids in names(drawn).items()}
    assert "1 of the 90 outfits of" in capsys.readouterr().err
    frame.loc[4, "part"] = "most"
    frame.to_csv(file, index=False)
    with pytest.raises(DataError, match=r"row 6: 'part' needs to be"):
        training_splits(tmp_path / "model", wardrobe, 0)


def test_no_known_split_is_said(wardrobe, tmp_path, capsys):
    drawn = names(splits_of(wardrobe, None, seed=3))
    assert names(training_splits(tmp_path / "model", wardrobe, 3)) == drawn
    assert "no split of training was found beside" in capsys.readouterr().err
    (tmp_path / "split.csv").write_text("outfit_id,part\nanother,train\n")
    assert names(training_splits(tmp_path / "model", wardrobe, 3)) == drawn
    assert "names no outfit of" in capsys.readouterr().err


def test_outfits_in_no_part_are_counted(wardrobe, tmp_path, capsys):
    drawn = splits_of(wardrobe, None, seed=3)
    file = tmp_path / "split.csv"
    write_splits({**drawn, "holdout": drawn["test"], "test": drawn["test"].select([0])}, file)
    left = len(drawn["test"]) - 1
    assert len(splits_of(wardrobe, file, seed=0)["test"]) == 1  # holdout is no part of the file
    assert capsys.readouterr().err == f"{left} outfits are in no part of {file}\n"


def test_an_outfit_that_repeats_another_needs_no_part(folder, tmp_path, capsys):
    shutil.copytree(folder, tmp_path / "data")
    outfits = pd.read_csv(folder / "outfits.csv", dtype=str)
    again = outfits[outfits["outfit_id"] == "o000"].assign(outfit_id="again")
    pd.concat([again, outfits]).to_csv(tmp_path / "data" / "outfits.csv", index=False)
    file = tmp_path / "split.csv"
    pd.DataFrame({"outfit_id": outfits["outfit_id"].unique(), "part": "train"}).to_csv(file)
    assert len(splits_of(open_dataset(tmp_path / "data", None), file, 0)["train"]) == 90
    assert capsys.readouterr().err == ""
