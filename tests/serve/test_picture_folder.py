"""Uploaded pictures: encoded anew, named by their content, bounded."""

from __future__ import annotations

import io
import os
import time

import pytest
from PIL import Image

from fashiongraph.errors import FashionGraphError
from fashiongraph.serve.picture_folder import PictureFolder
from tests.serve.conftest import picture


@pytest.fixture
def folder(tmp_path):
    return PictureFolder(tmp_path / "pictures")


def test_equal_pictures_are_stored_once(folder):
    assert folder.add(picture((200, 10, 10))) == folder.add(picture((200, 10, 10)))
    assert len(list(folder.root.glob("??/*.jpg"))) == 1


def test_no_byte_of_an_upload_is_stored_as_it_came(folder):
    image, out = Image.new("RGB", (3000, 1500), "red"), io.BytesIO()
    image.save(
        out, "JPEG", comment=b"<script>alert(1)</script>", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0"
    )
    digest = folder.add(out.getvalue())
    stored = folder.path(digest).read_bytes()
    assert b"script" not in stored
    assert b"Exif" not in stored
    assert folder.open(digest).size == (1024, 512)


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%!PS"]
)
def test_what_is_no_picture_is_refused(folder, data):
    with pytest.raises(FashionGraphError, match="needs a picture file"):
        folder.add(data)


def test_a_picture_of_too_many_pixels_is_refused(folder):
    out = io.BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    with pytest.raises(FashionGraphError, match="9,000 × 9,000"):
        folder.add(out.getvalue())


@pytest.mark.parametrize("digest", ["../../etc/passwd", "", "a" * 63, "A" * 64, "a" * 64 + "\n"])
def test_only_digests_name_a_file(folder, digest):
    with pytest.raises(FashionGraphError, match="needs a digest"):
        folder.path(digest)


def test_sweep_removes_old_pictures_that_nobody_needs(folder):
    kept, old, young = (folder.add(picture((i, 100, 100))) for i in (0, 90, 180))
    hours_ago = time.time() - 7200
    for digest in (kept, old):
        os.utime(folder.path(digest), (hours_ago, hours_ago))
    folder.sweep({kept})
    assert [folder.path(one).is_file() for one in (kept, old, young)] == [True, False, True]
