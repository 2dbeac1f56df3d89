from __future__ import annotations

import hashlib
import io
import tarfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashiongraph.datasets.io.archives import fetch, unpack
from fashiongraph.errors import DataError, FashionGraphError

FILES = {"labels/train.json": b"[1]", "labels/deep/er.txt": b"", "README": b"hello\n" * 99}


def make_tar(path, files=FILES, mode="w:gz", change=lambda member: None):
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            change(member)
            archive.addfile(member, io.BytesIO(content))
    return path


def contents(folder):
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar_archives(tmp_path, mode):
    archive = make_tar(tmp_path / "archive", mode=mode)
    found = unpack(archive, tmp_path / "out")
    assert found == [tmp_path / "out" / name for name in FILES]
    assert contents(tmp_path / "out") == FILES


@pytest.mark.parametrize("name", ["../out.txt", "a/../../out.txt"])
def test_no_path_leads_out_of_the_folder(tmp_path, name):
    archive = make_tar(tmp_path / "archive", {"good": b"x", name: b"x"})
    with pytest.raises(DataError, match="cannot be unpacked"):
        unpack(archive, tmp_path / "out")
    # Refused before the first file is written.
    assert contents(tmp_path) == {"archive": archive.read_bytes()}


def test_an_absolute_path_stays_in_the_folder(tmp_path):
    archive = make_tar(tmp_path / "archive", {"/etc/out.txt": b"x"})
    assert unpack(archive, tmp_path / "out") == [tmp_path / "out" / "etc" / "out.txt"]
    assert contents(tmp_path / "out") == {"etc/out.txt": b"x"}


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
@pytest.mark.parametrize("linkname", ["/etc/passwd", "good"])
def test_no_links_and_devices(tmp_path, kind, linkname):
    def change(member):
        if member.name == "link":
            member.type, member.linkname, member.size = kind, linkname, 0

    archive = make_tar(tmp_path / "archive", {"good": b"x", "link": b""}, change=change)
    with pytest.raises(DataError, match=r"plain files .*'link'"):
        unpack(archive, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_size_is_limited(tmp_path):
    archive = make_tar(tmp_path / "archive", {"zeros": bytes(1 << 20)})
    with pytest.raises(DataError, match=r"1,000,000 bytes \(has 1,048,576\)"):
        unpack(archive, tmp_path / "out", max_bytes=1_000_000)
    assert not (tmp_path / "out").exists()


def test_python_without_data_filter(tmp_path, monkeypatch):
    monkeypatch.delattr(tarfile, "data_filter")
    with pytest.raises(FashionGraphError, match="data_filter"):
        unpack(make_tar(tmp_path / "archive"), tmp_path / "out")


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_no_archive(tmp_path, content):
    path = tmp_path / "archive"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match="cannot be unpacked"):
        unpack(path, tmp_path / "out")


@settings(max_examples=60, deadline=None)
@given(where=st.floats(0, 1), cut=st.integers(0, 40), put=st.binary(max_size=20))
def test_damage_ends_in_the_files_or_our_error(tmp_path_factory, where, cut, put):
    folder = tmp_path_factory.mktemp("damaged")
    content = make_tar(folder / "archive").read_bytes()
    start = int(where * len(content))
    (folder / "archive").write_bytes(content[:start] + put + content[start + cut :])
    with suppress(FashionGraphError):
        unpack(folder / "archive", folder / "out")
    assert contents(folder / "out") in ({}, FILES)


def test_fetch(tmp_path):
    source, target = tmp_path / "source", tmp_path / "raw" / "target"
    source.write_bytes(b"content")
    digest = hashlib.sha256(b"content").hexdigest()
    fetch(source.as_uri(), target, digest.upper(), progress=False)
    assert target.read_bytes() == b"content"
    source.write_bytes(b"another")
    with pytest.raises(DataError, match=f"cannot be fetched .*{digest[:8]}"):
        fetch(source.as_uri(), target, digest, progress=False)
    for url in (tmp_path / "missing").as_uri(), "no address":
        with pytest.raises(DataError, match="cannot be fetched"):
            fetch(url, target, progress=False)
    # The earlier file stays, and nothing lies beside it.
    assert contents(tmp_path / "raw") == {"target": b"content"}
