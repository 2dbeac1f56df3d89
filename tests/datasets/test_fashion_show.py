from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fashiongraph.datasets.fashion_show import FashionShow
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models import DesignerTeacher

TABLE = """\
outfit_id,brand,year,season,top,top_box,bottom,bottom_box
look 1,Étoile,2014,spring,runway/1.png,0 0 40 30,runway/1.png,0 30 40 60
look 2,,2015,,shirt.jpg,,runway/1.png,0 30 40 60
look 3,Étoile,,autumn,shirt.jpg,5 5 10 12,skirt.png,
"""


def write(root, table=TABLE):
    (root / "runway").mkdir(parents=True, exist_ok=True)
    picture = np.zeros((60, 40, 3), np.uint8)
    picture[:30] = (200, 10, 10)
    picture[30:] = (10, 10, 200)
    Image.fromarray(picture).save(root / "runway" / "1.png")
    Image.new("L", (20, 20), 90).save(root / "shirt.jpg")
    Image.new("RGBA", (8, 8), (0, 250, 0, 255)).save(root / "skirt.png")
    (root / "outfits.csv").write_text(table, encoding="utf-8", newline="")
    return root


def test_looks_are_tops_and_bottoms(tmp_path):
    show = FashionShow(write(tmp_path))
    assert str(show) == "FashionShow(3 outfits, 5 items, 2 categories, 0 features)"
    assert show.outfits.ids.tolist() == ["look 1", "look 2", "look 3"]
    assert show.items.ids.tolist() == [
        "runway/1.png#0,0,40,30",
        "runway/1.png#0,30,40,60",
        "shirt.jpg",
        "shirt.jpg#5,5,10,12",
        "skirt.png",
    ]
    assert show.categories == ["top", "bottom"]
    assert show.outfits.category_id.tolist() == [0, 1] * 3
    assert show.outfits.item_id.tolist() == [0, 1, 2, 1, 3, 4]
    columns = show.outfit_columns
    assert columns["brand"].fillna("").tolist() == ["Étoile", "", "Étoile"]
    assert columns["season"].fillna("").tolist() == ["spring", "", "autumn"]
    assert columns["year"].fillna(0).tolist() == [2014, 2015, 0]


@pytest.mark.parametrize("place", ["", "raw"])
def test_boxes_are_cut_out(tmp_path, place):
    write(tmp_path / place)
    show = FashionShow(tmp_path)
    prefix = f"{place}/" if place else ""
    assert show.items.columns["image"].tolist() == [
        "processed/all/images/000000.jpg",
        "processed/all/images/000001.jpg",
        f"{prefix}shirt.jpg",
        "processed/all/images/000003.jpg",
        f"{prefix}skirt.png",
    ]
    pictures = [Image.open(tmp_path / name) for name in show.items.columns["image"]]
    assert [picture.size for picture in pictures] == [(40, 30), (40, 30), (20, 20), (5, 7), (8, 8)]
    for picture, colour in zip(pictures[:2], [(200, 10, 10), (10, 10, 200)], strict=True):
        difference = np.asarray(picture).astype(int) - colour
        assert np.abs(difference).max() < 8
    assert {path.name for path in (show.processed_dir / "images").iterdir()} == {
        "000000.jpg",
        "000001.jpg",
        "000003.jpg",
    }


def test_crops_may_lie_elsewhere(tmp_path):
    show = FashionShow(write(tmp_path / "show"), processed_dir=tmp_path / "scratch")
    image = show.items.columns["image"]
    assert image[0] == (tmp_path / "scratch" / "all" / "images" / "000000.jpg").as_posix()
    assert (tmp_path / "show" / image[0]).exists()


def test_pictures_alone_and_few_columns(tmp_path):
    show = FashionShow(write(tmp_path, "outfit_id,top,bottom\n7,shirt.jpg,skirt.png\n"))
    assert show.items.ids.tolist() == ["shirt.jpg", "skirt.png"]
    assert show.outfit_columns.empty
    assert show.num_outfits == 1


def test_the_teacher_takes_them(tmp_path):
    show = FashionShow(write(tmp_path))
    items = replace(show.items, features=torch.randn(show.num_items, 6))
    (batch,) = OutfitLoader(show.outfits.with_items(items))
    assert DesignerTeacher(6)(batch).shape == (3,)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("look 2", "look 1", "row 3: 'outfit_id' needs to be unique"),
        ("look 2", " ", "row 3: 'outfit_id' needs a value"),
        ("shirt.jpg,,", ",,", "row 3: 'top' needs a value"),
        ("skirt.png", "coat.png", "row 4: 'bottom' needs a picture beside the table .*'coat.png'"),
        ("skirt.png", "runway", "row 4: 'bottom' needs a picture beside the table"),
        ("5 5 10 12", "5 5 10", "row 4: 'top_box' needs left, upper, right and lower in pixels"),
        ("5 5 10 12", "5 5 5 12", "row 4: 'top_box' needs left"),
        ("5 5 10 12", "-5 5 5 12", "row 4: 'top_box' needs left"),
        ("5 5 10 12", "5 5 21 12", r"row 4: a box needs to lie in its picture, shirt\.jpg of 20 x"),
        ("0 0 40 30", "0 30 40 60", "row 2: 'bottom' needs a picture or a box that shows no top"),
        ("bottom_box", "bottom_bx", "row 2: 'bottom' needs|shows no top"),
        ("outfit_id", "look", "the table needs a column 'outfit_id'"),
    ],
)
def test_a_broken_row_is_named(tmp_path, old, new, message):
    table = TABLE.replace(old, new)
    if new == "bottom_bx":  # without their boxes two parts are one picture
        table = table.replace("0 0 40 30", "")
    with pytest.raises(DataError, match=message):
        FashionShow(write(tmp_path, table))
    assert not list(tmp_path.glob("processed/*"))


def test_a_broken_picture_is_named(tmp_path):
    write(tmp_path)
    content = (tmp_path / "runway" / "1.png").read_bytes()
    (tmp_path / "runway" / "1.png").write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match=r"1\.png: needs to be a readable picture"):
        FashionShow(tmp_path)


def test_missing_files_are_named(tmp_path):
    with pytest.raises(DataError, match=r"raw.outfits\.csv: .* it is missing"):
        FashionShow(tmp_path)


PUT = st.one_of(st.binary(max_size=4), st.sampled_from([b",", b"\n", b'"', b"\0", b"99999999"]))
CUT = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 9), PUT)


@settings(deadline=None, max_examples=60)
@given(
    file=st.sampled_from(["outfits.csv", "runway/1.png", "shirt.jpg"]),
    cuts=st.lists(CUT, min_size=1, max_size=3),
)
def test_any_damage_ends_in_a_result_or_our_error(tmp_path_factory, file, cuts):
    root = write(tmp_path_factory.mktemp("damaged"))
    content = (root / file).read_bytes()
    for where, length, put in cuts:
        start = int(where * len(content))
        content = content[:start] + put + content[start + length :]
    (root / file).write_bytes(content)
    try:
        show = FashionShow(root)
    except FashionGraphError as error:
        assert str(error)
    else:
        assert set(show.outfits.sizes.tolist()) == {2}
        assert show.outfits.category_id.tolist() == [0, 1] * show.num_outfits
        assert all((root / name).is_file() for name in show.items.columns["image"])
