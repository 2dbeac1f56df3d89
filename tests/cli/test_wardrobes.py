from pathlib import Path

import pandas as pd
import pytest

from fashiongraph.cli.wardrobes import open_wardrobe, parts_of, split_of_training, write_parts
from fashiongraph.errors import DataError, FashionGraphError


@pytest.fixture(scope="module")
def wardrobe(folder):
    return open_wardrobe(folder, ["features.npy"])


def test_parts_are_written_and_read_back(wardrobe, tmp_path):
    parts = parts_of(wardrobe, None, seed=3)
    assert sum(len(part) for part in parts.values()) == len(wardrobe.outfits)
    file = tmp_path / "split.csv"
    write_parts(parts, file)
    again = parts_of(wardrobe, file, seed=0)  # the file has the say, not the seed
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
        parts_of(wardrobe, file, seed=0)


def test_a_file_that_is_no_split_is_named(wardrobe, tmp_path):
    file = tmp_path / "split.csv"
    with pytest.raises(DataError, match="cannot be read"):
        parts_of(wardrobe, file, seed=0)
    file.write_text("outfit_id,share\no000,train\n")
    with pytest.raises(DataError, match=r"'part' is needed \(got outfit_id, share\)"):
        parts_of(wardrobe, file, seed=0)


def test_the_split_of_training_is_taken_for_the_same_data_alone(wardrobe, tmp_path):
    checkpoint = tmp_path / "model"
    assert split_of_training(checkpoint, wardrobe) is None
    file = tmp_path / "split.csv"
    write_parts(parts_of(wardrobe, None, seed=0), file)
    assert split_of_training(checkpoint, wardrobe) == file
    other = pd.read_csv(file, dtype=str)
    other.loc[0, "outfit_id"] = "another"
    other.to_csv(file, index=False)
    assert split_of_training(checkpoint, wardrobe) is None


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("closet", "'--set' needs to be one of tables, "),
        ("tables lenient=True", "'--set' needs to be one of tables, "),
        ("fashion32 lenient", r"needs settings as name=value \(got 'lenient'\)"),
        ("fashion32 size=3", "'--set' 'fashion32 size=3': .*unexpected keyword argument 'size'"),
    ],
)
def test_refuses_forms_that_are_none(folder, form, message):
    with pytest.raises(FashionGraphError, match=message):
        open_wardrobe(Path(folder), None, form=form)
