"""Folders on the hub, through a stand-in of its HTTP interface."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.hub import is_hub_name, push

pytest.importorskip("huggingface_hub")
ROOT = Path(__file__).parents[1]
running_hub = runpy.run_path(str(Path(__file__).parent / "hub_server.py"))["running_hub"]


@pytest.fixture(scope="module")
def server():
    with running_hub() as hub:
        yield hub


@pytest.fixture
def client(server, tmp_path):
    """Runs a script with the stand-in as its hub; the client reads the address at its import."""

    def run(code, *arguments, endpoint=server.endpoint, folder=ROOT):
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("HF_")},
            "HF_ENDPOINT": endpoint,
            "HF_HOME": str(tmp_path / "cache"),
            "HF_TOKEN": "hf_stand_in",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_XET": "1",
        }
        command = [sys.executable, "-c", code, *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=folder, env=environment, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    return run


PUSH = """
import sys, torch
from fashiongraph.evaluation import Result
from fashiongraph.models import Siamese
for seed in (0, 1):
    torch.manual_seed(seed)
    results = {"same_category": [Result("AUC", 0.75, 0.7, 0.8, 1000)]}
    print(Siamese(8).push_to_hub("user/siamese", results=results, license="mit"))
"""
FETCH = """
import sys
from fashiongraph.models import OutfitModel
for revision in (None, *sys.argv[1:]):
    model = OutfitModel.from_pretrained("user/siamese", revision=revision)
    print(float(model.embedding.lin.weight.sum()))
"""
MISSING = """
from fashiongraph import hub
for name, revision in (("user/none", None), ("user/siamese", "v9")):
    try:
        hub.fetch(name, revision)
    except hub.FashionGraphError as error:
        print(repr(name) in str(error) and (revision is None or repr(revision) in str(error)))
"""
FOLDERS = """
import sys, numpy as np, torch
from pathlib import Path
from fashiongraph import hub
from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.features import image_encoder
from fashiongraph.features.tuned_encoder import write_picture_encoder
from fashiongraph.models import Siamese
from fashiongraph.retrieval import LocalCatalogue, ItemIndex
torch.manual_seed(0)
outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
items, model = outfits.items, Siamese(outfits.items.num_features)
ItemIndex.build(items, items.features).save("index")
LocalCatalogue.build(model, items, "states")
encoder = image_encoder("squeezenet1_1", weights=None)
write_picture_encoder("encoder", encoder.state_dict(), "squeezenet1_1", None, 48, np.arange(3))
folders = {}
for name in ("index", "states", "encoder"):
    folders[name] = hub.fetch(f"user/{name}", hub.push(name, f"user/{name}"))
found = ItemIndex.load(folders["index"]).search(items.features[:1], k=1)
print(found.row.item() == 0)
states = LocalCatalogue.load(folders["states"], model, items)
print(torch.equal(states.values, LocalCatalogue.load("states", model, items).values))
picture = torch.rand(1, 3, 48, 48)
fetched, local = (image_encoder(str(one)).eval() for one in (folders["encoder"], "encoder"))
with torch.no_grad():
    print(torch.equal(fetched(picture), local(picture)))
print(fetched.fingerprint == local.fingerprint)
"""


@pytest.mark.slow
def test_index_states_and_encoder_are_pushed_and_fetched(server, client, tmp_path):
    pytest.importorskip("faiss")
    assert client(FOLDERS, folder=tmp_path) == ["True"] * 4
    # The digests travel with the folder.
    for name in ("index", "states", "encoder"):
        newest = list(server.repositories[f"user/{name}"].values())[-1]
        assert ".fashiongraph.json" in newest


@pytest.mark.slow  # three processes that import torch
def test_a_model_is_pushed_and_fetched_by_its_commit(server, client):
    commits = client(PUSH)
    files = server.repositories["user/siamese"]
    assert list(files)[-2:] == commits
    assert "| same_category | AUC | 0.750 |" in files[commits[1]]["README.md"].decode()
    server.commit("user/siamese", {**files[commits[1]], "model.bin": b"a pickle"})

    newest, first, second = map(float, client(FETCH, *commits))
    assert newest == second != first
    assert not [one for one in server.requests if "resolve" in one and "model.bin" in one]
    # A commit that is in the cache needs no network.
    pinned = FETCH.replace("(None, *sys.argv[1:])", "sys.argv[1:]")
    offline = client(pinned, *commits, endpoint="http://127.0.0.1:9")
    assert [float(one) for one in offline] == [first, second]


def test_what_cannot_be_fetched_is_named(client):
    assert client(MISSING) == ["True", "True"]


def test_names_of_the_hub(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs" / "model").mkdir(parents=True)
    assert is_hub_name("user/my-model.v2")
    for name in ("runs/model", "model", "a/b/c", "/etc/model", "../model"):
        assert not is_hub_name(name), name


def test_refuses_no_folder_and_no_name(tmp_path):
    with pytest.raises(FashionGraphError, match="'folder'.*nothing"):
        push(tmp_path / "nothing", "user/model")
    with pytest.raises(FashionGraphError, match="'name'.*model"):
        push(tmp_path, "model")
