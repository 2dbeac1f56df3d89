from __future__ import annotations

import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.files import whole


def test_a_file_appears_at_the_end(tmp_path):
    with whole(tmp_path / "deep" / "file.txt") as draft:
        draft.write_text("new")
        assert not (tmp_path / "deep" / "file.txt").exists()
    assert (tmp_path / "deep" / "file.txt").read_text() == "new"
    assert [f.name for f in (tmp_path / "deep").iterdir()] == ["file.txt"]


def test_a_failure_keeps_what_stood_there(tmp_path):
    target = tmp_path / "file.txt"
    target.write_text("old")
    with pytest.raises(RuntimeError), whole(target) as draft:
        draft.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert [f.name for f in tmp_path.iterdir()] == ["file.txt"]


@pytest.mark.parametrize("path", ["", ".", "/", "..", "a/.."])
def test_a_path_needs_a_name(path):
    with (
        pytest.raises(FashionGraphError, match=r"'path' needs to end in a name to write under"),
        whole(path),
    ):
        pass


def test_a_folder_replaces_a_filled_folder(tmp_path):
    for content in ("old", "new"):
        with whole(tmp_path / "folder") as draft:
            draft.mkdir()
            (draft / content).write_text(content)
    assert [f.name for f in (tmp_path / "folder").iterdir()] == ["new"]
    assert [f.name for f in tmp_path.iterdir()] == ["folder"]
