from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from fashiongraph.datasets.outfit_tables import OutfitTables
from fashiongraph.datasets.synthetic import synthetic_outfits
from fashiongraph.datasets.synthetic.garment import PAPER
from fashiongraph.datasets.synthetic.palette import COLOURS
from fashiongraph.datasets.synthetic.synthetic_outfits import SyntheticOutfits
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.manifest import MANIFEST

TRUTH = ["shape", "colour", "pattern", "formality", "season"]


def make(root=None, **settings):
    return SyntheticOutfits(root, **{"num_items": 60, "num_outfits": 80, **settings})


def digest(root):
    """The content of every file below a folder."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A users' version with pictures, drawn once."""
    return make(
        tmp_path_factory.mktemp("synthetic") / "users",
        version="users",
        num_items=120,
        image_size=48,
    )


def test_in_memory():
    dataset = make()
    assert str(dataset) == "SyntheticOutfits(80 outfits, 60 items, 10 categories, 0 features)"
    items = dataset.items
    assert items.columns.columns.tolist() == ["title", *TRUTH]
    assert not items.columns.isna().any().any()
    assert items.frequency.sum() == dataset.outfits.item_id.numel()
    assert [len(part) for part in dataset.split(seed=0)] == [56, 8, 16]
    assert dataset.statistics()["duplicate_outfits"] == 0


def test_equal_seeds_give_equal_data():
    one, same, other = make(seed=1), make(seed=1), make(seed=2)
    assert one.outfits.ptr.equal(same.outfits.ptr)
    assert one.outfits.item_id.equal(same.outfits.item_id)
    pd.testing.assert_frame_equal(one.items.columns, same.items.columns)
    assert not one.items.columns.equals(other.items.columns)


def test_files_have_the_same_bytes(tmp_path):
    settings = {"num_items": 30, "num_outfits": 3, "image_size": 32}
    make(tmp_path / "one", **settings)
    make(tmp_path / "two", **settings)
    assert len(digest(tmp_path / "one")) == 30 + 4
    assert digest(tmp_path / "one") == digest(tmp_path / "two")


def test_versions_share_items_and_features():
    designers = make(features="attributes")
    users = make(version="users", features="attributes")
    pd.testing.assert_frame_equal(designers.items.columns, users.items.columns)
    assert designers.items.features.equal(users.items.features)
    assert not designers.outfits.item_id.equal(users.outfits.item_id)


def test_attribute_features_hold_the_attributes():
    items = make(num_items=600, features="attributes").items
    assert (items.features.dtype, len(items.features)) == (torch.float32, 600)
    # Shape, colour, pattern, formality and season stand side by side.
    season = items.features[:, -3:].argmax(1)
    guess = np.array(["summer", "all-year", "winter"])[season.numpy()]
    assert (guess == items.columns["season"]).mean() > 0.97


def test_attributes_only():
    one, same = SyntheticOutfits.attributes_only(80), SyntheticOutfits.attributes_only(80)
    assert (len(one), len(one.items), one.items.num_categories) == (80, 100, 10)
    assert "image" not in one.items.columns
    assert one.item_id.equal(same.item_id)
    assert one.items.features.equal(same.items.features)
    assert SyntheticOutfits.truth.compatible(one).all()
    small = SyntheticOutfits.attributes_only(20, num_items=40, seed=1)
    assert (len(small), len(small.items)) == (20, 40)
    assert len(SyntheticOutfits.attributes_only(seed=1).items) == 300
    assert not SyntheticOutfits.attributes_only(80, seed=1).item_id.equal(one.item_id)


def test_noise_lowers_the_share_of_compatible_outfits():
    designers = make(num_items=300, num_outfits=400)
    assert designers.truth.compatible(designers.outfits).all()
    assert (designers.truth.score(designers.outfits) == 0).all()
    share = []
    for noise in (0.0, 0.25, 0.5, 1.0):
        users = make(num_items=300, num_outfits=400, version="users", noise=noise)
        assert (users.truth.violations(users.outfits)[:, 0] == 0).all(), "one garment per place"
        share.append(float(users.truth.compatible(users.outfits).float().mean()))
    assert share == sorted(share, reverse=True)
    assert 0.1 < share[0] < 0.6
    assert share[-1] < 0.02


def test_users_break_their_rules_only_by_noise():
    calm = make(num_items=300, num_outfits=400, version="users", noise=0.0)
    rules = synthetic_outfits.USERS_RULES
    assert rules.compatible(calm.outfits).all()
    for noise in (0.1, 0.3):
        users = make(num_items=300, num_outfits=400, version="users", noise=noise)
        broken = 1 - rules.compatible(users.outfits).float().mean()
        disturbed = (1 - (1 - noise) ** users.outfits.sizes.float()).mean()
        assert 0.6 < broken / disturbed < 1, "most, but not all replacements break a rule"


def test_same_category_negatives_break_rules():
    dataset = make(num_items=300, num_outfits=400)
    outfits, items = dataset.outfits, dataset.items
    rng = np.random.default_rng(0)
    rows = outfits.item_id.clone()
    for start in outfits.ptr[:-1].tolist():
        pool = np.flatnonzero(items.category_id == items.category_id[rows[start]])
        rows[start] = int(rng.choice(pool))
    corrupted = type(outfits)(items, outfits.ptr, rows)
    assert corrupted.category_id.equal(outfits.category_id)
    assert dataset.truth.compatible(corrupted).float().mean() < 0.3


def test_pictures_open_and_show_the_declared_colour(drawn):
    assert str(drawn) == "SyntheticOutfits(80 outfits, 120 items, 10 categories, 0 features)"
    names, palette = list(COLOURS), np.array(list(COLOURS.values()))
    found = []
    for path in drawn.items.columns["image"]:
        with Image.open(drawn.root / path) as picture:
            assert (picture.mode, picture.size, picture.format) == ("RGB", (48, 48), "PNG")
            pixels = np.asarray(picture).reshape(-1, 3).astype(int)
        garment = pixels[(abs(pixels - PAPER) > 6).any(1)]
        nearest = ((garment[:, None] - palette) ** 2).sum(2).argmin(1)
        found.append(names[np.bincount(nearest).argmax()])
    assert (drawn.items.columns["colour"] == found).mean() > 0.95


def test_outfit_tables_read_the_folder(drawn):
    tables = OutfitTables(drawn.root)
    assert tables.items.ids.tolist() == drawn.items.ids.tolist()
    assert tables.categories == drawn.categories
    assert tables.items.category_id.equal(drawn.items.category_id)
    assert tables.outfits.ids.tolist() == drawn.outfits.ids.tolist()
    assert tables.outfits.ptr.equal(drawn.outfits.ptr)
    assert tables.outfits.item_id.equal(drawn.outfits.item_id)
    for column in [*TRUTH, "title", "image"]:
        assert tables.items.columns[column].tolist() == drawn.items.columns[column].tolist()
    # The truth judges what was read from the files as well.
    expected = drawn.truth.violations(drawn.outfits)
    assert drawn.truth.violations(tables.outfits).equal(expected)


def test_an_existing_folder_is_not_drawn_again(drawn, monkeypatch):
    monkeypatch.setattr(synthetic_outfits, "draw_garment", None)
    again = SyntheticOutfits(drawn.root, **{**drawn.settings})
    assert again.outfits.item_id.equal(drawn.outfits.item_id)


def test_without_pictures_the_folder_holds_tables(tmp_path):
    dataset = make(tmp_path, render=False)
    files = {path.name for path in tmp_path.iterdir()}
    assert files == {"items.csv", "outfits.csv", "synthetic.json", MANIFEST}
    assert "image" not in dataset.items.columns
    assert len(OutfitTables(tmp_path)) == 80


def test_an_interruption_leaves_nothing(tmp_path, monkeypatch):
    drawings = iter(range(10))

    def interrupted(*arguments):
        if next(drawings) == 5:
            raise KeyboardInterrupt
        return Image.new("RGB", (16, 16))

    monkeypatch.setattr(synthetic_outfits, "draw_garment", interrupted)
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_something_else_is_kept(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(DataError, match="'root' needs to be a new folder"):
        make(tmp_path)
    with pytest.raises(FashionGraphError, match=r"'root' needs to be new.*holds 'thesis\.txt'"):
        make(tmp_path, force_reload=True)
    with pytest.raises(DataError, match="'root' needs to be a new folder"):
        make(tmp_path / "thesis.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_other_settings_need_force_reload(tmp_path):
    make(tmp_path, render=False)
    with pytest.raises(DataError, match=r"'num_outfits'.* 80.*\(got 70\)"):
        make(tmp_path, render=False, num_outfits=70)
    assert len(make(tmp_path, render=False, num_outfits=70, force_reload=True)) == 70
    assert len(OutfitTables(tmp_path)) == 70


@pytest.mark.parametrize("table", ["items.csv", "outfits.csv"])
def test_a_missing_table_needs_force_reload(tmp_path, table):
    make(tmp_path, render=False)
    (tmp_path / table).unlink()
    (tmp_path / "my_features.npy").write_text("mine")
    with pytest.raises(DataError, match=rf"{table}: is missing.*force_reload"):
        make(tmp_path, render=False)
    with pytest.raises(FashionGraphError, match=r"'root'.*my_features\.npy"):
        make(tmp_path, render=False, force_reload=True)
    assert (tmp_path / "my_features.npy").read_text() == "mine"
    (tmp_path / "my_features.npy").unlink()
    make(tmp_path, render=False, force_reload=True)
    assert (tmp_path / table).exists()


@pytest.mark.parametrize("content", [b"{", b"[1]", b"3", b"\xff"])
def test_broken_settings(tmp_path, content):
    make(tmp_path, render=False)
    (tmp_path / "synthetic.json").write_bytes(content)
    with pytest.raises(DataError, match=r"synthetic\.json.*force_reload"):
        make(tmp_path, render=False)
    assert len(make(tmp_path, render=False, force_reload=True)) == 80


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"num_items": 29}, r"'num_items' needs to be at least 30 \(got 29\)"),
        ({"num_outfits": 0}, r"'num_outfits' needs to be at least 1 \(got 0\)"),
        ({"num_items": 30, "num_outfits": 900}, r"'num_outfits' needs to be at most about \d+ for"),
        ({"seed": -1}, r"'seed' needs to be at least 0 \(got -1\)"),
        ({"image_size": 8}, r"'image_size' needs to be at least 16 \(got 8\)"),
        ({"noise": 1.5}, r"'noise' needs to lie in \[0, 1\] \(got 1.5\)"),
        ({"noise": float("nan")}, r"'noise' needs to lie in \[0, 1\] \(got nan\)"),
        ({"version": "critics"}, r"'version' needs to be 'designers' or 'users' \(got 'critics'\)"),
        ({"features": "pixels"}, r"'features' needs to be 'attributes' or None \(got 'pixels'\)"),
    ],
)
def test_bad_settings(settings, message):
    with pytest.raises(FashionGraphError, match=message):
        make(**settings)
