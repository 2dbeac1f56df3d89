from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashiongraph.datasets.iqon3000 import IQON3000
from fashiongraph.errors import DataError, FashionGraphError

OUTFITS = {
    "11/501": {
        "setId": 501,
        "setUrl": "https://set/501",
        "likeCount": 12,
        "user": 11,
        "items": [
            {
                "itemId": 7,
                "itemName": "ロングコート",
                "category x color": "コート × ベージュ",
                "imgUrl": "https://img/7_m.jpg",
                "price": "¥9,800",
                "brands": ["x", {"y": 1}],
            },
            {"itemId": 8, "itemName": "靴", "category x color": "靴", "imgUrl": ""},
        ],
    },
    "11/502": {
        "setId": "502",
        "likeCount": "3",
        "user": "11",
        "items": [
            {"itemId": "7", "itemName": "another name", "category x color": "帽子 × 黒"},
            {"itemId": "9"},
            {"itemId": "8", "category x color": None},
        ],
    },
    "2/77": {"setId": 77, "items": [{"itemId": 10, "category x color": " × 赤 × 白"}]},
}


def write(root, outfits=OUTFITS):
    for name, outfit in outfits.items():
        folder = root / "IQON3000" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{folder.name}.json").write_text(json.dumps(outfit))
        (folder / "7_m.jpg").touch()
    return root


def test_columns_of_the_files(tmp_path):
    dataset = IQON3000(write(tmp_path))
    assert dataset.outfits.ids.tolist() == ["501", "502", "77"]
    items = dataset.items
    assert items.ids.tolist() == ["7", "8", "9", "10"]
    assert dataset.outfits.item_id.tolist() == [0, 1, 0, 2, 1, 3]
    assert dataset.outfits.sizes.tolist() == [2, 3, 1]
    assert dataset.categories == ["コート", "靴"]
    assert items.category_id.tolist() == [0, 1, -1, -1]
    assert items.columns["colour"].fillna("").tolist() == ["ベージュ", "", "", "赤 × 白"]
    assert items.columns["title"].fillna("").tolist() == ["ロングコート", "靴", "", ""]
    assert items.columns["image"].tolist() == [
        "IQON3000/11/501/7_m.jpg",
        "IQON3000/11/501/8_m.jpg",
        "IQON3000/11/502/9_m.jpg",
        "IQON3000/2/77/10_m.jpg",
    ]
    assert (tmp_path / items.columns["image"][0]).exists()
    assert items.columns["image_url"][0] == "https://img/7_m.jpg"
    assert dataset.outfit_columns["user_id"].fillna("").tolist() == ["11", "11", ""]
    assert dataset.outfit_columns["likes"].fillna(-1).tolist() == [12, 3, -1]


def test_deeper_folders_and_the_first_outfits(tmp_path):
    write(tmp_path / "raw" / "IQON3000")
    dataset = IQON3000(tmp_path, max_outfits=2)
    assert dataset.outfits.ids.tolist() == ["501", "502"]
    assert dataset.items.columns["image"][0] == "raw/IQON3000/IQON3000/11/501/7_m.jpg"


def test_broken_files_are_named_or_skipped(tmp_path):
    write(tmp_path, {**OUTFITS, "11/500": {}, "12/9": {"setId": 9, "items": [{"itemId": None}]}})
    with pytest.raises(DataError, match=r"500\.json: record 1 needs"):
        IQON3000(tmp_path)
    with pytest.warns(UserWarning, match=r"skipped 2 .*500\.json"):
        dataset = IQON3000(tmp_path, lenient=True)
    assert dataset.num_outfits == 3
    assert IQON3000(tmp_path, lenient=True).num_outfits == 3


@pytest.mark.parametrize(
    ("outfit", "message"),
    [
        ({"setId": " ", "items": []}, r"file 11/501/501\.json needs a value in 'setId'"),
        ({"setId": 1, "items": [{"itemId": ""}]}, r"501\.json needs a value in 'itemId'"),
        ({"setId": 1, "items": [], "likeCount": "x"}, "needs a whole number in 'likeCount'"),
        ({"setId": 77, "items": [{"itemId": 1}]}, r"different ids \(got '77' again\)"),
    ],
)
def test_a_broken_outfit_is_named(tmp_path, outfit, message):
    write(tmp_path, {**OUTFITS, "11/501": outfit})
    with pytest.raises(DataError, match=message):
        IQON3000(tmp_path)


def test_missing_files_are_named(tmp_path):
    with pytest.raises(DataError, match=r"raw.IQON3000: .* it is missing"):
        IQON3000(tmp_path)
    (tmp_path / "IQON3000").mkdir()
    with pytest.raises(DataError, match="needs an outfit of one item at least"):
        IQON3000(tmp_path)


VALUES = st.sampled_from([None, 1, -1.5, True, "", "×", "7", [], {}, [None], {"a": 1}, "\ud800"])


@st.composite
def changed(draw, value):
    """The value with one part replaced by something else, or dropped."""
    if not isinstance(value, dict | list) or not value or draw(st.integers(0, 4)) == 0:
        return draw(VALUES)
    key = draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
    copy = value.copy()
    if draw(st.integers(0, 5)) == 0:
        del copy[key]
    else:
        copy[key] = draw(changed(value[key]))
    return copy


CUT = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 9), st.binary(max_size=4))


@pytest.mark.filterwarnings("ignore:skipped")
@settings(deadline=None, max_examples=60)
@given(outfit=changed(OUTFITS["11/501"]), cuts=st.lists(CUT, max_size=2), lenient=st.booleans())
def test_any_damage_ends_in_a_result_or_our_error(tmp_path_factory, outfit, cuts, lenient):
    root = write(tmp_path_factory.mktemp("damaged"), {**OUTFITS, "11/501": outfit})
    path = root / "IQON3000/11/501/501.json"
    content = path.read_bytes()
    for where, length, put in cuts:
        start = int(where * len(content))
        content = content[:start] + put + content[start + length :]
    path.write_bytes(content)
    try:
        dataset = IQON3000(root, lenient=lenient)
    except FashionGraphError as error:
        assert str(error)
    else:
        assert dataset.num_outfits in (2, 3)
        assert int(dataset.outfits.sizes.min()) >= 1
