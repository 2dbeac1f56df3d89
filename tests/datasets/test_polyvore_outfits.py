from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashiongraph.data.audit import audit
from fashiongraph.datasets.polyvore_outfits import PolyvoreOutfits
from fashiongraph.errors import DataError, FashionGraphError

# Items are named by their semantic category, so that tuples and release agree at a glance.
CATEGORIES = {"bag": ("bags", "37"), "shoe": ("shoes", "41"), "top": ("tops", "11")}
TYPES = {"bag": 2, "shoe": 8, "top": 10}
SPLITS = {
    "train": [["top0", "shoe0"], ["top1", "shoe0", "bag0"]],
    "valid": [["top0", "bag1"]],
    "test": [["shoe1", "top1"], ["bag1", "shoe0", "top2"]],
}
CORRUPTED = {
    "train": [["top2", "shoe1"], ["top0", "shoe1", "bag1"]],
    "valid": [["top1", "bag0"]],
    "test": [["shoe0", "top2"], ["bag0", "shoe1", "top0"]],
}
BLANKS = [
    ["shoe0", "top1"],
    ["shoe1", "top1"],
    ["bag1", "shoe0", "top0"],
    ["bag1", "shoe0", "top1"],
]
ITEMS = sorted({item for outfits in SPLITS.values() for outfit in outfits for item in outfit})


def kind_of(item):
    return item.rstrip("0123456789")


def make(folder: Path) -> Path:
    """Write a small release, as JSON and as rows of numbers, one as both versions."""
    for version in "disjoint", "nondisjoint":
        write_json(folder / version)
        write_tuples(folder / "tuples" / version)
    metadata = {
        item: {
            "semantic_category": CATEGORIES[kind_of(item)][0],
            "category_id": CATEGORIES[kind_of(item)][1],
            "title": "" if item == "top0" else f"title of {item}",
            "url_name": f"name of {item}",
        }
        for item in reversed(ITEMS)
    }
    (folder / "polyvore_item_metadata.json").write_text(json.dumps(metadata))
    (folder / "polyvore_outfit_titles.json").write_text('{"train1": {"title": "Sunday"}}')
    (folder / "categories.csv").write_text("11,top,tops\n37,bag,bags\n37,purse,bags\n")
    return folder


def write_json(folder):
    folder.mkdir(parents=True)
    for split, outfits in SPLITS.items():
        records = [
            {
                "set_id": f"{split}{number}",
                "items": [{"item_id": i, "index": n} for n, i in enumerate(outfit, start=1)],
            }
            for number, outfit in enumerate(outfits)
        ]
        (folder / f"{split}.json").write_text(json.dumps(records))
        place = {
            item["item_id"]: f"{record['set_id']}_{item['index']}"
            for record in records
            for item in record["items"]
        }
        lines = [
            " ".join(["1", *(f"{r['set_id']}_{i['index']}" for i in r["items"])]) for r in records
        ]
        if split == "test":
            # Items that no test outfit holds have no name among the test outfits.
            corrupted = [["shoe0", "top2"], ["bag1", "shoe1", "top1"]]
            lines += [" ".join(["0", *(place[i] for i in outfit)]) for outfit in corrupted]
        (folder / f"compatibility_{split}.txt").write_text("\n".join(lines) + "\n")
    blanks = [
        {"question": ["test0_1"], "answers": ["test1_3", "test0_2"], "blank_position": 2},
        {
            "question": ["test1_1", "test1_3"],
            "answers": ["test1_2", "test0_1"],
            "blank_position": 2,
        },
    ]
    (folder / "fill_in_blank_test.json").write_text(json.dumps(blanks))


def write_tuples(folder):
    folder.mkdir(parents=True)
    lists = [[i for i in ITEMS if TYPES[kind_of(i)] == kind] for kind in range(11)]
    (folder / "items.json").write_text(json.dumps(lists))

    def write(name, outfits):
        rows = []
        for outfit in outfits:
            types = [TYPES[kind_of(item)] for item in outfit]
            items = [lists[kind].index(item) for kind, item in zip(types, outfit, strict=True)]
            fill = [-1] * (3 - len(outfit))
            rows.append(",".join(map(str, [0, len(outfit), *items, *fill, *types, *fill])))
        (folder / name).write_text("\n".join(rows) + "\n")

    for split in SPLITS:
        write(f"{split}_pos", SPLITS[split])
        write(f"{split}_neg", CORRUPTED[split])
    write("test_pos_fitb", SPLITS["test"])
    write("test_neg_fitb", BLANKS)


def outfits_of(dataset):
    return [
        dataset.items.ids[part.numpy()].tolist()
        for part in dataset.outfits.item_id.split(dataset.outfits.sizes.tolist())
    ]


def test_the_release(tmp_path):
    make(tmp_path / "raw")
    dataset = PolyvoreOutfits(tmp_path)
    assert str(dataset) == "PolyvoreOutfits(5 outfits, 7 items, 11 categories, 0 features)"
    assert outfits_of(dataset) == [outfit for outfits in SPLITS.values() for outfit in outfits]
    assert dataset.outfits.ids.tolist() == ["train0", "train1", "valid0", "test0", "test1"]
    assert {k: len(v) for k, v in dataset.official_split().items()} == {
        "train": 2,
        "valid": 1,
        "test": 2,
    }
    items = dataset.items
    names = [dataset.categories[code] for code in items.category_id]
    assert names == [CATEGORIES[kind_of(item)][0] for item in items.ids]
    titles = dict(zip(items.ids, items.columns["title"], strict=True))
    assert titles["top0"] == "name of top0"
    assert titles["bag1"] == "title of bag1"
    assert dataset.outfit_columns["title"].tolist() == ["", "Sunday", "", "", ""]
    assert items.frequency.sum() == 12
    shared = audit(dataset.official_split()).set_index(["part", "other"])["shared_items"]
    assert shared["train", "valid"] == 1
    assert shared["train", "test"] == 2


def test_fine_categories(tmp_path):
    dataset = PolyvoreOutfits(make(tmp_path), category="fine")
    # A number without a name stays a number.
    assert dataset.categories == ["top (11)", "bag, purse (37)", "41"]
    code = dict(zip(dataset.items.ids, dataset.items.category_id.tolist(), strict=True))
    assert (code["top2"], code["bag0"], code["shoe1"]) == (0, 1, 2)


def test_without_metadata(tmp_path):
    make(tmp_path)
    for path in tmp_path.glob("*.*"):
        path.unlink()
    with pytest.raises(DataError, match=r"item_metadata\.json: .* is missing"):
        PolyvoreOutfits(tmp_path)
    dataset = PolyvoreOutfits(tmp_path, category=None)
    assert dataset.categories == []
    assert set(dataset.items.category_id.tolist()) == {-1}
    assert len(dataset.compatibility_questions()) == 4


def test_some_splits(tmp_path):
    make(tmp_path)
    (tmp_path / "disjoint" / "train.json").unlink()
    dataset = PolyvoreOutfits(tmp_path, "disjoint", splits=("valid", "test"))
    assert len(dataset) == 3
    assert dataset.num_categories == 11
    with pytest.raises(FashionGraphError, match=r"'split'.*'valid', 'test' \(got"):
        dataset.compatibility_questions("train")
    with pytest.raises(DataError, match=r"disjoint/train\.json: .* is missing"):
        PolyvoreOutfits(tmp_path, "disjoint")


def test_pictures(tmp_path):
    (make(tmp_path / "raw") / "images").mkdir()
    for form in "json", "tuples":
        items = PolyvoreOutfits(tmp_path, form=form).items
        assert items.columns["image"].tolist() == [f"raw/images/{i}.jpg" for i in items.ids]


def test_questions(tmp_path):
    dataset = PolyvoreOutfits(make(tmp_path))
    ids = dataset.items.ids
    compatibility = dataset.compatibility_questions()
    sizes = compatibility.outfits().sizes.tolist()
    named = [ids[part.numpy()].tolist() for part in compatibility.item_id.split(sizes)]
    assert named == [*SPLITS["test"], ["shoe0", "top2"], ["bag1", "shoe1", "top1"]]
    assert compatibility.label.tolist() == [1, 1, 0, 0]
    assert compatibility.group.tolist() == [0, 1, 0, 1]
    assert compatibility.recipe["source"] == "nondisjoint/compatibility_test.txt"

    blanks = dataset.fill_in_blank_questions()
    assert ids[blanks.item_id.numpy()].tolist() == ["shoe1", "top1", "bag1", "shoe0", "top2"]
    assert blanks.position.tolist() == [1, 1]
    assert blanks.answer.tolist() == [1, 0]
    assert ids[blanks.candidates[0].numpy()].tolist() == ["top2", "top1"]
    official = dataset.official_questions()
    assert [one.checksum for one in official] == [compatibility.checksum, blanks.checksum]
    with pytest.raises(DataError, match=r"blank_valid\.json: .* for questions"):
        dataset.fill_in_blank_questions("valid")


def test_the_rows_of_numbers(tmp_path):
    make(tmp_path)
    dataset = PolyvoreOutfits(tmp_path, "disjoint", form="tuples")
    release = PolyvoreOutfits(tmp_path, "disjoint")
    assert outfits_of(dataset) == outfits_of(release)
    assert dataset.outfits.ids.tolist() == ["train_0", "train_1", "valid_0", "test_0", "test_1"]
    assert dataset.outfit_columns["split"].tolist() == release.outfit_columns["split"].tolist()
    assert dataset.categories == release.categories
    rows = release.items.rows(dataset.items.ids)
    assert dataset.items.category_id.equal(release.items.category_id[rows])

    compatibility = dataset.compatibility_questions("valid")
    assert dataset.items.ids[compatibility.item_id.numpy()].tolist() == [
        *("top0", "bag1"),
        *("top1", "bag0"),
    ]
    assert compatibility.recipe["source"] == "tuples/disjoint/valid_neg"
    blanks = dataset.fill_in_blank_questions()
    assert blanks.position.tolist() == [0, 2]
    candidates = [dataset.items.ids[row.numpy()].tolist() for row in blanks.candidates]
    assert candidates == [["shoe1", "shoe0", "shoe1"], ["top2", "top0", "top1"]]
    assert blanks.recipe["repeated"] == 1
    assert [one.kind for one in dataset.official_questions("test")] == ["compatibility", "fitb"]
    assert [one.kind for one in dataset.official_questions("valid")] == ["compatibility"]
    with pytest.raises(DataError, match=r"valid_pos_fitb: .* for questions"):
        dataset.fill_in_blank_questions("valid")


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"version": "joint"}, r"'version'.*'nondisjoint', 'disjoint' \(got"),
        ({"form": "csv"}, r"'form'.*'json', 'tuples' \(got 'csv'"),
        ({"category": "type"}, r"'category'.*'semantic', 'fine', None \(got"),
        ({"form": "tuples", "category": "fine"}, r"'category'.* 'semantic' \(got"),
        ({"splits": ()}, "'splits' needs a split at least"),
        ({"splits": ("dev",)}, r"'splits'.*'train', .* \(got 'dev'\)"),
    ],
)
def test_wrong_arguments(tmp_path, arguments, rule):
    with pytest.raises(FashionGraphError, match=rule):
        PolyvoreOutfits(tmp_path, **arguments)


def test_nothing_is_downloaded(tmp_path):
    with pytest.raises(DataError, match=r"published at https://huggingface"):
        PolyvoreOutfits(tmp_path)
    assert not any(tmp_path.iterdir())


def test_pickles_stay_shut(tmp_path):
    (make(tmp_path) / "disjoint" / "typespaces.p").write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    assert len(PolyvoreOutfits(tmp_path, "disjoint")) == 5


READERS: dict[str, Callable[[PolyvoreOutfits], object]] = {
    "disjoint/test.json": lambda w: w.statistics(),
    "disjoint/compatibility_test.txt": lambda w: w.compatibility_questions(),
    "disjoint/fill_in_blank_test.json": lambda w: w.fill_in_blank_questions(),
    "polyvore_item_metadata.json": lambda w: w.items.columns,
    "polyvore_outfit_titles.json": lambda w: w.outfit_columns,
    "categories.csv": lambda w: w.categories,
    "tuples/disjoint/items.json": lambda w: w.statistics(),
    "tuples/disjoint/test_pos": lambda w: w.compatibility_questions(),
    "tuples/disjoint/test_neg_fitb": lambda w: w.fill_in_blank_questions(),
}
PIECES = st.sampled_from(
    [b"", b"0", b"9", b"null", b"1.5", b"[]", b"{}", b'""', b",", b"\n", b"-1", b"_", b"\\ud800"]
)
DAMAGE = st.tuples(st.floats(0, 1), st.integers(0, 12), PIECES | st.binary(max_size=3))


@settings(deadline=None, max_examples=60)
@given(file=st.sampled_from(sorted(READERS)), damages=st.lists(DAMAGE, min_size=1, max_size=3))
def test_any_damage_ends_in_a_result_or_our_error(tmp_path_factory, file, damages):
    folder = make(tmp_path_factory.mktemp("damaged"))
    content = (folder / file).read_bytes()
    for where, cut, put in damages:
        start = int(where * len(content))
        content = content[:start] + put + content[start + cut :]
    (folder / file).write_bytes(content)
    form = "tuples" if file.startswith("tuples") else "json"
    with suppress(FashionGraphError):
        dataset = PolyvoreOutfits(
            folder, "disjoint", form, category="fine" if file == "categories.csv" else "semantic"
        )
        READERS[file](dataset)


def test_the_disjoint_rows(data_root, tmp_path):
    root = data_root("polyvore_outfits")
    dataset = PolyvoreOutfits(root, "disjoint", form="tuples", processed_dir=tmp_path)
    assert dataset.num_items == 152_785
    splits = dataset.official_split()
    assert [len(part) for part in splits.values()] == [16_995, 3_000, 15_145]
    shared = audit(splits).set_index(["part", "other"])["shared_items"]
    assert shared["train", "valid"] == 3_781
    assert shared["train", "test"] == 84
    assert shared["valid", "test"] == 34
    assert len(dataset.compatibility_questions()) == 2 * 15_145


def test_both_forms_have_the_same_questions(data_root, tmp_path):
    root = data_root("polyvore_outfits")
    rows = PolyvoreOutfits(root, form="tuples", splits=("valid", "test"), processed_dir=tmp_path)
    assert rows.num_items == 251_008
    blanks = rows.fill_in_blank_questions("test")
    assert blanks.candidates.shape == (10_000, 4)
    assert blanks.recipe["repeated"] == 10

    release = PolyvoreOutfits(root, splits=("valid",), category=None, processed_dir=tmp_path)
    assert (len(release), release.num_items) == (5_000, 25_132)
    one, two = rows.compatibility_questions("valid"), release.compatibility_questions("valid")
    assert rows.items.ids[one.item_id.numpy()].equals(release.items.ids[two.item_id.numpy()])
    assert all(getattr(one, name).equal(getattr(two, name)) for name in ("ptr", "label", "group"))
