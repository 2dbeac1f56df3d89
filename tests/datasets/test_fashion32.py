from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fashiongraph.data.category_graph import category_graph
from fashiongraph.data.splits import split
from fashiongraph.datasets.fashion32 import Fashion32, Labels
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.evaluation import compatibility, draw_questions, fill_in_blank
from fashiongraph.features.hashed_words import HashedWords
from fashiongraph.models import ADDGNN
from fashiongraph.training import fit


@pytest.mark.parametrize("size", [0, 1, 40])
def test_like_a_loop_over_words(size):
    rng = np.random.default_rng(size)
    owner = rng.integers(0, 12, size)
    word = rng.choice(["棉", "麻", "a/b", ""], size).tolist()
    labels = Labels(owner, pa.array(word, pa.string()))
    of_owner = [[w for o, w in zip(owner, word, strict=True) if o == item] for item in range(13)]
    assert labels.first(13).to_pylist() == [words[0] if words else None for words in of_owner]
    assert labels.joined(13).to_pylist() == [
        ";".join(sorted(set(words) - {""})) or None for words in of_owner
    ]


def tags(**names):
    """Labels as the release has them: the number of the kind, and the names."""
    numbers = {"pattern": 93, "material": 94, "shape": 95, "group": 97, "women": 98, "men": 99}
    return {
        str(numbers[kind]): [{"label_name": name, "label_id": 1} for name in labels]
        for kind, labels in names.items()
    }


SHIRT = {
    "Cate3_ID": 1354,
    "SKU_ID": 16028962318,
    "Image": "8733_1354_16028962318.jpg",
    "Name_Short": "宽松喇叭袖衬衫",
    "Tags": tags(
        pattern=["条纹", "格纹", "条纹"], material=["棉"], shape=["长袖", "宽松"], women=["女衬衫"]
    ),
}
TROUSERS = {
    "Cate3_ID": 9736,
    "SKU_ID": 7,
    "Image": "8733_9736_7.jpg",
    "Name_Short": "舒适休闲裤",
    "Tags": tags(group=["裤装"], women=["休闲裤"], men=["男休闲裤"]),
}
BAG = {
    "Cate3_ID": 5257,
    "SKU_ID": 9,
    "Image": "12_5257_9.jpg",
    "Name_Short": "",
    "Tags": tags(pattern=[]),
}
OUTFITS = {
    "12": {
        "Items": [BAG, {**TROUSERS, "Name_Short": "another name", "Image": "12_9736_7.jpg"}],
        "Outfit_Fit": "",
        "Outfit_Gender": "男性",
        "Outfit_Occasion": "旅行",
        "Outfit_Style": "",
        "Outfit_ID": 12,
        "Outfit_Images": ["12_outfit_0.jpg"],
    },
    "8733": {
        "Items": [SHIRT, TROUSERS],
        "Outfit_Fit": "显年轻",
        "Outfit_Gender": "女性",
        "Outfit_Occasion": "",
        "Outfit_Style": "休闲",
        "Outfit_ID": 8733,
        "Outfit_Images": [],
    },
}


def write_original(root, outfits=OUTFITS):
    for name, outfit in outfits.items():
        folder = root / "images" / name
        folder.mkdir(parents=True)
        (folder / f"{name}.json").write_text(json.dumps(outfit, ensure_ascii=False))
    return root


def rekeyed(outfits):
    """The third party's form of the same outfits."""

    def labels(item, *numbers):
        names = [tag["label_name"] for n in numbers for tag in item["Tags"].get(n, [])]
        return [{str(index): name} for index, name in enumerate(names)]

    return {
        name: {
            "items": [
                {
                    "cate3_id": item["Cate3_ID"],
                    "sku_id": item["SKU_ID"],
                    "image_name": item["Image"],
                    "item_name": item["Name_Short"],
                    "index": index,
                    "pattern": labels(item, "93"),
                    "material": labels(item, "94"),
                    "sleeve_type": labels(item, "95"),
                    "category": labels(item, "97"),
                    "label": labels(item, "98", "99"),
                }
                for index, item in enumerate(outfit["Items"])
            ],
            **{
                f"outfit_{theme}": {"0": outfit[f"Outfit_{theme.capitalize()}"]}
                for theme in ("fit", "gender", "occasion", "style")
            },
            "outfit_id": outfit["Outfit_ID"],
            "outfit_images": outfit["Outfit_Images"],
        }
        for name, outfit in outfits.items()
    }


def write_rekeyed(root, outfits=OUTFITS):
    root.mkdir(exist_ok=True)
    (root / "val_data.json").write_text(json.dumps(rekeyed(outfits), ensure_ascii=False))
    return root


@pytest.fixture(params=[write_original, write_rekeyed])
def dataset(request, tmp_path):
    return Fashion32(request.param(tmp_path))


def test_outfits_and_themes(dataset):
    assert dataset.outfits.ids.tolist() == ["12", "8733"]
    assert dataset.items.ids.tolist() == ["9", "7", "16028962318"]
    assert dataset.outfits.item_id.tolist() == [0, 1, 2, 1]
    assert dataset.items.frequency.tolist() == [1, 2, 1]
    assert dataset.outfit_columns.fillna("").to_dict("list") == {
        "fit": ["", "显年轻"],
        "gender": ["男性", "女性"],
        "occasion": ["旅行", ""],
        "style": ["", "休闲"],
    }


def test_labels(dataset):
    assert dataset.categories == ["休闲裤", "女衬衫"]
    assert dataset.items.category_id.tolist() == [-1, 0, 1]
    columns = dataset.items.columns.fillna("")
    assert columns["title"].tolist() == ["", "another name", "宽松喇叭袖衬衫"]
    assert columns["cate3"].tolist() == ["5257", "9736", "1354"]
    assert columns["pattern"].tolist() == ["", "", "条纹;格纹"]
    assert columns["material"].tolist() == ["", "", "棉"]
    assert columns["shape"].tolist() == ["", "", "宽松;长袖"]
    assert columns["group"].tolist() == ["", "裤装", ""]
    assert columns["label"].tolist() == ["", "休闲裤;男休闲裤", "女衬衫"]
    words = [set(text.split()) for text in columns["tags"]]
    assert words == [
        set(),
        {"another", "name", "裤装", "休闲裤;男休闲裤"},
        {"宽松喇叭袖衬衫", "条纹;格纹", "棉", "宽松;长袖", "女衬衫"},
    ]
    assert HashedWords(16)(dataset.items.columns["tags"]).missing.tolist() == [True, False, False]


def test_pictures_where_there_are_some(tmp_path):
    expected = [
        "images/12/12_5257_9.jpg",
        "images/12/12_9736_7.jpg",
        "images/8733/8733_1354_16028962318.jpg",
    ]
    assert Fashion32(write_original(tmp_path)).items.columns["image"].tolist() == expected
    part = write_rekeyed(tmp_path / "part") / "val_data.json"
    assert "image" not in Fashion32(tmp_path / "part").items.columns
    part.rename(tmp_path / "val_data.json")
    dataset = Fashion32(tmp_path)
    assert dataset.items.columns["image"].tolist() == expected
    assert dataset.processed_dir == tmp_path / "processed" / "rekeyed"


@pytest.mark.parametrize("labels", [{}, [], None])
def test_an_item_without_any_label(tmp_path, labels):
    # The second item has no title either.
    bare = {**OUTFITS["12"], "Items": [{**BAG, "Tags": labels}, {"SKU_ID": "x"}]}
    dataset = Fashion32(write_original(tmp_path, {"12": bare}))
    assert dataset.items.category_id.tolist() == [-1, -1]
    assert dataset.items.columns["label"].isna().all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Outfit_ID": None}, r"8733\.json: record 1 needs"),
        ({"Outfit_ID": 12}, r"different ids \(got '12' again\)"),
        ({"Outfit_Style": ["x"]}, r"8733\.json: record 1 does not fit"),
        ({"Items": [{**BAG, "SKU_ID": ""}]}, r"file 8733/8733\.json needs a value in 'SKU_ID'"),
        ({"Items": [{**BAG, "Tags": {"93": "x"}}]}, r"8733\.json: record 1 does not fit"),
    ],
)
def test_a_broken_file_is_named(tmp_path, change, message):
    write_original(tmp_path, {**OUTFITS, "8733": {**OUTFITS["8733"], **change}})
    with pytest.raises(DataError, match=message):
        Fashion32(tmp_path)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(DataError, match=r"raw.images: .* it is missing$"):
        Fashion32(tmp_path)


def test_the_rekeyed_subset(data_root, tmp_path):
    root = data_root("fashion32")
    dataset = Fashion32(root, processed_dir=tmp_path)
    assert dataset.num_outfits == 930
    assert dataset.outfits.item_id.numel() == 2_682
    assert (dataset.num_items, dataset.num_categories) == (2_503, 77)
    numbers = json.loads((root / "imgs_labels.json").read_text(encoding="utf-8"))
    names = json.loads((root / "labels_type.json").read_text(encoding="utf-8"))
    by_number = {number: name for name, number in names.items()}
    expected = [by_number[numbers[item]] for item in dataset.items.ids]
    assert [dataset.categories[c] for c in dataset.items.category_id] == expected
    for theme in ("fit", "gender", "occasion", "style"):
        known = set(json.loads((root / f"{theme}.json").read_text(encoding="utf-8")))
        assert set(dataset.outfit_columns[theme].dropna()) <= known
    parts = dataset.split((7, 1, 2), seed=0)
    assert [len(part) for part in parts] == [651, 93, 186]


@pytest.mark.slow
def test_learnt_from_titles_and_labels(data_root, tmp_path):
    dataset = Fashion32(data_root("fashion32"), processed_dir=tmp_path)
    rows = HashedWords(384)(dataset.items.columns["tags"], dtype="float32").array
    items = dataset.items.with_features(torch.from_numpy(rows))
    train, valid, test = split(dataset.outfits.with_items(items), (7, 1, 2), seed=0)
    graph = category_graph(train.category_id, train.batch, dataset.num_categories)
    torch.manual_seed(0)
    model = ADDGNN(items.num_features, 32, 4)
    fit(model, train, valid, graph=graph, max_epochs=4, progress=False, accelerator="cpu")
    area = compatibility(model, draw_questions(test, "compatibility", "uniform", seed=0))
    blank = fill_in_blank(model, draw_questions(test, "fitb", "uniform", seed=0))
    assert area.low > 0.5
    assert blank.low > 0.25


VALUES = st.sampled_from([None, 1, -1.5, True, "", "x", "7", [], {}, [None], {"a": 1}, "\ud800"])


@st.composite
def changed(draw, value):
    """The value with one element replaced or dropped."""
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


@settings(deadline=None, max_examples=40)
@given(
    records=st.one_of(changed(OUTFITS["8733"]), changed(rekeyed(OUTFITS))),
    cuts=st.lists(CUT, max_size=2),
)
def test_any_damage_ends_in_a_result_or_our_error(tmp_path_factory, records, cuts):
    root = tmp_path_factory.mktemp("damaged")
    original = not isinstance(records, dict) or "8733" not in records
    path = root / ("images/8733/8733.json" if original else "val_data.json")
    if original:
        write_original(root)
    content = json.dumps(records).encode()
    for where, length, put in cuts:
        start = int(where * len(content))
        content = content[:start] + put + content[start + length :]
    path.write_bytes(content)
    try:
        dataset = Fashion32(root)
    except FashionGraphError as error:
        assert str(error)
    else:
        assert dataset.num_outfits >= 1
        assert int(dataset.outfits.sizes.min()) >= 1
        assert isinstance(dataset.items.columns, pd.DataFrame)
