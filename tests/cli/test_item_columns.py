import pytest
from PIL import Image

from fashiongraph.cli.item_columns import is_pictures, item_column, item_pictures
from fashiongraph.errors import DataError


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "garments.csv"
    path.write_text("item_id,category,image,title\n1,top,a.png,Red\n2,shoe,,\n")
    return path


def test_a_column_of_a_wardrobe_or_of_a_table_alone(folder, table):
    column = item_column(folder, "tables", "style")
    assert column.name == "style"
    assert column.tolist()[:5] == ["style0", "style1", "style2", "style3", "style0"]
    assert item_column(table, "tables", "title").tolist() == ["Red", ""]


def test_a_column_that_is_not_there_is_named(folder, table):
    with pytest.raises(DataError, match="needs a column 'title' to embed"):
        item_column(folder, "tables", "title")
    with pytest.raises(DataError, match="'colour'"):
        item_column(table, "tables", "colour")


def test_an_item_without_a_picture_is_named(table):
    with pytest.raises(DataError, match=r"every item needs an 'image' \(the item 2 has none\)"):
        item_pictures(table, "tables")


def test_pictures_of_a_folder_and_those_below_it_by_name(folder, tmp_path):
    for name in ("b.png", "a.jpg", "below/c.PNG", ".hidden/d.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (2, 2)).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture")
    assert is_pictures(tmp_path, "tables")
    assert not is_pictures(tmp_path, "fashion32")
    assert not is_pictures(folder, "tables")
    assert item_pictures(tmp_path, "tables").tolist() == ["a.jpg", "b.png", "below/c.PNG"]


def test_a_folder_of_neither_says_what_it_needs(tmp_path):
    with pytest.raises(DataError, match=r"needs items\.csv and outfits\.csv, or pictures"):
        item_pictures(tmp_path, "tables")
