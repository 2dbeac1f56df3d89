from __future__ import annotations

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from fashiongraph.datasets import OutfitTables
from fashiongraph.datasets.io.feature_card import carded_features, feature_source
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.models import OutfitModel
from fashiongraph.retrieval import ItemIndex, LocalCatalogue

pytest.importorskip("faiss")
FILES = ("features_colours.npy", "features_columns.npy", "features_text.npy")
COLOURS = {"red": (190, 40, 45), "blue": (40, 60, 170), "green": (40, 130, 60)}


def draw(file, colour):
    image = Image.new("RGB", (32, 32), "white")
    image.paste(COLOURS[colour], (8, 8, 24, 24))
    image.save(file)


def rows(first, last):
    return pd.DataFrame(
        [
            {
                "item_id": f"{i:03d}",
                "category": ("bag", "top", "shoes")[i % 3],
                "title": f"{list(COLOURS)[i % 2]} thing, number {i}",
                "image": f"{list(COLOURS)[i % 2]}.png",
                "price": 2.5 * i,
                "season": ("summer", "winter")[i // 2 % 2],
            }
            for i in range(first, last)
        ]
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory, command):
    """A catalogue of 24 items with pictures, titles and columns, all embedded."""
    root = tmp_path_factory.mktemp("catalogue")
    for colour in COLOURS:
        draw(root / f"{colour}.png", colour)
    rows(0, 24).to_csv(root / "items.csv", index=False)
    outfits = [(f"o{o}", f"{(3 * o + k) % 21:03d}") for o in range(14) for k in range(3)]
    frame = pd.DataFrame(outfits, columns=["outfit_id", "item_id"])
    frame.to_csv(root / "outfits.csv", index=False)
    encoders = ("--encoder", "colours", "--encoder", "hashed-words", "--encoder", "columns")
    command("embed", root, *encoders, "--quiet")
    return root


@pytest.fixture
def shop(made, tmp_path):
    return shutil.copytree(made, tmp_path / "shop")


@pytest.fixture(scope="module")
def model(made, command, tmp_path_factory):
    output = tmp_path_factory.mktemp("run")
    command(
        *("train", made, "--model", "collocation", "-o", output, "--epochs", 1, "--quiet"),
        *("--accelerator", "cpu", "--batch-size", 8),
    )
    return output / "model"


def embedded_anew(shop, tmp_path, command):
    """The same tables, with features by the same encoders from scratch."""
    copy = shutil.copytree(shop, tmp_path / "copy", ignore=shutil.ignore_patterns("*.npy*"))
    for file in carded_features(shop):
        source = feature_source(file)
        if source.encoder == "columns":  # the vocabulary stays that of the first embedding
            from fashiongraph.cli.item_columns import ItemColumns
            from fashiongraph.datasets.io.feature_card import features_with_card
            from fashiongraph.features import encoder_of, save_features

            items = ItemColumns.read(copy, "tables")
            encoder = encoder_of("columns", "columns", source.settings)
            with features_with_card(copy / file.name, items.ids, source) as draft:
                save_features(draft, encoder(items.frame).array)
        else:
            command("embed", copy, "--encoder", source.encoder, "--quiet")
    return copy


def assert_equal_data(one, other):
    first, second = (OutfitTables(root, features=FILES) for root in (one, other))
    assert list(first.items.ids) == list(second.items.ids)
    assert first.items.categories == second.items.categories
    for file in FILES:
        np.testing.assert_array_equal(np.load(one / file), np.load(other / file))
    pd.testing.assert_frame_equal(first.items.columns, second.items.columns)


def change(kind, shop, tmp_path, command, *options):
    """Change a catalogue."""
    if kind == "add":
        new = rows(24, 31)
        new.loc[0, "category"] = "a hat"
        new.to_csv(tmp_path / "new.csv", index=False)
        return command("items", "add", shop, tmp_path / "new.csv", *options)
    if kind == "update":
        new = rows(24, 28)[["item_id", "title", "image", "price", "category"]]
        new["item_id"] = ["020", "003", "004", "021"]
        new["image"] = "green.png"
        new.loc[1, "price"] = None
        new.to_csv(tmp_path / "new.csv", index=False)
        return command("items", "update", shop, tmp_path / "new.csv", *options)
    return command("items", "remove", shop, "003,022", "--with-outfits", *options)


@pytest.mark.parametrize("kind", ["add", "update", "remove"])
def test_features_equal_those_of_a_new_embedding(shop, tmp_path, command, kind):
    before = (shop / "items.csv").read_bytes().splitlines(keepends=True)
    change(kind, shop, tmp_path, command, "--quiet")
    assert_equal_data(shop, embedded_anew(shop, tmp_path, command))
    after = (shop / "items.csv").read_bytes().splitlines(keepends=True)
    kept = {"add": before, "update": before[:4], "remove": [*before[:4], *before[5:23]]}[kind]
    assert after[: len(kept)] == kept
    assert len(after) == {"add": 32, "update": 25, "remove": 23}[kind]
    assert not [
        path for path in shop.iterdir() if path.name.startswith(".") and "change" in path.name
    ]


@pytest.mark.parametrize("kind", ["add", "update", "remove"])
def test_indices_answer_as_new_ones(shop, model, tmp_path, command, kind):
    names = {"plain": (), "model": ("--checkpoint", model), "half": ("--half",)}
    for name, options in names.items():
        command("index", shop, "-o", tmp_path / name, *options)
    command("index", shop, "-o", tmp_path / "states", "--checkpoint", model, "--for", "complete")
    folders = [word for name in [*names, "states"] for word in ("--index", tmp_path / name)]
    change(kind, shop, tmp_path, command, *folders, "--checkpoint", model, "--quiet")
    items = OutfitTables(shop, features=FILES).items
    for name, options in names.items():
        command("index", shop, "-o", tmp_path / f"{name} anew", *options)
        found, anew = (ItemIndex.load(tmp_path / one) for one in (name, f"{name} anew"))
        assert (found.key, len(found)) == (anew.key, len(anew))
        query = torch.randn(5, found.index.d, generator=torch.Generator().manual_seed(0))
        for where in ({}, {"season": "summer"}, {"category": ["bag", "top"]}):
            one, other = (i.frame(i.search(query, 40, where)) for i in (found, anew))
            key = ["query", "item_id"]
            one, other = (frame.sort_values(key).reset_index() for frame in (one, other))
            columns = ["query", "item_id", "category", "score"]
            pd.testing.assert_frame_equal(one[columns], other[columns], atol=1e-5)
        queries = ("--data", shop, "--items", "021", *options[:2] * (name == "model"))
        command("retrieve", tmp_path / name, *queries)
    loaded = OutfitModel.load(model)
    states = LocalCatalogue.load(tmp_path / "states", loaded, items)
    anew = LocalCatalogue.build(loaded, items)
    assert states.item.tolist() == anew.item.tolist()
    assert states.ptr.tolist() == anew.ptr.tolist()
    torch.testing.assert_close(states.values.clone(), anew.values)


def test_an_index_of_other_items_is_refused_and_nothing_changes(shop, model, tmp_path, command):
    command("index", shop, "-o", tmp_path / "index", "--checkpoint", model)
    command("items", "remove", shop, "022")
    before = (shop / "items.csv").read_bytes()
    refused = command("items", "remove", shop, "023", "--index", tmp_path / "index", fails=True)
    assert "index again" in str(refused.exception) and "--checkpoint" in str(refused.exception)
    options = ("--index", tmp_path / "index", "--checkpoint", model)
    refused = command("items", "remove", shop, "023", *options, fails=True)
    assert isinstance(refused.exception, DataError) and refused.exception.file == tmp_path / "index"
    assert (shop / "items.csv").read_bytes() == before
    assert ItemIndex.load(tmp_path / "index").table.present.sum() == 24


def test_states_need_their_model(shop, model, tmp_path, command):
    command("index", shop, "-o", tmp_path / "s", "--checkpoint", model, "--for", "complete")
    refused = command("items", "remove", shop, "022", "--index", tmp_path / "s", fails=True)
    assert "'--checkpoint'" in str(refused.exception)
    refused = command("items", "remove", shop, "022", "--index", shop, fails=True)
    assert "fashiongraph index" in str(refused.exception)
    (tmp_path / "a.db").mkdir()
    refused = command("items", "remove", shop, "022", "--index", tmp_path / "a.db", fails=True)
    assert "--store milvus --overwrite" in str(refused.exception)


def test_an_index_folder_with_other_files_is_refused(shop, tmp_path, command):
    command("index", shop, "-o", tmp_path / "index")
    (tmp_path / "index" / "notes.txt").write_text("mine")
    refused = command("items", "remove", shop, "022", "--index", tmp_path / "index", fails=True)
    assert "'--index'" in str(refused.exception) and "notes.txt" in str(refused.exception)


def test_items_that_outfits_hold_stay_unless_these_may_go(shop, command):
    refused = command("items", "remove", shop, "023,003", fails=True)
    assert isinstance(refused.exception, DataError)
    assert refused.exception.file == shop / "outfits.csv" and refused.exception.row == 5
    assert "2 outfits" in str(refused.exception) and "'003'" in str(refused.exception)
    result = command("items", "remove", shop, "023,003", "--with-outfits", "--json")
    facts = json.loads(result.stdout)
    assert (facts["changed"], facts["items"], facts["outfits_removed"]) == (2, 22, 2)
    dataset = OutfitTables(shop, features=FILES)
    assert (len(dataset.items), len(dataset)) == (22, 12)


def test_all_items_or_outfits_cannot_be_removed(shop, tmp_path, command):
    rows(0, 21)[["item_id"]].to_csv(tmp_path / "ids.csv", index=False)
    options = ("--file", tmp_path / "ids.csv", "--with-outfits")
    refused = command("items", "remove", shop, *options, fails=True)
    assert "none would be left" in str(refused.exception)
    refused = command("items", "remove", shop, "021,022,023", *options, fails=True)
    assert "at least one item" in str(refused.exception)


def test_identifiers_are_checked_with_file_and_row(shop, tmp_path, command):
    file = tmp_path / "new.csv"
    pd.concat([rows(24, 25), rows(3, 5)]).to_csv(file, index=False)
    for name, row, value in (("add", 3, "'003'"), ("update", 2, "'024'")):
        error = command("items", name, shop, file, fails=True).exception
        assert isinstance(error, DataError) and (error.file, error.row) == (file, row)
        assert value in str(error) and "items.csv" in str(error)
    assert "1 more problem" in str(command("items", "add", shop, file, fails=True).exception)
    pd.concat([rows(24, 25)] * 2).to_csv(file, index=False)
    error = command("items", "add", shop, file, fails=True).exception
    assert error.row == 3 and "unique" in str(error)
    error = command("items", "remove", shop, "003,x,y", fails=True).exception
    assert "'IDS'" in str(error) and "'x'" in str(error) and "1 more" in str(error)
    error = command("items", "remove", shop, "--file", file, fails=True).exception
    assert (error.file, error.row) == (file, 2)
    error = command("items", "remove", shop, fails=True).exception
    assert "'IDS' or '--file'" in str(error)


def test_values_are_checked_as_those_of_a_data_set(shop, tmp_path, command):
    file = tmp_path / "new.csv"
    for name, value, rule in (
        ("category", "", "'category' needs a value"),
        ("price", "cheap", "'price' needs a number"),
        ("image", "", "'image' needs a value"),
    ):
        new = rows(24, 27).astype(object)
        new.loc[1, name] = value
        new.to_csv(file, index=False)
        error = command("items", "add", shop, file, fails=True).exception
        assert isinstance(error, DataError) and (error.file, error.row) == (file, 3), error
        assert rule in str(error)
    rows(24, 26).assign(colour="red").to_csv(file, index=False)
    error = command("items", "add", shop, file, fails=True).exception
    assert (error.file, error.row) == (file, 1) and "'colour'" in str(error)
    assert len(OutfitTables(shop, features=FILES).items) == 24


def test_missing_pictures_are_named_or_skipped(shop, tmp_path, command):
    file = tmp_path / "new.csv"
    new = rows(24, 27)
    new.loc[1, "image"] = "lost.png"
    new.to_csv(file, index=False)
    error = command("items", "add", shop, file, fails=True).exception
    assert isinstance(error, DataError) and "lost.png" in str(error)
    facts = json.loads(command("items", "add", shop, file, "--skip-broken", "--json").stdout)
    assert [path.rsplit("/")[-1] for path in facts["problems"]] == ["lost.png"]
    assert np.isnan(np.load(shop / FILES[0])[25]).all()
    assert len(OutfitTables(shop, features=FILES).items) == 27


def test_features_of_other_means_need_rows(shop, tmp_path, command):
    own = np.arange(48, dtype=np.float32).reshape(24, 2)
    np.save(shop / "own.npy", own)
    np.save(shop / "of other things.npy", np.ones((5, 2)))
    command("index", shop, "--features", "own.npy", "-o", tmp_path / "index")
    file, further = tmp_path / "new.csv", tmp_path / "rows.npy"
    rows(24, 26).to_csv(file, index=False)
    error = command("items", "add", shop, file, fails=True).exception
    assert error.file == shop / "own.npy" and "--features own.npy=" in str(error)
    np.save(further, np.ones((3, 2)))
    given = ("--features", f"own.npy={further}", "--index", tmp_path / "index")
    error = command("items", "add", shop, file, *given, fails=True).exception
    assert error.file == further and "2 items" in str(error)
    np.save(further, np.full((2, 2), 7.0))
    command("items", "add", shop, file, *given)
    assert np.load(shop / "own.npy").dtype == np.float32
    np.testing.assert_array_equal(np.load(shop / "own.npy"), np.concatenate([own, [[7, 7]] * 2]))
    command("items", "remove", shop, "022", "--index", tmp_path / "index")
    expected = np.delete(np.concatenate([own, [[7, 7]] * 2]), 22, axis=0)
    np.testing.assert_array_equal(np.load(shop / "own.npy"), expected)
    assert len(ItemIndex.load(tmp_path / "index")) == 25
    for option, rule in (
        ("own.npy", "NAME="),
        ("x.npy=y", "'x.npy'"),
        (f"{FILES[0]}=y", "card"),
    ):
        rows(26, 28).to_csv(file, index=False)
        error = command("items", "add", shop, file, "--features", option, fails=True).exception
        assert isinstance(error, FashionGraphError) and rule in str(error)


def test_damaged_features_get_no_valid_card(shop, tmp_path, command):
    file = shop / FILES[2]
    array = np.load(file)
    array[3] += 1
    np.save(file, array)
    error = command("items", "remove", shop, "022", fails=True).exception
    assert isinstance(error, DataError) and error.file == file


def test_other_encoders_are_refused(shop, tmp_path, command):
    card = shop / f"{FILES[2]}.json"
    card.write_text(card.read_text().replace(feature_source(shop / FILES[2]).fingerprint, "0" * 32))
    rows(24, 26).to_csv(tmp_path / "new.csv", index=False)
    error = command("items", "add", shop, tmp_path / "new.csv", fails=True).exception
    assert FILES[2] in str(error) and "weights and settings" in str(error)


def test_parquet_stays_parquet_with_its_types(shop, tmp_path, command):
    frame = pd.read_csv(shop / "items.csv", dtype={"item_id": str})
    frame["price"] = frame["price"].astype("float32")
    frame["season"] = frame["season"].astype("category")
    (shop / "items.csv").unlink()
    frame.to_parquet(shop / "items.parquet", compression="zstd")
    rows(24, 26).to_csv(tmp_path / "new.csv", index=False)
    command("items", "add", shop, tmp_path / "new.csv")
    rows(26, 27).to_parquet(tmp_path / "new.parquet")
    command("items", "add", shop, tmp_path / "new.parquet")
    found = pd.read_parquet(shop / "items.parquet")
    assert found.dtypes["price"] == np.float32 and found.dtypes["season"] == "category"
    expected = rows(0, 27)
    assert found["price"].tolist() == expected["price"].tolist()
    assert found["season"].tolist() == expected["season"].tolist()
    pd.DataFrame({"item_id": ["020"], "price": ["cheap"]}).to_csv(tmp_path / "p.csv", index=False)
    error = command("items", "update", shop, tmp_path / "p.csv", fails=True).exception
    assert error.file == tmp_path / "p.csv" and "'price'" in str(error)
    pd.DataFrame({"item_id": ["020"], "price": [1]}).to_csv(tmp_path / "p.csv", index=False)
    command("items", "update", shop, tmp_path / "p.csv")
    command("items", "remove", shop, "003", "--with-outfits")
    found = pd.read_parquet(shop / "items.parquet").set_index("item_id")
    assert found.loc["020", "price"] == 1 and len(found) == 26
    assert_equal_data(shop, embedded_anew(shop, tmp_path, command))


def test_modes_links_and_line_ends_stay(shop, tmp_path, command):
    items = shop / "items.csv"
    items.write_bytes(items.read_bytes().replace(b"\n", b"\r\n").removesuffix(b"\r\n"))
    items.chmod(0o640)
    elsewhere = tmp_path / "elsewhere.npy"
    (shop / FILES[1]).rename(elsewhere)
    (shop / FILES[1]).symlink_to(elsewhere)
    before = items.read_bytes()
    rows(24, 26).to_csv(tmp_path / "new.csv", index=False)
    command("items", "add", shop, tmp_path / "new.csv")
    assert items.read_bytes().startswith(before + b"\r\n024,")
    assert items.read_bytes().count(b"\n") == items.read_bytes().count(b"\r\n") == 27
    assert items.stat().st_mode & 0o777 == 0o640
    assert (shop / FILES[1]).is_symlink() and len(np.load(elsewhere)) == 26


def test_a_catalogue_without_outfits_or_features_changes_too(tmp_path, command):
    rows(0, 3).to_csv(tmp_path / "items.csv", index=False)
    rows(3, 4).to_csv(tmp_path / "new.csv", index=False)
    command("items", "add", tmp_path, tmp_path / "new.csv")
    command("items", "remove", tmp_path, "000")
    assert pd.read_csv(tmp_path / "items.csv")["item_id"].tolist() == [1, 2, 3]
    error = command("items", "remove", tmp_path / "none", "0", fails=True).exception
    assert "does not exist" in str(error)
    (tmp_path / "empty").mkdir()
    error = command("items", "remove", tmp_path / "empty", "0", fails=True).exception
    assert "items.csv" in str(error)
