import pytest
from PIL import Image

from fashiongraph.cli.item_pictures import is_pictures, item_pictures
from fashiongraph.errors import DataError


def test_items_without_a_picture_are_named_with_their_row(tmp_path):
    path = tmp_path / "garments.csv"
    path.write_text("item_id,image\n1,a.png\n\n2,\n3, \n4,\n")
    with pytest.raises(DataError) as caught:
        item_pictures(path, "tables")
    assert str(caught.value) == (
        f"{path}, row 4: 'image' needs a value (item '2' and 2 more have none); "
        "--skip-broken continues without such items' pictures"
    )
    names = item_pictures(path, "tables", skip_broken=True)
    assert names.blank.tolist() == [False, True, True, True]


def test_pictures_of_a_folder_and_those_below_it_by_name(folder, tmp_path):
    for name in ("b.png", "a.jpg", "below/c.PNG", ".hidden/d.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (2, 2)).save(tmp_path / name)
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "notes.txt").write_text("no picture")
    assert is_pictures(tmp_path, "tables")
    assert not is_pictures(tmp_path, "fashion32")
    assert not is_pictures(folder, "tables")
    assert item_pictures(tmp_path, "tables").values.tolist() == ["a.jpg", "b.png", "below/c.PNG"]


def test_a_folder_of_neither_says_what_it_needs(tmp_path):
    with pytest.raises(DataError, match=r"needs items\.csv and outfits\.csv, or pictures"):
        item_pictures(tmp_path, "tables")
