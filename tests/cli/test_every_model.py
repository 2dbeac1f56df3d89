"""Every registered model, and one of an outside module, through all commands."""

from __future__ import annotations

import json
import shutil
import sys

import pandas as pd
import pytest

from fashiongraph.models import OutfitModel
from fashiongraph.training import MODELS

FEATURES = ("--features", "features.npy")
OPTIONS = (*FEATURES, "--batch-size", 16, "--accelerator", "cpu", "--epochs", 1)
PAIRS = ("--top", "top", "--bottom", "bottom")

OWN_MODEL = """
import torch
from torch_geometric.nn import GATConv, global_mean_pool

from fashiongraph.models import OutfitModel


class {name}(OutfitModel):
    def __init__(self, in_channels, hidden_channels=8):
        super().__init__()
        self.in_channels = in_channels
        self.hidden_channels = hidden_channels
        self.conv = GATConv(in_channels, hidden_channels)
        self.out = torch.nn.Linear(hidden_channels, 1)

    def forward(self, batch):
        h = self.conv(batch.x, batch.edge_index).relu()
        return self.out(global_mean_pool(h, batch.batch, batch.num_graphs)).squeeze(-1)
"""


@pytest.fixture(scope="module")
def pairs(folder, tmp_path_factory):
    """The data with the top and the bottom of each outfit alone."""
    root = tmp_path_factory.mktemp("pairs")
    for name in ("items.csv", "features.npy"):
        shutil.copy(folder / name, root / name)
    items = pd.read_csv(folder / "items.csv", dtype=str).set_index("item_id")["category"]
    outfits = pd.read_csv(folder / "outfits.csv", dtype=str)
    kept = outfits[outfits["item_id"].map(items).isin(["top", "bottom"])]
    kept.to_csv(root / "outfits.csv", index=False)
    return root


def check_commands(
    command, folder, model, output, modules=(), outfit="0001,0005", slots="shoe,bag"
):
    """Score, evaluate, complete and index with a trained model."""
    data = ("--data", folder, *FEATURES, *modules, "--json")
    assert json.loads(command("info", model, *modules, "--json").stdout)["parameters"] > 0
    ranked = json.loads(command("score", model, folder / "outfits.csv", *data).stdout)
    assert [row["rank"] for row in ranked] == list(range(1, 21))
    found = json.loads(command("evaluate", model, *data).stdout)
    assert found["results"]["same_category"]["fitb"]["num_questions"] > 0
    query = ("--items", outfit, "--slots", slots, "-k", 3)
    completions = json.loads(command("complete", model, *query, *data).stdout)["completions"]
    frame = pd.DataFrame(completions)
    assert frame.groupby("category").size().to_dict() == dict.fromkeys(slots.split(","), 3)
    index = ("index", folder, *FEATURES, *modules, "--checkpoint", model, "-o")
    if not has_vectors(model, folder):
        for purpose in ("retrieve", "complete"):
            refused = command(*index, output / purpose, "--for", purpose, fails=True)
            assert "'--checkpoint' needs item" in str(refused.exception)
        return
    command(*index, output / "states", "--for", "complete")
    stored = command("complete", model, *query, *data, "--states", output / "states")
    again = pd.DataFrame(json.loads(stored.stdout)["completions"])
    pd.testing.assert_frame_equal(again, frame, rtol=1e-5)
    command(*index, output / "index")
    model = ("--checkpoint", model)
    answer = command("retrieve", output / "index", *data, *model, "--items", "0001", "-k", 4)
    assert len(json.loads(answer.stdout)["0001"]) == 4


def has_vectors(model, folder):
    kind = type(OutfitModel.load(model))
    return kind.embed is not OutfitModel.embed


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_a_registered_model_serves_every_command(folder, pairs, command, tmp_path, name):
    pytest.importorskip("faiss")
    reads_pairs = MODELS[name].reads_pairs
    more = PAIRS if reads_pairs else ()
    output = tmp_path / "run"
    trained = command("train", folder, *OPTIONS, "--model", name, *more, "-o", output, "--json")
    assert json.loads(trained.stdout)["epochs"] == 1
    if reads_pairs:  # and scores pairs alone
        query = {"outfit": "0001", "slots": "bottom"}
        check_commands(command, pairs, output / "model", tmp_path, **query)
    else:
        check_commands(command, folder, output / "model", tmp_path)


@pytest.mark.slow
def test_an_outside_model_serves_every_command(folder, command, tmp_path, monkeypatch):
    pytest.importorskip("faiss")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "outside_module.py").write_text(OWN_MODEL.format(name="ModuleModel"))
    command("train", folder, *OPTIONS, "--model", "outside_module:ModuleModel", "--hidden", 4)
    model = tmp_path / "runs" / "outside_module-ModuleModel" / "model"
    assert OutfitModel.load(model).hidden_channels == 4
    del OutfitModel.registry["ModuleModel"]
    message = str(command("info", model, fails=True).exception)
    assert "--import" in message
    monkeypatch.delitem(sys.modules, "outside_module")
    check_commands(command, folder, model, tmp_path, ("--import", "outside_module"))


def test_a_module_that_fails_is_named(folder, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "failing_module.py").write_text("value = (")
    train = ("train", folder, *OPTIONS, "--model", "failing_module:Model")
    message = str(command(*train, fails=True).exception)
    assert message.startswith("'--model' needs importable modules: SyntaxError")
