from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashiongraph.data.audit import audit
from fashiongraph.datasets.maryland_polyvore import MarylandPolyvore
from fashiongraph.errors import DataError, FashionGraphError

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
    wardrobe = MarylandPolyvore(tmp_path)
    assert str(wardrobe) == "MarylandPolyvore(5 outfits, 12 items, 5 categories, 0 features)"
    # Ordered by number; one number has no name.
    assert wardrobe.categories == ["Day Dresses", "Coats", "Sandals", "Necklaces", "900"]
    assert wardrobe.items.ids.tolist()[:5] == ["11_1", "11_3", "12_1", "12_2", "12_5"]
    assert wardrobe.items.category_id.tolist() == [1, 3, 0, 2, 1, 2, 4, 1, 0, 3, 2, 2]
    assert wardrobe.items.columns["title"][1] == "item 3 of category 62"
    assert wardrobe.items.columns["image_url"][1] == "x?tid=3"
    assert "image" not in wardrobe.items.columns
    parts = wardrobe.official_split()
    assert {name: part.ids.tolist() for name, part in parts.items()} == {
        "train": ["11", "12"],
        "valid": ["21"],
        "test": ["31", "32"],
    }
    assert wardrobe.outfit_columns["title"][0] == "outfit 11"
    assert wardrobe.statistics()["splits"] == {"train": 2, "valid": 1, "test": 2}


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
    wardrobe = MarylandPolyvore(tmp_path)
    ids = wardrobe.items.ids

    def named(rows):
        return ids[rows.numpy()].tolist()

    blanks = wardrobe.fill_in_blank_questions()
    assert named(blanks.item_id) == ["31_1", "31_2", "32_1", "32_4", "32_8"]
    assert blanks.position.tolist() == [0, 1]
    assert [named(row) for row in blanks.candidates] == [["31_1", "32_4"], ["32_4", "31_2"]]
    assert blanks.answer.tolist() == [0, 0]
    assert blanks.recipe["source"] == "fill_in_blank_test.json"
    assert wardrobe.fill_in_blank_questions(right="own_outfit").checksum == blanks.checksum

    compatibility = wardrobe.compatibility_questions()
    assert named(compatibility.item_id)[-2:] == ["31_1", "32_8"]
    assert compatibility.label.tolist() == [1, 1, 0]
    interactive = wardrobe.interactive_questions()
    assert [named(row) for row in interactive.candidates] == [["32_4", "31_1"], ["32_1", "31_2"]]
    assert interactive.answer.tolist() == [1, 1]

    (tmp_path / "hard.txt").write_text("0 31_1 32_1")
    assert len(wardrobe.compatibility_questions("hard.txt")) == 1
    with pytest.raises(DataError, match=r"harder.txt: .* needs this file for questions, it is mis"):
        wardrobe.compatibility_questions("harder.txt")


def test_the_filter(tmp_path):
    outfits = [outfit(f"t{number}", (1, 4), (2, 24), (3, 46)) for number in range(100)]
    for o in outfits[:99]:
        o["items"] += [item(4, 62), item(5, 24)]
    splits = {**OUTFITS, "train": outfits}
    make(tmp_path)
    for split, found in splits.items():
        (tmp_path / f"{split}_no_dup.json").write_text(json.dumps(found))
    wardrobe = MarylandPolyvore(tmp_path, ngnn_filter=True)
    # Necklaces are one too few; the second coat goes; smaller outfits go.
    assert wardrobe.categories == ["Day Dresses", "Coats", "Sandals"]
    assert wardrobe.items.ids.tolist()[:4] == ["t0_1", "t0_2", "t0_3", "t1_1"]
    assert len(wardrobe) == 100
    assert MarylandPolyvore(tmp_path).num_items == 300 + 2 * 99 + 7
    # Questions about items that are gone are left out, and counted.
    blanks = wardrobe.fill_in_blank_questions()
    assert len(blanks) == 0
    assert blanks.recipe["left_out"] == 2


def test_what_the_filter_left(tmp_path):
    make(tmp_path, "ngnn")
    wardrobe = MarylandPolyvore(tmp_path, ngnn_filter=True)
    make(tmp_path / "original")
    original = MarylandPolyvore(tmp_path / "original")
    assert wardrobe.items.ids.equals(original.items.ids)
    assert wardrobe.items.category_id.equal(original.items.category_id)
    assert wardrobe.outfits.ids.equals(original.outfits.ids)
    assert wardrobe.items.columns.empty
    assert wardrobe.interactive_questions().checksum == original.interactive_questions().checksum
    # Those files are no stand-in for the whole release.
    with pytest.raises(DataError, match="MarylandPolyvore needs this file, it is missing"):
        MarylandPolyvore(tmp_path)


def test_an_outfit_in_two_splits(tmp_path):
    make(tmp_path)
    (tmp_path / "valid_no_dup.json").write_text(json.dumps([outfit("31", (9, 4))]))
    with pytest.raises(DataError, match=r"'set_id' needs to be unique \(got '31' again\)"):
        MarylandPolyvore(tmp_path)


def test_a_broken_file_leaves_nothing_behind(tmp_path):
    make(tmp_path)
    (tmp_path / "test_no_dup.json").write_text("[")
    with pytest.raises(DataError, match=r"test_no_dup\.json: needs to be readable as JSON"):
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
def published(tmp_path_factory, monkeypatch):
    """A folder with a release to download, plain and in a commit."""
    folder = tmp_path_factory.mktemp("published")
    made = make(tmp_path_factory.mktemp("made"))
    with tarfile.open(folder / "polyvore.tar.gz", "w:gz") as archive:
        for file in sorted(made.iterdir()):
            if file.name not in ("category_id.txt", "interactive_questions.json"):
                archive.add(file, f"polyvore/{file.name}")
        archive.addfile(tarfile.TarInfo("polyvore/._more.json"), io.BytesIO())
    (made / "category_id.txt").rename(folder / "category_id.txt")
    monkeypatch.setattr(MarylandPolyvore, "files_url", folder.as_uri())
    monkeypatch.setattr(MarylandPolyvore, "published_outfits", {"train": 2, "valid": 1, "test": 2})
    return folder


def checksum(published):
    return hashlib.sha256((published / "polyvore.tar.gz").read_bytes()).hexdigest()


def assert_is_whole(wardrobe):
    assert len(wardrobe) == 5
    assert wardrobe.categories[0] == "Day Dresses"
    assert len(wardrobe.fill_in_blank_questions()) == 2
    assert sorted(path.name for path in (wardrobe.root / "raw").iterdir()) == [
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
    assert_is_whole(MarylandPolyvore(tmp_path, download=True))
    # Nothing is fetched again.
    monkeypatch.setattr(MarylandPolyvore, "commit", "no commit")
    MarylandPolyvore(tmp_path, download=True, force_reload=True)


def test_download_without_git(tmp_path, published, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FashionGraphError, match=r"needs git, .* to .*raw, or pass 'sha256'"):
        MarylandPolyvore(tmp_path, download=True)
    assert_is_whole(MarylandPolyvore(tmp_path, download=True, sha256=checksum(published)))


def test_a_download_that_is_not_what_was_published(tmp_path, published, monkeypatch):
    with pytest.raises(DataError, match="needs the SHA-256 00"):
        MarylandPolyvore(tmp_path, download=True, sha256="00")
    assert not any((tmp_path / "raw").iterdir())
    monkeypatch.setattr(MarylandPolyvore, "published_outfits", {"train": 2, "valid": 1, "test": 3})
    with pytest.raises(DataError, match=r"needs 3 outfits in test_no_dup.json \(has 2\)"):
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
    wardrobe = MarylandPolyvore(root, ngnn_filter=True, processed_dir=tmp_path)
    assert wardrobe.num_items == 126_054
    assert wardrobe.num_categories == 120
    parts = wardrobe.official_split()
    assert [len(part) for part in parts.values()] == [16_983, 1_294, 2_697]
    assert (int(wardrobe.outfits.sizes.min()), int(wardrobe.outfits.sizes.max())) == (3, 8)
    assert set(audit(parts)["shared_items"]) == {0}
    assert wardrobe.outfits.ids.is_unique
    interactive = wardrobe.interactive_questions()
    assert interactive.candidates.size(1) == 5
    assert len(interactive) + interactive.recipe["left_out"] == 16_768


def test_the_sample_of_original_files(data_root, tmp_path):
    root = data_root("polyvore_maryland") / "original_format_sample"
    wardrobe = MarylandPolyvore(root, processed_dir=tmp_path)
    parts = wardrobe.official_split()
    assert [len(part) for part in parts.values()] == [9, 5, 5]
    assert wardrobe.items.columns["title"][0] == "river island blue embroidered cut playsuit"
