from pathlib import Path

import numpy as np
import pytest

from fashiongraph.cli.datasets import open_dataset
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.models import ADDGNN, OutfitModel


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("", "'--set' needs to be one of tables, "),
        ("fashion32 'x", "'--set' cannot be read"),
        ("closet", "'--set' needs to be one of tables, "),
        ("tables lenient=True", "'--set' needs to be one of tables, "),
        ("fashion32 lenient", r"'--set' needs arguments as name=value"),
        ("fashion32 size=3", "'--set fashion32': .*'size'"),
    ],
)
def test_refuses_unknown_forms(folder, form, message):
    with pytest.raises(FashionGraphError, match=message):
        open_dataset(Path(folder), None, form=form)


def test_dropped_rows_are_named_as_they_are(tmp_path, capsys):
    (tmp_path / "items.csv").write_text("item_id,category\na,x\nb,y\nd[/e],x\nd[/e],x\n")
    (tmp_path / "outfits.csv").write_text("outfit_id,item_id\no,a\no,b\n")
    open_dataset(tmp_path, None, lenient=True)
    assert "d[/e]" in capsys.readouterr().err


def test_a_model_that_reads_features_needs_some(folder):
    with pytest.raises(FashionGraphError, match="ADDGNN needs features"):
        open_dataset(folder, None, model=ADDGNN(8))
    open_dataset(folder, ["features.npy"], model=ADDGNN(8))
    open_dataset(folder, None, model=OutfitModel())
    with pytest.raises(FashionGraphError, match=r"'--features' needs .*the 9 features"):
        open_dataset(folder, ["features.npy"], model=ADDGNN(9))


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(DataError, match=r"nowhere: does not exist"):
        open_dataset(tmp_path / "nowhere", None)


def test_features_lie_in_the_data_folder_or_the_current_one(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = np.load(folder / "features.npy")
    np.save("other.npy", np.hstack([rows, rows]))
    assert open_dataset(folder, ["other.npy"]).num_features == 16
    np.save("features.npy", np.hstack([rows, rows]))
    assert open_dataset(folder, ["features.npy"]).num_features == 8
    assert open_dataset(folder, [str(tmp_path / "features.npy")]).num_features == 16
    with pytest.raises(DataError, match=r"none\.npy"):
        open_dataset(folder, ["none.npy"])


def test_home_folders_are_expanded(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.chdir(tmp_path)
    for name in ("features.npy", "~/features.npy"):  # a shell expands none after an =
        assert open_dataset(folder, [name]).num_features == 8
