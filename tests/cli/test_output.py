from __future__ import annotations

import json

import pytest
from rich.console import Console

from fashiongraph.cli.output import check_output, print_json, rows_table
from fashiongraph.errors import DataError


def test_outputs_are_checked_before_the_work(tmp_path):
    file, filled = tmp_path / "file", tmp_path / "filled"
    file.touch()
    filled.mkdir()
    check_output(filled, overwrite=False, folder=True)  # empty
    (filled / "a").touch()
    check_output(None, overwrite=False)
    check_output(tmp_path / "new" / "file", overwrite=False)
    for path, folder in ((file, False), (filled, True)):
        with pytest.raises(DataError, match="--overwrite"):
            check_output(path, overwrite=False, folder=folder)
        check_output(path, overwrite=True, folder=folder)
        with pytest.raises(DataError, match="is read by this command"):
            check_output(path, True, [path], folder=folder)
        with pytest.raises(DataError, match="exists and is a"):
            check_output(path, overwrite=True, folder=not folder)
    with pytest.raises(DataError, match="is not a folder"):
        check_output(file / "below", overwrite=True)


def test_rows_make_a_table():
    rows = [{"item_id": "a", "worn": 12345, "score": 1 / 3, "hidden": True}]
    rows += [{"item_id": "b", "worn": 6, "score": 2.0, "hidden": False}]
    table = rows_table("Items", rows)
    console = Console(width=60)
    with console.capture() as captured:
        console.print(table)
    text = captured.get()
    assert "item id" in text and "12,345" in text
    assert "0.333 │    yes │" in text and "2.000 │        │" in text
    assert [column.justify for column in table.columns[:2]] == ["left", "right"]


def test_json_keeps_every_script(capsys):
    print_json({"title": "裙子", "score": 0.5})
    text = capsys.readouterr().out
    assert json.loads(text) == {"title": "裙子", "score": 0.5}
    assert "裙子" in text


def test_a_place_without_permission_is_refused(tmp_path, monkeypatch):
    (tmp_path / "folder").mkdir()
    for path, folder in ((tmp_path / "new" / "file", False), (tmp_path / "folder", True)):
        check_output(path, overwrite=False, folder=folder)
        with monkeypatch.context() as patch:
            patch.setattr("os.access", lambda path, mode: False)  # root may write everywhere
            with pytest.raises(DataError, match=f"{path.name}: cannot be written: no permission"):
                check_output(path, overwrite=False, folder=folder)
