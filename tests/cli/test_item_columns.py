import pytest
from PIL import Image

from fashiongraph.cli.item_columns import ItemColumns, is_pictures
from fashiongraph.errors import DataError


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "garments.csv"
    path.write_text("item_id,category,image,title\n01,top,a.png,Red\n2,shoe,,\n")
    return path


def test_a_column_of_a_data_set_or_of_a_table_alone(folder, table):
    items = ItemColumns.read(folder, "tables", ["style"])
    assert items.text("style").name == "style"
    assert items.text("style").tolist()[:5] == ["style0", "style1", "style2", "style3", "style0"]
    assert items.ids.tolist()[:2] == ["0000", "0001"]
    items = ItemColumns.read(table, "tables")
    assert items.text("title").tolist() == ["Red", ""]
    assert items.ids.tolist() == ["01", "2"]
    assert "title" in items and "colour" not in items
    table.write_text("title\nRed\n")
    assert ItemColumns.read(table, "tables", ["title"]).ids is None


def test_a_missing_column_or_table_is_named(folder, table):
    with pytest.raises(DataError, match="needs a column 'title'"):
        ItemColumns.read(folder, "tables", ["title"])
    with pytest.raises(DataError, match="'colour'"):
        ItemColumns.read(table, "tables", ["colour"])
    Image.new("RGB", (2, 2)).save(table.parent / "a.png")
    with pytest.raises(DataError, match="need a column 'title'"):
        ItemColumns.read(table.parent, "tables", ["title"])


def test_outfits_are_not_read(table):
    folder = table.parent
    table.rename(folder / "items.csv")
    (folder / "outfits.csv").write_text("outfit_id,item_id\na,01\n")  # one item makes no outfit
    assert ItemColumns.read(folder, "tables", ["title"]).text("title").tolist() == ["Red", ""]


def test_items_are_checked_and_keep_their_places(tmp_path, capsys):
    file = tmp_path / "items.csv"
    file.write_text("item_id,category,title\n1,top,a\n2,top\n1,top,c\n4,,d\n")
    with pytest.raises(DataError, match=r"items\.csv, row 3: a row needs 3 fields .* 2 more"):
        ItemColumns.read(tmp_path, "tables", ["title"])
    items = ItemColumns.read(tmp_path, "tables", ["title"], lenient=True)
    assert items.text("title").tolist() == ["a", "", "c", "d"]
    assert items.row.tolist() == [2, 3, 4, 5]
    assert items.ids.tolist() == ["1", "", "1", "4"]
    assert "3 rows of" in capsys.readouterr().err


def test_numbers_keep_their_type(table):
    table.write_text("item_id,price,image\n01,10.5,a.png\n2,,b.png\n")
    prices = ItemColumns.read(table, "tables").frame["price"]
    assert (prices.tolist()[0], prices.isna().tolist()) == (10.5, [False, True])


def test_items_without_a_picture_are_named_with_their_row(tmp_path):
    path = tmp_path / "garments.csv"
    path.write_text("item_id,image\n1,a.png\n\n2,\n3, \n4,\n")
    items = ItemColumns.read(path, "tables", ["image"])
    with pytest.raises(DataError) as caught:
        items.check_filled("image", "leave them out")
    assert str(caught.value) == (
        f"{path}, row 4: 'image' needs a value (item '2' and 2 more have none); leave them out"
    )
    assert items.blank("image").tolist() == [False, True, True, True]


def test_pictures_of_a_folder_and_those_below_it_by_name(folder, tmp_path):
    for name in ("b.png", "a.jpg", "below/c.PNG", ".hidden/d.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (2, 2)).save(tmp_path / name)
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "notes.txt").write_text("no picture")
    assert is_pictures(tmp_path, "tables")
    assert not is_pictures(tmp_path, "fashion32")
    assert not is_pictures(folder, "tables")
    names = ItemColumns.read(tmp_path, "tables", ["image"]).text("image")
    assert names.tolist() == ["a.jpg", "b.png", "below/c.PNG"]


def test_a_folder_of_neither_says_what_it_needs(tmp_path):
    with pytest.raises(DataError, match=r"needs items\.csv and outfits\.csv, or pictures"):
        ItemColumns.read(tmp_path, "tables")
