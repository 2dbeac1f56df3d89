from pathlib import Path

import numpy as np
import pytest

from fashiongraph.cli.datasets import check_features, open_dataset
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.models import ADDGNN, OutfitModel


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("", "'--set' needs to be one of tables, "),
        ("fashion32 'x", r"'--set' cannot be read: No closing quotation \(got \"fashion32 'x\"\)"),
        ("closet", "'--set' needs to be one of tables, "),
        ("tables lenient=True", "'--set' needs to be one of tables, "),
        ("fashion32 lenient", r"needs settings as name=value \(got 'lenient'\)"),
        ("fashion32 size=3", "'--set' 'fashion32 size=3': .*unexpected keyword argument 'size'"),
    ],
)
def test_refuses_forms_that_are_none(folder, form, message):
    with pytest.raises(FashionGraphError, match=message):
        open_dataset(Path(folder), None, form=form)


def test_dropped_rows_are_named_as_they_are(tmp_path, capsys):
    (tmp_path / "items.csv").write_text("item_id,category\na,x\nb,y\nd[/e],x\nd[/e],x\n")
    (tmp_path / "outfits.csv").write_text("outfit_id,item_id\no,a\no,b\n")
    open_dataset(tmp_path, None, lenient=True)
    assert "d[/e]" in capsys.readouterr().err


def test_a_model_that_reads_features_needs_some(folder):
    wardrobe = open_dataset(folder, None)
    with pytest.raises(FashionGraphError, match="ADDGNN needs features; name a file with --featur"):
        check_features(ADDGNN(8), wardrobe)
    check_features(ADDGNN(8), open_dataset(folder, ["features.npy"]))
    check_features(OutfitModel(), wardrobe)


def test_files_of_features_lie_in_the_folder_of_the_set_or_here(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = np.load(folder / "features.npy")
    np.save("other.npy", np.hstack([rows, rows]))
    assert open_dataset(folder, ["other.npy"]).num_features == 16
    np.save("features.npy", np.hstack([rows, rows]))
    assert open_dataset(folder, ["features.npy"]).num_features == 8
    assert open_dataset(folder, [str(tmp_path / "features.npy")]).num_features == 16
    with pytest.raises(DataError, match=r"none\.npy"):
        open_dataset(folder, ["none.npy"])


def test_a_shell_leaves_some_homes_to_us(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.chdir(tmp_path)
    for name in ("features.npy", "~/features.npy"):  # after an = it expands none
        assert open_dataset(Path("~"), [name]).num_features == 8
