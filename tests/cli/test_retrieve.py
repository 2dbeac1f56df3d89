from __future__ import annotations

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import torch

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.models import CollocationNet

pytest.importorskip("faiss")
FEATURES = ("--features", "features.npy")


@pytest.fixture(scope="module")
def index(folder, command, tmp_path_factory):
    output = tmp_path_factory.mktemp("index") / "index"
    command("index", folder, *FEATURES, "-o", output)
    return output


def test_finds_the_most_similar_of_any_category(folder, command, index):
    common = ("retrieve", index, "--data", folder, *FEATURES, "--items", "0001,0005", "--json")
    found = json.loads(command(*common, "-k", 6).stdout)
    features = np.load(folder / "features.npy").astype(float)
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    assert list(found) == ["0001", "0005"]
    for name, results in found.items():
        row = int(name)
        score = features @ features[row]
        score[row] = -np.inf
        assert [r["item_id"] for r in results] == [f"{i:04d}" for i in np.argsort(-score)[:6]]
        assert [r["rank"] for r in results] == list(range(1, 7))
    assert json.loads(command(*common, "-k", 6, "--similar").stdout) == found
    found = json.loads(command(*common, "-k", 47).stdout)["0001"]
    assert len(found) == 47
    assert "0001" not in [r["item_id"] for r in found]


def test_filters(folder, command, index):
    common = ("retrieve", index, "--data", folder, *FEATURES, "--items", "0001")
    where = ("--where", "style=style1,style2", "--where", "category=shoe")
    found = json.loads(command(*common, *where, "--json").stdout)["0001"]
    assert {r["category"] for r in found} == {"shoe"}
    assert {int(r["item_id"]) % 4 for r in found} == {1, 2}
    again = ("--where", "style=style1", "--where", 'style="style2"', "--where", "category=shoe")
    assert json.loads(command(*common, *again, "--json").stdout)["0001"] == found
    none = ("--where", "category=shoe", "--where", "worn=in hand")
    assert "0001: no item qualifies" in command(*common, *none).output


def test_the_report_marks_items_of_shared_outfits(folder, command, index, tmp_path):
    report = tmp_path / "report.html"
    common = ("retrieve", index, "--data", folder, *FEATURES, "--items", "0001", "-k", 47)
    text = command(*common, "--report", report).output
    assert "0001" in text
    outfits = pd.read_csv(folder / "outfits.csv", dtype=str)
    shared = outfits.loc[outfits["item_id"] == "0001", "outfit_id"]
    mates = set(outfits.loc[outfits["outfit_id"].isin(shared), "item_id"]) - {"0001"}
    assert report.read_text().count("ground truth") == len(mates) > 0
    assert "Items similar to one item" in report.read_text()


def test_a_broken_picture_is_left_out_of_the_report(folder, command, index, tmp_path):
    shutil.copytree(folder, tmp_path / "data")
    items = pd.read_csv(folder / "items.csv", dtype=str).assign(image="broken.jpg")
    items.to_csv(tmp_path / "data" / "items.csv", index=False)
    (tmp_path / "data" / "broken.jpg").write_text("<html>not found</html>")
    report = tmp_path / "report.html"
    common = ("--data", tmp_path / "data", *FEATURES, "--items", "0001", "--report", report)
    command("index", tmp_path / "data", *FEATURES, "-o", tmp_path / "index")
    assert "0001" in command("retrieve", tmp_path / "index", *common).output
    assert "0001" in report.read_text()
    refused = command("retrieve", tmp_path / "index", *common, fails=True)
    assert "--overwrite" in str(refused.exception)


def test_an_item_without_features_is_named(folder, command, tmp_path):
    shutil.copytree(folder, tmp_path / "data")
    features = np.load(folder / "features.npy")
    features[1] = 0
    np.save(tmp_path / "data" / "features.npy", features)
    command("index", tmp_path / "data", *FEATURES, "-o", tmp_path / "index")
    common = ("retrieve", tmp_path / "index", "--data", tmp_path / "data", *FEATURES)
    result = command(*common, "--items", "0000,0001", "--json")
    assert result.stderr == "0001 has no features to compare\n"
    assert len(json.loads(result.stdout)) == 2


def test_refuses_another_model_or_other_features(folder, command, tmp_path):
    for name in ("one", "two"):
        torch.manual_seed(len(list(tmp_path.iterdir())))
        CollocationNet(8).save(tmp_path / name)
    shutil.copytree(folder, tmp_path / "data")
    common = ("--data", tmp_path / "data", "--items", "0001")
    model = ("--checkpoint", tmp_path / "one")
    command("index", folder, *FEATURES, *model, "-o", tmp_path / "index")
    search = ("retrieve", tmp_path / "index", *common, "--json")
    assert len(json.loads(command(*search, *FEATURES, *model).stdout)["0001"]) == 10
    np.save(tmp_path / "data" / "other.npy", np.load(folder / "features.npy") * 2)
    for other in (
        (*FEATURES, "--checkpoint", tmp_path / "two"),
        ("--features", "other.npy", *model),
    ):
        result = command(*search, *other, fails=True)
        assert isinstance(result.exception, DataError)
        assert "index: was made with another '--checkpoint', other" in str(result.exception)


def test_a_trained_model_finds_items_of_the_same_style(folder, command, checkpoint, tmp_path):
    model = ("--checkpoint", checkpoint)
    command("index", folder, *FEATURES, *model, "-o", tmp_path / "index")
    common = ("retrieve", tmp_path / "index", "--data", folder, *FEATURES, *model, "--json")
    found = json.loads(command(*common, "--items", "0001,0002", "-k", 6).stdout)
    for name, results in found.items():
        styles = [int(r["item_id"]) % 4 == int(name) % 4 for r in results]
        assert sum(styles) >= 4


def test_refuses_bad_input(folder, command, index, checkpoint, tmp_path):
    common = ("--data", folder, *FEATURES, "--items", "0001")
    for arguments, message in (
        (("retrieve", tmp_path, *common), "is no item index"),
        (("retrieve", index, *common, "--where", "shoe"), "needs a filter such as season=summer"),
        *(
            (("retrieve", index, *common, "--where", f"style={none}"), "a filter such as season=")
            for none in ("", ",", '""')
        ),
        (("retrieve", index, *common, "--where", "colour=red"), "colour"),
        (("retrieve", index, *common, "--where", "category=cape"), "top (got 'cape')"),
        (("retrieve", index, *common, "--checkpoint", checkpoint), "another '--checkpoint'"),
        (("retrieve", index, *common[:-1], "no-item"), "'--items' needs"),
        (("retrieve", index, *common[:-1], " ,"), "'--items' needs at least one item"),
    ):
        result = command(*arguments, fails=True)
        assert isinstance(result.exception, DataError | FashionGraphError), result.exception
        assert message in str(result.exception)


def test_matching_items_need_a_model_and_are_of_other_categories(
    folder, command, index, checkpoint, tmp_path
):
    common = ("--data", folder, *FEATURES, "--items", "0001")
    refused = command("retrieve", index, *common, "--matching", fails=True)
    assert "'--matching' needs '--checkpoint'" in str(refused.exception)
    model = ("--checkpoint", checkpoint)
    command("index", folder, *FEATURES, *model, "-o", tmp_path / "index")
    words = ("retrieve", tmp_path / "index", *common, *model, "-k", 47, "--json")
    own = pd.read_csv(folder / "items.csv", dtype=str).set_index("item_id")["category"]["0001"]
    matching = json.loads(command(*words, "--matching").stdout)["0001"]
    assert json.loads(command(*words).stdout)["0001"] == matching
    assert {one["category"] for one in matching} == {"top", "bottom", "shoe", "bag"} - {own}
    similar = json.loads(command(*words, "--similar").stdout)["0001"]
    assert len(similar) == 47 and own in {one["category"] for one in similar}
