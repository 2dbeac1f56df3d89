from __future__ import annotations

import pickle

import pytest
import torch
from safetensors.torch import save_file

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.features.weights import published_weights, read_weights


class Harmful:
    """An object that a careless reader would build by running a command."""

    def __reduce__(self):
        return eval, ("1/0",)


@pytest.mark.parametrize("nest", [None, "state_dict", "model"])
def test_read_weights(tmp_path, nest):
    state = {"a.weight": torch.randn(2, 3), "a.bias": torch.zeros(2)}
    torch.save(state if nest is None else {nest: state, "epoch": 3}, tmp_path / "a.pth")
    read = read_weights(tmp_path / "a.pth")
    assert read.keys() == state.keys() and torch.equal(read["a.weight"], state["a.weight"])


def test_read_safetensors(tmp_path):
    save_file({"a": torch.ones(3)}, tmp_path / "a.safetensors")
    assert torch.equal(read_weights(tmp_path / "a.safetensors")["a"], torch.ones(3))


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_nothing_is_unpickled(tmp_path):
    torch.save({"a": Harmful()}, tmp_path / "a.pth")
    with pytest.raises(DataError, match=r"a\.pth: cannot be read as weights"):
        read_weights(tmp_path / "a.pth")
    (tmp_path / "b.pth").write_bytes(pickle.dumps(Harmful()))
    with pytest.raises(DataError, match=r"b\.pth: cannot be read as weights"):
        read_weights(tmp_path / "b.pth")


def test_errors_name_the_file(tmp_path):
    with pytest.raises(DataError, match=r"none\.pth: no such file of weights"):
        read_weights(tmp_path / "none.pth")
    for name in ("cut.pth", "cut.safetensors"):
        (tmp_path / name).write_bytes(b"PK\x03\x04 and no more")
        with pytest.raises(DataError, match=rf"{name}: cannot be read as weights"):
            read_weights(tmp_path / name)
    torch.save([torch.ones(2)], tmp_path / "list.pth")
    with pytest.raises(DataError, match="needs to hold a state dict"):
        read_weights(tmp_path / "list.pth")


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_published_weights(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(FashionGraphError, match=r"one of IMAGENET1K_V1, .* \(got 'V9'\)"):
        published_weights("resnet50", "V9", download=False)
    with pytest.raises(FashionGraphError, match="download=True"):
        published_weights("resnet50", "IMAGENET1K_V2", download=False)

    file = tmp_path / "hub" / "checkpoints" / "resnet18-f37072fd.pth"
    file.parent.mkdir(parents=True)
    torch.save({"conv1.weight": torch.ones(1)}, file)
    weights = published_weights("resnet18", "IMAGENET1K_V1", download=False)
    assert weights.name == "IMAGENET1K_V1"
    file.write_bytes(pickle.dumps(Harmful()))
    with pytest.raises(DataError, match="cannot be read as weights"):
        published_weights("resnet18", "IMAGENET1K_V1", download=False)
