from __future__ import annotations

import io
import os
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fashiongraph.errors import DataError
from fashiongraph.features.pictures import PadToSquare, decode_picture, picture_path, read_picture


def test_repr():
    assert repr(PadToSquare(224)) == "PadToSquare(size=224, colour='white')"


@pytest.mark.parametrize("size", [(40, 20), (20, 40), (7, 3), (16, 16)])
def test_keeps_the_shape_and_pads_with_white(size):
    pixels = np.asarray(PadToSquare(16)(Image.new("RGB", size, "black")))
    assert pixels.shape == (16, 16, 3)
    height, width = (round(16 * side / max(size)) for side in (size[1], size[0]))
    top, left = (16 - height) // 2, (16 - width) // 2
    assert (pixels[top : top + height, left : left + width] == 0).all()
    assert (pixels == 255).sum() == 3 * (16 * 16 - height * width)


def test_a_line_keeps_one_pixel():
    pixels = np.asarray(PadToSquare(16)(Image.new("RGB", (1000, 1), "black")))
    assert (pixels == 0).all(axis=2).sum() == 16


RED = (200, 30, 30)


def half_red(mode: str = "RGB") -> Image.Image:
    """A picture of 12 x 8 whose left half is red and whose right half is black."""
    image = Image.new("RGB", (12, 8))
    image.paste(RED, (0, 0, 6, 8))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def assert_half_red(picture: Image.Image, tolerance: int) -> None:
    assert picture.mode == "RGB" and picture.size == (12, 8)
    pixels = np.asarray(picture).astype(int)
    assert np.abs(pixels[:, 1:5] - RED).max() <= tolerance
    assert np.abs(pixels[:, 7:11]).max() <= tolerance


@pytest.mark.parametrize(
    ("kind", "mode", "tolerance"),
    [
        ("PNG", "RGB", 0),
        ("PNG", "P", 60),  # the palette for the web has 216 colours
        ("JPEG", "RGB", 10),
        ("JPEG", "CMYK", 10),
        ("BMP", "RGB", 0),
        ("GIF", "P", 60),
        ("TIFF", "RGB", 0),
        ("TIFF", "CMYK", 2),
        ("WEBP", "RGB", 20),
        ("PPM", "RGB", 0),
        ("JPEG2000", "RGB", 5),
    ],
)
def test_formats_and_modes(kind, mode, tolerance):
    options = {"quality": 95} if kind in ("JPEG", "WEBP") else {}
    assert_half_red(decode_picture(encoded(half_red(mode), kind, **options), "a"), tolerance)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation):
    upright = half_red()
    # How the camera stored the picture: the inverse of what the tag asks a viewer to do.
    inverse = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(inverse[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(stored, "JPEG", exif=exif, quality=95, subsampling=0)
    assert_half_red(decode_picture(data, "a"), 12)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_not_clipped(kind):
    values = np.linspace(0, 65535, 96).reshape(8, 12).astype(np.uint16)
    picture = decode_picture(encoded(Image.fromarray(values), kind), "a")
    expected = np.repeat(np.round(values / 257.0)[:, :, None], 3, axis=2)
    np.testing.assert_array_equal(np.asarray(picture), expected)


def test_deeper_values_are_scaled_by_their_maximum():
    values = np.array([[0, 50_000, 100_000]], dtype=np.int32)
    picture = decode_picture(encoded(Image.fromarray(values), "TIFF"), "a")
    assert np.asarray(picture)[0, :, 0].tolist() == [0, 128, 255]
    floats = np.array([[-1.0, 0.0, 0.5, 1.0, np.nan]], dtype=np.float32)
    picture = decode_picture(encoded(Image.fromarray(floats), "TIFF"), "a")
    assert np.asarray(picture)[0, :, 0].tolist() == [0, 0, 128, 255, 0]


def test_transparency_shows_white():
    clear = half_red("RGBA")
    clear.paste((0, 0, 0, 0), (6, 0, 12, 8))
    for kind in ("PNG", "WEBP", "TIFF"):
        options = {"lossless": True} if kind == "WEBP" else {}
        pixels = np.asarray(decode_picture(encoded(clear, kind, **options), "a"))
        assert (pixels[:, :6] == RED).all() and (pixels[:, 6:] == 255).all()
    palette = half_red("P")
    data = encoded(palette, "PNG", transparency=palette.getpixel((11, 0)))
    assert (np.asarray(decode_picture(data, "a"))[:, 6:] == 255).all()
    grey = Image.new("LA", (4, 4), (0, 128))
    assert np.asarray(decode_picture(encoded(grey, "PNG"), "a"))[0, 0].tolist() == [127] * 3


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_first_frame_of_an_animation(kind):
    other = Image.new("RGB", (12, 8), "blue")
    data = encoded(half_red(), kind, save_all=True, append_images=[other, other])
    assert_half_red(decode_picture(data, "a"), 20)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP"])
def test_truncated(tmp_path, kind):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), kind)
    path = tmp_path / "cut.jpg"
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(DataError, match=r"cut\.jpg: broken picture") as caught:
        read_picture(path)
    assert caught.value.file == path


def test_errors_name_the_file(tmp_path):
    with pytest.raises(DataError, match=r"none\.png: cannot be read \(No such file"):
        read_picture(tmp_path / "none.png")
    with pytest.raises(DataError, match="no picture is named"):
        read_picture("")
    with pytest.raises(DataError, match=r"cannot be read \(Is a directory"):
        read_picture(tmp_path)
    with pytest.raises(DataError, match=r"cannot be read \(.*null"):
        read_picture("a\0b.png")
    (tmp_path / "empty.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"empty\.png: .*no known format"):
        read_picture(tmp_path / "empty.png")


def test_only_raster_formats():
    script = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n"
    with pytest.raises(DataError, match="no known format"):
        decode_picture(script, "a.eps")


def test_decompression_bombs_are_refused():
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    data = encoded(half_red(), "PNG")
    start = data.index(b"IHDR") + 4
    with pytest.raises(DataError, match="broken picture"):
        decode_picture(data[:start] + header + data[start + 13 :], Path("bomb.png"))


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_random_bytes(data):
    with pytest.raises(DataError):
        decode_picture(data, "random")


VALID = [
    encoded(half_red(), "PNG"),
    encoded(half_red("P"), "GIF"),
    encoded(half_red("CMYK"), "JPEG"),
    encoded(half_red(), "TIFF"),
    encoded(half_red(), "WEBP"),
    encoded(half_red(), "BMP"),
]


@given(st.sampled_from(VALID), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255))))
@settings(max_examples=150, deadline=None)
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore:Image size:Warning")
def test_damaged_pictures(data, damage):
    damaged = bytearray(data)
    for place, value in damage:
        damaged[place % len(damaged)] = value
    try:
        assert decode_picture(bytes(damaged), "damaged").mode == "RGB"
    except DataError as error:
        assert error.rule.startswith(("broken picture", "a picture of"))


def test_a_picture_of_too_many_pixels_is_refused_before_decoding(tmp_path: Path) -> None:
    file = tmp_path / "bomb.png"
    Image.new("1", (9000, 9000)).save(file)
    assert file.stat().st_size < 20_000
    with pytest.raises(DataError, match="9,000 × 9,000 pixels"):
        read_picture(file)


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    for path in (tmp_path / "pipe.png", Path("/dev/zero")):
        with pytest.raises(DataError, match="no regular file"):
            read_picture(path)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "huge.png"
    with file.open("wb") as out:
        out.truncate(2**40)  # without a block on the disk
    with pytest.raises(DataError, match="bytes is too large"):
        read_picture(file)


def test_pictures_of_a_table_lie_in_its_folder_once_links_are_followed(tmp_path):
    shop, other = tmp_path / "shop", tmp_path / "other"
    for folder in (shop / "photos", other):
        folder.mkdir(parents=True)
        Image.new("RGB", (2, 2)).save(folder / "a.png")
    (shop / "linked").symlink_to(other)
    (shop / "inner").symlink_to(shop / "photos")
    (shop / "loop").symlink_to(shop / "loop")
    for name in ("photos/a.png", "missing.png", "photos/../photos/a.png", "inner/a.png"):
        assert picture_path(shop, name) == shop / name
    outside = ("../other/a.png", str(other / "a.png"), "linked/a.png", "/dev/zero", "/etc/passwd")
    for name in outside:
        with pytest.raises(DataError, match="--pictures"):
            picture_path(shop, name)
    assert picture_path(shop, "linked/a.png", [other]) == shop / "linked/a.png"
    assert picture_path(shop, str(other / "a.png"), [other]) == other / "a.png"
    with pytest.raises(DataError):
        read_picture(picture_path(shop, "loop"))
    with pytest.raises(DataError, match="null"):
        picture_path(shop, "a\0b")
