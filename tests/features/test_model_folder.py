from __future__ import annotations

import shutil
import sys

import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.model_folder import (
    HUB_NAMES,
    is_open_clip,
    model_folder,
    refuse_own_code,
    settings_digest,
)


def test_a_folder(tmp_path):
    (tmp_path / "model-00001-of-00002.safetensors").touch()
    assert model_folder(tmp_path) == model_folder(str(tmp_path)) == tmp_path
    assert not is_open_clip(tmp_path)


def test_pickled_weights_are_refused(tmp_path):
    (tmp_path / "pytorch_model.bin").touch()
    with pytest.raises(FashionGraphError, match=r"in safetensors \(got .* with pytorch_model\.bin"):
        model_folder(tmp_path)


def test_kind_of_a_folder(tmp_path):
    (tmp_path / "open_clip_config.json").write_text("{}")
    (tmp_path / "model.safetensors").touch()
    assert not is_open_clip(tmp_path)  # its weights are those of transformers
    (tmp_path / "open_clip_pytorch_model.safetensors").touch()
    assert is_open_clip(tmp_path)


@pytest.mark.parametrize("name", ["siglip2", "nobody/no-such-model", "a b", "no/such/folder"])
def test_an_unknown_model(tmp_path, monkeypatch, name):
    hub = pytest.importorskip("huggingface_hub")
    monkeypatch.setattr(hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(FashionGraphError, match=f"got '{name}'"):
        model_folder(name)


@pytest.mark.parametrize("name", ["fashion-siglip", HUB_NAMES["fashion-siglip"]])
def test_a_downloaded_model(tmp_path, monkeypatch, name):
    hub = pytest.importorskip("huggingface_hub")
    monkeypatch.setattr(hub.constants, "HF_HUB_CACHE", str(tmp_path))
    stored = tmp_path / "models--Marqo--marqo-fashionSigLIP"
    snapshot = stored / "snapshots" / "0123"
    snapshot.mkdir(parents=True)
    (stored / "refs").mkdir()
    (stored / "refs" / "main").write_text("0123")
    (snapshot / "open_clip_config.json").write_text("{}")
    with pytest.raises(FashionGraphError, match="with open_clip_config"):
        model_folder(name)
    (snapshot / "open_clip_model.safetensors").touch()
    assert model_folder(name) == snapshot and is_open_clip(snapshot)


def test_only_what_is_read_is_downloaded(tmp_path, monkeypatch):
    hub = pytest.importorskip("huggingface_hub")
    asked = []

    def snapshot(source, allow_patterns, local_files_only):
        asked.append((source, allow_patterns, local_files_only))
        (tmp_path / allow_patterns[0].replace("*", "_")).touch()
        return str(tmp_path)

    monkeypatch.setattr(hub, "snapshot_download", snapshot)
    assert model_folder("dinov3", download=True) == tmp_path
    assert asked == [
        (HUB_NAMES["dinov3"], ["*.json", "*.txt", "*.model"], False),
        (HUB_NAMES["dinov3"], ["model*.safetensors"], False),
    ]


def test_names_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(FashionGraphError, match=r"pip install 'fashiongraph\[clip\]'"):
        model_folder("siglip2")


def test_code_of_a_model_is_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "clip"}')
    refuse_own_code(tmp_path, "config.json", "tokenizer_config.json")
    (tmp_path / "config.json").write_text('{"auto_map": {"AutoModel": "own.Model"}}')
    refuse_own_code(tmp_path, "tokenizer_config.json")
    with pytest.raises(FashionGraphError, match=r"code of its own .*config\.json"):
        refuse_own_code(tmp_path, "config.json")


def test_digest_of_the_settings(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    (first / "config.json").write_text("{}")
    (first / "model.safetensors").touch()
    shutil.copytree(first, second)
    assert settings_digest(first) == settings_digest(second)
    (second / "model.safetensors").write_bytes(b"weights count by their values")
    assert settings_digest(first) == settings_digest(second)
    (second / "merges.txt").touch()
    assert settings_digest(first) != settings_digest(second)
