import pytest

from fashiongraph.cli.item_column import ItemColumn
from fashiongraph.errors import DataError


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "garments.csv"
    path.write_text("item_id,category,image,title\n01,top,a.png,Red\n2,shoe,,\n")
    return path


def test_a_column_of_a_data_set_or_of_a_table_alone(folder, table):
    column = ItemColumn.read(folder, "tables", "style")
    assert column.values.name == "style"
    assert column.values.tolist()[:5] == ["style0", "style1", "style2", "style3", "style0"]
    assert column.ids.tolist()[:2] == ["0000", "0001"]
    column = ItemColumn.read(table, "tables", "title")
    assert column.values.tolist() == ["Red", ""]
    assert column.ids.tolist() == ["01", "2"]
    table.write_text("title\nRed\n")
    assert ItemColumn.read(table, "tables", "title").ids is None


def test_a_missing_column_or_table_is_named(folder, table):
    with pytest.raises(DataError, match="needs a column 'title'"):
        ItemColumn.read(folder, "tables", "title")
    with pytest.raises(DataError, match="'colour'"):
        ItemColumn.read(table, "tables", "colour")
    with pytest.raises(DataError, match=r"items\.csv: does not exist"):
        ItemColumn.read(table.parent, "tables", "title")


def test_outfits_are_not_read(table):
    folder = table.parent
    table.rename(folder / "items.csv")
    (folder / "outfits.csv").write_text("outfit_id,item_id\na,01\n")  # one item makes no outfit
    assert ItemColumn.read(folder, "tables", "title").values.tolist() == ["Red", ""]


def test_items_are_checked_and_keep_their_places(tmp_path, capsys):
    file = tmp_path / "items.csv"
    file.write_text("item_id,category,title\n1,top,a\n2,top\n1,top,c\n4,,d\n")
    with pytest.raises(DataError, match=r"items\.csv, row 3: a row needs 3 fields .* 2 more"):
        ItemColumn.read(tmp_path, "tables", "title")
    column = ItemColumn.read(tmp_path, "tables", "title", lenient=True)
    assert column.values.tolist() == ["a", "", "c", "d"]
    assert column.row.tolist() == [2, 3, 4, 5]
    assert column.ids.tolist() == ["1", "", "1", "4"]
    assert "3 rows of" in capsys.readouterr().err
