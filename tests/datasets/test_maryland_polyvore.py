from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashiongraph.data.audit import audit
from fashiongraph.datasets.io.polyvore_questions import Records
from fashiongraph.datasets.maryland_polyvore import (
    MarylandPolyvore,
    keep_categories,
    ngnn_filter,
    read_category_names,
    read_interactive,
    read_ngnn,
    read_original,
)
from fashiongraph.errors import DataError, FashionGraphError


def write(path, value):
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def names_of(records):
    """The names of every outfit's items, by its identifier."""
    found = {set_id: [] for set_id in records.outfits["set_id"]}
    for row in records.rows.itertuples():
        found[records.outfits["set_id"][row.outfit]].append(row.name)
    return found


def test_original_file(tmp_path):
    item = {"index": 1, "categoryid": 17, "name": "Blüse", "image": "http://x?tid=5", "price": 3.5}
    outfits = [
        {"set_id": "7", "name": "Sunday", "items": [item, {"index": 4, "categoryid": 2}]},
        {"set_id": "8", "items": [], "likes": 3},
    ]
    records = read_original(write(tmp_path / "train_no_dup.json", outfits))
    assert names_of(records) == {"7": ["7_1", "7_4"], "8": []}
    assert records.outfits["title"].tolist() == ["Sunday", ""]
    assert records.rows["category"].tolist() == [17, 2]
    assert records.rows["title"].tolist() == ["Blüse", ""]
    assert records.rows["image_url"].tolist() == ["http://x?tid=5", ""]


def test_ngnn_file(tmp_path):
    outfits = [
        {"set_id": "7", "items_index": [1, 4], "items_category": [17, 2]},
        {"set_id": "8", "items_index": [2], "items_category": [3]},
    ]
    path = write(tmp_path / "ngnn_train.json", outfits)
    records = read_ngnn(path)
    assert names_of(records) == {"7": ["7_1", "7_4"], "8": ["8_2"]}
    assert records.rows["category"].tolist() == [17, 2, 3]
    outfits[1]["items_category"] = []
    with pytest.raises(DataError, match=r"record 2 .*'items_index'"):
        read_ngnn(write(path, outfits))


def random_records(num_outfits=60, num_categories=12):
    rng = np.random.default_rng(0)
    split = np.array(["train", "valid", "test"])[rng.integers(3, size=num_outfits)]
    sizes = rng.integers(0, 14, size=num_outfits)
    outfit = np.repeat(np.arange(num_outfits), sizes)
    rows = pd.DataFrame({"outfit": outfit, "name": [f"item{n}" for n in range(len(outfit))]})
    # Low categories are the frequent ones.
    rows["category"] = (num_categories * rng.random(len(outfit)) ** 2).astype(int)
    set_id = [str(number) for number in range(num_outfits)]
    return Records(pd.DataFrame({"set_id": set_id, "split": split}), rows)


def test_the_filter_equals_a_loop():
    records = random_records()
    outfits = [[] for _ in range(len(records.outfits))]
    for row in records.rows.itertuples():
        outfits[row.outfit].append((row.category, row.name))
    train = [o for o, s in zip(outfits, records.outfits["split"], strict=True) if s == "train"]
    counts = Counter(category for outfit in train for category, _ in outfit)
    expected = {}
    for set_id, outfit in zip(records.outfits["set_id"], outfits, strict=True):
        kept, seen = [], set()
        for category, name in outfit:
            if counts[category] >= 9 and category not in seen and len(kept) < 8:
                kept.append(name)
                seen.add(category)
        if len(kept) >= 3:
            expected[set_id] = kept
    assert 0 < len(expected) < len(outfits)
    assert 0 < sum(count < 9 for count in counts.values()) < len(counts)

    found = ngnn_filter(records, min_count=9)
    assert names_of(found) == expected
    assert found.outfits.index.tolist() == list(range(len(expected)))
    assert found.outfits["split"].tolist() == [
        records.outfits["split"][int(set_id)] for set_id in expected
    ]


def test_the_filter_equals_the_published_one(data_root):
    root = data_root("polyvore_maryland")
    splits = ("train", "valid", "test")
    published = Records.concat({s: read_ngnn(root / f"ngnn_{s}.json") for s in splits})
    folder = root / "original_format_sample"
    sample = Records.concat({s: read_original(folder / f"{s}_no_dup.json") for s in splits})
    kept = names_of(keep_categories(sample, set(published.rows["category"])))
    everything = names_of(published)
    assert len(kept) == 17
    assert kept == {key: everything[key] for key in sample.outfits["set_id"] if key in everything}


def test_category_names(tmp_path):
    file = tmp_path / "category_id.txt"
    file.write_text("2 Clothing\r\n\r\n341 Men's Dress Shirts", encoding="utf-8")
    names = read_category_names(file)
    assert names.to_dict() == {2: "Clothing", 341: "Men's Dress Shirts"}


@pytest.mark.parametrize("line", ["Coats", "24", "x Coats", "2 Coats", "24 Tops", "24 25"])
def test_wrong_category_names(tmp_path, line):
    file = tmp_path / "category_id.txt"
    file.write_text(f"2 Clothing\n\n11 Tops\n{line}\n", encoding="utf-8")
    with pytest.raises(DataError, match=f"row 4: a line needs .* \\(got '{line}'\\)"):
        read_category_names(file)
    file.write_bytes(b"2 \xff")
    with pytest.raises(DataError, match="readable as text"):
        read_category_names(file)


RECORDS = [
    {"answers": ["7_1", "7_2"], "questions": [["8_1", "9_2", "7_1"], ["8_3", "7_2"]]},
    {
        "answers": ["8_1", "8_2", "8_3"],
        "questions": [["8_1"], ["9_2", "7_1", "8_2"], ["7_2", "9_1", "8_3"]],
    },
]


def read(tmp_path, records, named):
    path = tmp_path / "interactive_questions.json"
    path.write_text(json.dumps(records))
    questions = read_interactive(path, path.name, named)
    sizes = (questions.ptr[1:] - questions.ptr[:-1]).tolist()
    return questions, [part.tolist() for part in questions.item_id.split(sizes)]


def test_a_question_for_each_item(tmp_path, named):
    questions, outfits = read(tmp_path, RECORDS, named())
    # Two of the five questions have fewer choices than the others.
    assert outfits == [[0, 1], [2, 1, 3], [2, 1, 3]]
    assert questions.position.tolist() == [0, 1, 2]
    assert questions.candidates.tolist() == [[2, 4, 0], [4, 0, 1], [1, 0, 3]]
    assert questions.answer.tolist() == [2, 2, 2]
    assert questions.recipe["left_out"] == 2


def test_unknown_items(tmp_path, named):
    records = json.loads(json.dumps(RECORDS))
    records[1]["questions"][1][0] = "x"
    with pytest.raises(DataError, match=r"needs known items \(got 'x'\)"):
        read(tmp_path, records, named())
    questions, outfits = read(tmp_path, records, named(lenient=True))
    assert outfits == [[0, 1], [2, 1, 3]]
    assert questions.position.tolist() == [0, 2]
    assert questions.recipe["left_out"] == 3
    # An unknown item of the outfit takes all its questions with it.
    records[0] = {"answers": ["7_1", "x"], "questions": [["8_1", "9_2", "7_1"], ["x"]]}
    questions, outfits = read(tmp_path, records, named(lenient=True))
    assert outfits == [[2, 1, 3]]
    assert questions.position.tolist() == [2]
    assert questions.recipe["left_out"] == 4


def test_wrong_records(tmp_path, named):
    records = json.loads(json.dumps(RECORDS))
    records[1]["questions"][2][2] = "8_2"
    with pytest.raises(DataError, match=r"record 2 .* last choices"):
        read(tmp_path, records, named())
    records[1]["questions"].pop()
    with pytest.raises(DataError, match="record 2 needs a question"):
        read(tmp_path, records, named())
    assert len(read(tmp_path, [], named())[0]) == 0


CATEGORIES = "4 Day Dresses\n24 Coats\n46 Sandals\n62 Necklaces\n"


def item(index, category):
    name = f"item {index} of category {category}"
    return {"index": index, "name": name, "categoryid": category, "image": f"x?tid={index}"}


def outfit(set_id, *items):
    return {"set_id": set_id, "name": f"outfit {set_id}", "items": [item(*i) for i in items]}


OUTFITS = {
    "train": [outfit("11", (1, 24), (3, 62)), outfit("12", (1, 4), (2, 46), (5, 24))],
    "valid": [outfit("21", (2, 46), (1, 900))],
    "test": [outfit("31", (1, 24), (2, 4)), outfit("32", (1, 62), (4, 46), (8, 46))],
}
BLANKS = [
    {"question": ["31_2"], "answers": ["31_1", "32_4"], "blank_position": 1},
    {"question": ["32_1", "32_8"], "answers": ["32_4", "31_2"], "blank_position": 2},
]
COMPATIBILITY = "1 31_1 31_2\n1 32_1 32_4 32_8\n0 31_1 32_8\n"
INTERACTIVE = [{"answers": ["31_1", "31_2"], "questions": [["32_4", "31_1"], ["32_1", "31_2"]]}]


def ngnn(outfit):
    items = outfit["items"]
    return {
        "set_id": outfit["set_id"],
        "items_index": [i["index"] for i in items],
        "items_category": [i["categoryid"] for i in items],
    }


def make(folder: Path, form: str = "original") -> Path:
    """Write a small release."""
    folder.mkdir(parents=True, exist_ok=True)
    for split, outfits in OUTFITS.items():
        if form == "original":
            (folder / f"{split}_no_dup.json").write_text(json.dumps(outfits))
        else:
            (folder / f"ngnn_{split}.json").write_text(json.dumps([*map(ngnn, outfits)]))
    (folder / "category_id.txt").write_text(CATEGORIES)
    (folder / "fill_in_blank_test.json").write_text(json.dumps(BLANKS))
    (folder / "fashion_compatibility_prediction.txt").write_text(COMPATIBILITY)
    (folder / "interactive_questions.json").write_text(json.dumps(INTERACTIVE))
    return folder


def test_the_original_release(tmp_path):
    make(tmp_path / "raw")
    dataset = MarylandPolyvore(tmp_path)
    assert str(dataset) == "MarylandPolyvore(5 outfits, 12 items, 5 categories, 0 features)"
    # Ordered by number; one number has no name.
    assert dataset.categories == ["Day Dresses", "Coats", "Sandals", "Necklaces", "900"]
    assert dataset.items.ids.tolist()[:5] == ["11_1", "11_3", "12_1", "12_2", "12_5"]
    assert dataset.items.category_id.tolist() == [1, 3, 0, 2, 1, 2, 4, 1, 0, 3, 2, 2]
    assert dataset.items.columns["title"][1] == "item 3 of category 62"
    assert dataset.items.columns["image_url"][1] == "x?tid=3"
    assert "image" not in dataset.items.columns
    splits = dataset.official_split()
    assert {name: part.ids.tolist() for name, part in splits.items()} == {
        "train": ["11", "12"],
        "valid": ["21"],
        "test": ["31", "32"],
    }
    assert dataset.outfit_columns["title"][0] == "outfit 11"
    assert dataset.statistics()["splits"] == {"train": 2, "valid": 1, "test": 2}


def test_without_names_of_categories(tmp_path):
    (make(tmp_path) / "category_id.txt").unlink()
    assert MarylandPolyvore(tmp_path).categories == ["4", "24", "46", "62", "900"]
    # They are found later as well.
    (tmp_path / "category_id.txt").write_text(CATEGORIES)
    assert MarylandPolyvore(tmp_path).categories[0] == "Day Dresses"


def test_pictures(tmp_path):
    (make(tmp_path / "raw") / "images").mkdir()
    images = MarylandPolyvore(tmp_path).items.columns["image"]
    assert images.tolist()[:2] == ["raw/images/11/1.jpg", "raw/images/11/3.jpg"]


def test_questions(tmp_path):
    make(tmp_path)
    dataset = MarylandPolyvore(tmp_path)
    ids = dataset.items.ids

    def named(rows):
        return ids[rows.numpy()].tolist()

    blanks = dataset.fill_in_blank_questions()
    assert named(blanks.item_id) == ["31_1", "31_2", "32_1", "32_4", "32_8"]
    assert blanks.position.tolist() == [0, 1]
    assert [named(row) for row in blanks.candidates] == [["31_1", "32_4"], ["32_4", "31_2"]]
    assert blanks.answer.tolist() == [0, 0]
    assert blanks.recipe["source"] == "fill_in_blank_test.json"
    assert dataset.fill_in_blank_questions(right="same_outfit").checksum == blanks.checksum

    compatibility = dataset.compatibility_questions()
    official = dataset.official_questions()
    assert [one.checksum for one in official] == [compatibility.checksum, blanks.checksum]
    with pytest.raises(FashionGraphError, match="'split' needs to be 'test' .got 'valid'"):
        dataset.official_questions("valid")
    assert named(compatibility.item_id)[-2:] == ["31_1", "32_8"]
    assert compatibility.label.tolist() == [1, 1, 0]
    interactive = dataset.interactive_questions()
    assert [named(row) for row in interactive.candidates] == [["32_4", "31_1"], ["32_1", "31_2"]]
    assert interactive.answer.tolist() == [1, 1]

    (tmp_path / "hard.txt").write_text("0 31_1 32_1")
    assert len(dataset.compatibility_questions("hard.txt")) == 1
    with pytest.raises(DataError, match=r"harder.txt: .* for questions"):
        dataset.compatibility_questions("harder.txt")


def test_the_filter(tmp_path):
    outfits = [outfit(f"t{number}", (1, 4), (2, 24), (3, 46)) for number in range(100)]
    for o in outfits[:99]:
        o["items"] += [item(4, 62), item(5, 24)]
    splits = {**OUTFITS, "train": outfits}
    make(tmp_path)
    for split, found in splits.items():
        (tmp_path / f"{split}_no_dup.json").write_text(json.dumps(found))
    dataset = MarylandPolyvore(tmp_path, ngnn_filter=True)
    # Necklaces are one too few; the second coat goes; smaller outfits go.
    assert dataset.categories == ["Day Dresses", "Coats", "Sandals"]
    assert dataset.items.ids.tolist()[:4] == ["t0_1", "t0_2", "t0_3", "t1_1"]
    assert len(dataset) == 100
    assert MarylandPolyvore(tmp_path).num_items == 300 + 2 * 99 + 7
    # Questions about items that are gone are left out, and counted.
    blanks = dataset.fill_in_blank_questions()
    assert len(blanks) == 0
    assert blanks.recipe["left_out"] == 2


def test_the_files_of_ngnn(tmp_path):
    make(tmp_path, "ngnn")
    dataset = MarylandPolyvore(tmp_path, ngnn_filter=True)
    make(tmp_path / "original")
    original = MarylandPolyvore(tmp_path / "original")
    assert dataset.items.ids.equals(original.items.ids)
    assert dataset.items.category_id.equal(original.items.category_id)
    assert dataset.outfits.ids.equals(original.outfits.ids)
    assert dataset.items.columns.empty
    assert dataset.interactive_questions().checksum == original.interactive_questions().checksum
    # Those files do not replace the full release.
    with pytest.raises(DataError, match="it is missing"):
        MarylandPolyvore(tmp_path)


def test_an_outfit_in_two_splits(tmp_path):
    make(tmp_path)
    (tmp_path / "valid_no_dup.json").write_text(json.dumps([outfit("31", (9, 4))]))
    with pytest.raises(DataError, match=r"'set_id'.*\(got '31' again\)"):
        MarylandPolyvore(tmp_path)


def test_a_broken_file_leaves_nothing_behind(tmp_path):
    make(tmp_path)
    (tmp_path / "test_no_dup.json").write_text("[")
    with pytest.raises(DataError, match=r"test_no_dup\.json: .* as JSON"):
        MarylandPolyvore(tmp_path)
    assert not any((tmp_path / "processed").iterdir())
    make(tmp_path)
    before = MarylandPolyvore(tmp_path).items.ids
    (tmp_path / "test_no_dup.json").write_text("[")
    assert MarylandPolyvore(tmp_path).items.ids.equals(before)
    with pytest.raises(DataError):
        MarylandPolyvore(tmp_path, force_reload=True)
    assert MarylandPolyvore(tmp_path).items.ids.equals(before)


@pytest.fixture
def published(tmp_path_factory, monkeypatch, https):
    """A folder with a release to download, plain and in a commit."""
    folder = tmp_path_factory.mktemp("published")
    made = make(tmp_path_factory.mktemp("made"))
    with tarfile.open(folder / "polyvore.tar.gz", "w:gz") as archive:
        for file in sorted(made.iterdir()):
            if file.name not in ("category_id.txt", "interactive_questions.json"):
                archive.add(file, f"polyvore/{file.name}")
        archive.addfile(tarfile.TarInfo("polyvore/._more.json"), io.BytesIO())
    (made / "category_id.txt").rename(folder / "category_id.txt")
    monkeypatch.setattr(MarylandPolyvore, "files_url", https(folder))
    monkeypatch.setattr(MarylandPolyvore, "published_outfits", {"train": 2, "valid": 1, "test": 2})
    return folder


def checksum(published):
    return hashlib.sha256((published / "polyvore.tar.gz").read_bytes()).hexdigest()


def assert_is_complete(dataset):
    assert len(dataset) == 5
    assert dataset.categories[0] == "Day Dresses"
    assert len(dataset.fill_in_blank_questions()) == 2
    assert sorted(path.name for path in (dataset.root / "raw").iterdir()) == [
        "category_id.txt",
        "fashion_compatibility_prediction.txt",
        "fill_in_blank_test.json",
        "test_no_dup.json",
        "train_no_dup.json",
        "valid_no_dup.json",
    ]


def test_download_from_a_commit(tmp_path, published, monkeypatch, commit_of):
    with pytest.raises(DataError, match="it is missing"):
        MarylandPolyvore(tmp_path)
    assert not any(tmp_path.iterdir())
    monkeypatch.setattr(MarylandPolyvore, "repository_url", published.as_uri())
    monkeypatch.setattr(MarylandPolyvore, "commit", commit_of(published))
    assert_is_complete(MarylandPolyvore(tmp_path, download=True))
    # Nothing is fetched again.
    monkeypatch.setattr(MarylandPolyvore, "commit", "no commit")
    MarylandPolyvore(tmp_path, download=True, force_reload=True)


def test_download_without_git(tmp_path, published, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FashionGraphError, match=r"needs git, .* to .*raw, or pass 'sha256'"):
        MarylandPolyvore(tmp_path, download=True)
    assert_is_complete(MarylandPolyvore(tmp_path, download=True, sha256=checksum(published)))


def test_a_download_of_other_files_is_refused(tmp_path, published, monkeypatch):
    with pytest.raises(DataError, match=r"cannot be fetched .*00"):
        MarylandPolyvore(tmp_path, download=True, sha256="00")
    assert not any((tmp_path / "raw").iterdir())
    monkeypatch.setattr(MarylandPolyvore, "published_outfits", {"train": 2, "valid": 1, "test": 3})
    with pytest.raises(DataError, match=r"3 outfits .*test_no_dup.json \(has 2\)"):
        MarylandPolyvore(tmp_path, download=True, sha256=checksum(published))
    assert [path.name for path in (tmp_path / "raw").iterdir()] == ["category_id.txt"]


READERS: dict[str, tuple[str, Callable[[MarylandPolyvore], object]]] = {
    "train_no_dup.json": ("original", lambda w: w.statistics()),
    "ngnn_train.json": ("ngnn", lambda w: w.statistics()),
    "category_id.txt": ("original", lambda w: w.categories),
    "fill_in_blank_test.json": ("original", lambda w: w.fill_in_blank_questions()),
    "fashion_compatibility_prediction.txt": ("original", lambda w: w.compatibility_questions()),
    "interactive_questions.json": ("original", lambda w: w.interactive_questions()),
}
PIECES = st.sampled_from(
    [b"", b"0", b"null", b"1.5", b"[]", b"{}", b'""', b",", b"]", b"\n", b"-", b"_", b"\\ud800"]
)
DAMAGE = st.tuples(st.floats(0, 1), st.integers(0, 12), PIECES | st.binary(max_size=3))


@settings(deadline=None, max_examples=60)
@given(
    file=st.sampled_from(sorted(READERS)),
    damages=st.lists(DAMAGE, min_size=1, max_size=3),
    ngnn_filter=st.booleans(),
)
def test_any_damage_ends_in_a_result_or_our_error(tmp_path_factory, file, damages, ngnn_filter):
    form, use = READERS[file]
    folder = make(tmp_path_factory.mktemp("damaged"), form)
    content = (folder / file).read_bytes()
    for where, cut, put in damages:
        start = int(where * len(content))
        content = content[:start] + put + content[start + cut :]
    (folder / file).write_bytes(content)
    with suppress(FashionGraphError):
        use(MarylandPolyvore(folder, ngnn_filter or form == "ngnn"))


def test_the_filtered_files(data_root, tmp_path):
    root = data_root("polyvore_maryland")
    dataset = MarylandPolyvore(root, ngnn_filter=True, processed_dir=tmp_path)
    assert dataset.num_items == 126_054
    assert dataset.num_categories == 120
    splits = dataset.official_split()
    assert [len(part) for part in splits.values()] == [16_983, 1_294, 2_697]
    assert (int(dataset.outfits.sizes.min()), int(dataset.outfits.sizes.max())) == (3, 8)
    assert set(audit(splits)["shared_items"]) == {0}
    assert dataset.outfits.ids.is_unique
    interactive = dataset.interactive_questions()
    assert interactive.candidates.size(1) == 5
    assert len(interactive) + interactive.recipe["left_out"] == 16_768


def test_the_sample_of_original_files(data_root, tmp_path):
    root = data_root("polyvore_maryland") / "original_format_sample"
    dataset = MarylandPolyvore(root, processed_dir=tmp_path)
    splits = dataset.official_split()
    assert [len(part) for part in splits.values()] == [9, 5, 5]
    assert dataset.items.columns["title"][0] == "river island blue embroidered cut playsuit"
