from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashiongraph.datasets.io.archives import fetch, unpack, verify
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


def make_zip(path, files=FILES, attributes=0):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = attributes
            archive.writestr(member, content)
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


def test_zip_archives(tmp_path):
    archive = make_zip(tmp_path / "archive.zip", {"folder/": b"", **FILES})
    unpack(archive, tmp_path / "out")
    assert contents(tmp_path / "out") == FILES


@pytest.mark.parametrize("make", [make_tar, make_zip])
@pytest.mark.parametrize(
    "name", ["../out.txt", "/etc/out.txt", "a/../../out.txt", "..\\out.txt", "C:out.txt"]
)
def test_no_path_leads_out_of_the_folder(tmp_path, make, name):
    archive = make(tmp_path / "archive", {"good": b"x", name: b"x"})
    with pytest.raises(DataError, match="needs plain files in its folder"):
        unpack(archive, tmp_path / "out")
    # Refused before the first file is written.
    assert contents(tmp_path) == {"archive": archive.read_bytes()}


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_no_links_and_devices(tmp_path, kind):
    def change(member):
        member.type, member.linkname, member.size = kind, "/etc/passwd", 0

    archive = make_tar(tmp_path / "archive", {"link": b""}, change=change)
    with pytest.raises(DataError, match=r"needs plain files .* \(holds 'link'\)"):
        unpack(archive, tmp_path / "out")
    archive = make_zip(tmp_path / "archive.zip", {"link": b"/etc/passwd"}, 0o120777 << 16)
    with pytest.raises(DataError, match=r"needs plain files .* \(holds 'link'\)"):
        unpack(archive, tmp_path / "out")
    make_zip(archive, {"file": b"x"}, 0o100644 << 16)
    unpack(archive, tmp_path / "out")
    assert contents(tmp_path / "out") == {"file": b"x"}


def test_size_is_limited(tmp_path):
    archive = make_zip(tmp_path / "archive", {"zeros": bytes(1 << 20)})
    with pytest.raises(DataError, match=r"1,000,000 bytes at most \(has 1,048,576\)"):
        unpack(archive, tmp_path / "out", max_bytes=1_000_000)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_no_archive(tmp_path, content):
    path = tmp_path / "archive"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match="cannot be unpacked"):
        unpack(path, tmp_path / "out")


@settings(max_examples=60, deadline=None)
@given(
    make=st.sampled_from([make_tar, make_zip]),
    where=st.floats(0, 1),
    cut=st.integers(0, 40),
    put=st.binary(max_size=20),
)
def test_damage_ends_in_the_files_or_our_error(tmp_path_factory, make, where, cut, put):
    folder = tmp_path_factory.mktemp("damaged")
    content = make(folder / "archive").read_bytes()
    start = int(where * len(content))
    (folder / "archive").write_bytes(content[:start] + put + content[start + cut :])
    with suppress(FashionGraphError):
        unpack(folder / "archive", folder / "out")
    for name, found in contents(folder / "out").items():
        assert found == FILES.get(name, found)  # in a zip archive a name has no checksum
        assert make is make_zip or name in FILES


def test_fetch(tmp_path):
    source, target = tmp_path / "source", tmp_path / "raw" / "target"
    source.write_bytes(b"content")
    digest = hashlib.sha256(b"content").hexdigest()
    fetch(source.as_uri(), target, digest.upper(), 7, progress=False)
    assert target.read_bytes() == b"content"
    source.write_bytes(b"another")
    with pytest.raises(DataError, match=f"needs the SHA-256 {digest}"):
        fetch(source.as_uri(), target, digest, progress=False)
    with pytest.raises(DataError, match=r"needs 8 bytes \(has 7\)"):
        fetch(source.as_uri(), target, num_bytes=8, progress=False)
    for url in (tmp_path / "missing").as_uri(), "no address":
        with pytest.raises(DataError, match="cannot be fetched"):
            fetch(url, target, progress=False)
    # What was there stays, and nothing lies beside it.
    assert contents(tmp_path / "raw") == {"target": b"content"}


def test_verify(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"")
    verify(file)
    verify(file, hashlib.sha256().hexdigest(), 0)
    with pytest.raises(DataError, match=r"file: needs 1 bytes \(has 0\)"):
        verify(file, num_bytes=1)


def test_a_missing_file_is_no_verified_one(tmp_path):
    with pytest.raises(DataError, match=r"nope\.bin: cannot be read \(No such file or directory\)"):
        verify(tmp_path / "nope.bin", num_bytes=3)
    with pytest.raises(DataError, match=r"nope\.bin: cannot be read"):
        verify(tmp_path / "nope.bin", "ab" * 32)
