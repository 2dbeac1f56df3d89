from __future__ import annotations

import hashlib
import zlib

import pytest

from fashiongraph.datasets.io.fetch_from_commit import fetch_from_commit
from fashiongraph.errors import DataError, FashionGraphError

CONTENT = b"\x00labels\r\n" * 1000


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "repository"
    (folder / "deep").mkdir(parents=True)
    (folder / "labels.bin").write_bytes(CONTENT)
    (folder / "deep" / "names.txt").write_bytes(b"names")
    (folder / "other.txt").write_bytes(b"other")
    return folder


def test_files_arrive_byte_by_byte(tmp_path, repository, commit_of):
    commit = commit_of(repository)
    # A later state of the repository changes nothing.
    (repository / "labels.bin").write_bytes(b"changed")
    assert commit_of(repository) != commit
    out = tmp_path / "out"
    fetch_from_commit(repository.as_uri(), commit, ["labels.bin", "deep/names.txt"], out)
    assert (out / "labels.bin").read_bytes() == CONTENT
    assert (out / "deep" / "names.txt").read_bytes() == b"names"
    assert sorted(path.name for path in out.rglob("*")) == ["deep", "labels.bin", "names.txt"]


def test_an_altered_object_is_refused(tmp_path, repository, commit_of):
    commit = commit_of(repository)
    stored = b"blob %d\0" % len(CONTENT)
    digest = hashlib.sha1(stored + CONTENT).hexdigest()
    file = repository / ".git" / "objects" / digest[:2] / digest[2:]
    file.chmod(0o644)
    # As an attacker would: a proper object of the same size under the name of another.
    file.write_bytes(zlib.compress(stored + CONTENT.replace(b"labels", b"LABELS")))
    with pytest.raises(DataError, match=r"repository: .*missing blob"):
        fetch_from_commit(repository.as_uri(), commit, ["labels.bin"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_missing_items_are_named(tmp_path, repository, commit_of):
    commit = commit_of(repository)
    out = tmp_path / "out"
    with pytest.raises(DataError, match=r"none\.bin"):
        fetch_from_commit(repository.as_uri(), commit, ["none.bin"], out)
    with pytest.raises(DataError, match="cannot be fetched by git"):
        fetch_from_commit(repository.as_uri(), "0" * 40, ["labels.bin"], out)
    with pytest.raises(DataError, match="nowhere: cannot be fetched by git"):
        fetch_from_commit((tmp_path / "nowhere").as_uri(), commit, ["labels.bin"], out)
    with pytest.raises(FashionGraphError, match=r"40 hexadecimal digits \(got 'main'\)"):
        fetch_from_commit(repository.as_uri(), "main", ["labels.bin"], out)
    assert not any(out.iterdir())


def test_without_git(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FashionGraphError, match=r"git.*; or by hand"):
        fetch_from_commit("file:///x", "0" * 40, ["a"], tmp_path, "; or by hand")
