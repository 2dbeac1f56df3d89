from __future__ import annotations

import gzip
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


def test_fetch(tmp_path, https):
    source, target = tmp_path / "source", tmp_path / "raw" / "target"
    source.write_bytes(b"content")
    url = https(tmp_path)
    digest = hashlib.sha256(b"content").hexdigest()
    fetch(f"{url}/source", target, digest.upper(), progress=False)
    assert target.read_bytes() == b"content"
    source.write_bytes(b"another")
    with pytest.raises(DataError, match=f"cannot be fetched .*{digest[:8]}"):
        fetch(f"{url}/source", target, digest, progress=False)
    with pytest.raises(DataError, match="at most 3 bytes"):
        fetch(f"{url}/source", target, max_bytes=3, progress=False)
    insecure = url.replace("https", "http")
    for other in (f"{url}/missing", source.as_uri(), "no address", insecure, "ftp://localhost/a"):
        with pytest.raises(DataError, match="cannot be fetched"):
            fetch(other, target, progress=False)
    # The earlier file stays, and nothing lies beside it.
    assert contents(tmp_path / "raw") == {"target": b"content"}


@pytest.mark.parametrize(
    ("answer", "match"),
    [
        (b"HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nabc", "cut off"),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 99999\r\n\r\n", "at most 1,000 bytes"),
        (b"HTTP/1.0 200 OK\r\n\r\n" + bytes(5000), "at most 1,000 bytes"),
        (b"HTTP/1.0 302 Found\r\nLocation: file:///etc/hostname\r\n\r\n", "file:///etc"),
        (b"HTTP/1.0 302 Found\r\nLocation: http://localhost/a\r\n\r\n", "redirects"),
        (b"nonsense", "cannot be fetched"),
    ],
)
def test_fetch_trusts_no_answer(tmp_path, https, answer, match):
    with pytest.raises(DataError, match=match):
        fetch(https(answer), tmp_path / "file", max_bytes=1000, progress=False)
    assert not any(tmp_path.iterdir())


def test_archives_that_expand_are_refused_before_they_do(tmp_path):
    big = tarfile.TarInfo("zeros")
    big.size = 2 << 30
    with gzip.open(tmp_path / "bomb.tar.gz", "wb", compresslevel=1) as stream:
        stream.write(big.tobuf())
    with pytest.raises(DataError, match="bytes"):
        unpack(tmp_path / "bomb.tar.gz", tmp_path / "out")
    many = make_tar(tmp_path / "many", {f"f{i}": b"" for i in range(20)})
    with pytest.raises(DataError, match="at most 10 entries"):
        unpack(many, tmp_path / "out", max_files=10)
    with gzip.open(tmp_path / "trailer.tar.gz", "ab") as stream:
        stream.write(gzip.decompress(many.read_bytes()) + bytes(3_000_000))
    with pytest.raises(DataError, match="at most 1,000,000 bytes"):
        unpack(tmp_path / "trailer.tar.gz", tmp_path / "out", max_bytes=1_000_000)
    assert not (tmp_path / "out").exists()
