from __future__ import annotations

import sys

import pytest

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.features.encoders import encoder_kinds, image_encoder, text_encoder


def test_image_encoder():
    assert image_encoder("squeezenet1_1", None, layers=["features.5"]).widths == (128,)
    with pytest.raises(FashionGraphError, match="'name' needs to be a known network"):
        image_encoder("resnet9")
    with pytest.raises(FashionGraphError, match="one of efficientnet-lite0, "):
        image_encoder("efficientnet-lite9")
    with pytest.raises(FashionGraphError, match="'layers' needs a network of torchvision"):
        image_encoder("efficientnet-lite0", layers=["avgpool"])
    with pytest.raises(FashionGraphError, match="'weights' needs a network of torchvision"):
        image_encoder("colours", weights=None)
    assert image_encoder("colours").num_features == 156


def test_kinds_of_features(tmp_path, monkeypatch):
    for name, kinds in (
        ("columns", ("columns",)),
        ("colours", ("colours",)),
        ("hashed-words", ("text",)),
        ("all-MiniLM-L6-v2", ("text",)),
        ("efficientnet-lite2", ("image",)),
        ("resnet50", ("image",)),
    ):
        assert encoder_kinds(name) == kinds
    (tmp_path / "model.safetensors").touch()
    with pytest.raises(DataError, match="config.json"):
        encoder_kinds(str(tmp_path))
    for settings, kinds in (('{"text_config": {}}', ("image", "text")), ("{}", ("image",))):
        (tmp_path / "config.json").write_text(settings)
        assert encoder_kinds(str(tmp_path)) == kinds
    (tmp_path / "modules.json").touch()
    assert encoder_kinds(str(tmp_path)) == ("text",)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(FashionGraphError, match="siglip2"):
        encoder_kinds("siglip2")


def test_packaged_weights():
    pytest.importorskip("efficientnet_lite_pytorch")
    assert image_encoder("efficientnet-lite0").num_features == 1280


def test_text_encoder(monkeypatch):
    assert repr(text_encoder()) == "HashedWords(384)"
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(FashionGraphError, match=r"fashiongraph\[text\]"):
        text_encoder("all-MiniLM-L6-v2")
