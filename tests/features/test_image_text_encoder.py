from __future__ import annotations

import pickle
import shutil

import numpy as np
import pytest
import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.extract import extract_features
from fashiongraph.features.image_text_encoder import ImageTextEncoder

WITH_TEXTS = ["clip", "siglip", "open_clip", "open_clip_own_tokenizer"]


@pytest.fixture(params=[*WITH_TEXTS, "dinov2", "dinov3"])
def folder(request, tiny_model):
    pytest.importorskip("open_clip")
    return tiny_model(request.param)


def test_rows_of_pictures(folder, pictures, tmp_path):
    encoder = ImageTextEncoder(folder, device="cpu")
    options = {"cache": tmp_path / "cache", "progress": False, "device": "cpu"}
    rows = extract_features(pictures, encoder.image, **options).array
    assert rows.shape == (11, encoder.num_features)
    np.testing.assert_allclose(np.linalg.norm(rows.astype(float), axis=1), 1, atol=1e-2)
    other = ImageTextEncoder(folder, device="cpu")
    np.testing.assert_array_equal(extract_features(pictures, other.image, **options).array, rows)
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_pickled(folder):
    image = ImageTextEncoder(folder, device="cpu").image
    pixels = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(pickle.loads(pickle.dumps(image))(pixels), image(pixels))


def test_fingerprint(folder, tmp_path):
    encoder = ImageTextEncoder(folder, device="cpu")
    moved = ImageTextEncoder(shutil.copytree(folder, tmp_path / "moved"), device="cpu")
    assert moved.image.fingerprint == encoder.image.fingerprint
    cropped = ImageTextEncoder(folder, crop=True, device="cpu").image.fingerprint
    assert cropped == ImageTextEncoder(folder, crop=True, device="cpu").image.fingerprint
    next(moved.image.parameters()).data += 1e-3
    assert len({encoder.image.fingerprint, cropped, moved.image.fingerprint}) == 3


@pytest.mark.parametrize("kind", WITH_TEXTS)
def test_fingerprint_of_texts(tiny_model, kind, tmp_path):
    pytest.importorskip("open_clip")
    folder = shutil.copytree(tiny_model(kind), tmp_path / "moved")
    first = ImageTextEncoder(tiny_model(kind), device="cpu").text.fingerprint
    moved = ImageTextEncoder(folder, device="cpu")
    assert first == moved.text.fingerprint != moved.image.fingerprint
    (folder / "more_words.txt").touch()
    assert ImageTextEncoder(folder, device="cpu").text.fingerprint != first


@pytest.mark.parametrize("kind", ["dinov2", "dinov3"])
def test_a_model_without_texts(tiny_model, kind):
    encoder = ImageTextEncoder(tiny_model(kind), device="cpu")
    with pytest.raises(FashionGraphError, match=r"model of texts \(got .* no texts"):
        _ = encoder.text


def test_shown_by_its_name(tiny_model):
    encoder = ImageTextEncoder(tiny_model("clip"), device="cpu")
    assert repr(encoder) == f"ImageTextEncoder({str(tiny_model('clip'))!r})"
    assert repr(encoder.text) == f"TextTower({str(tiny_model('clip'))!r})"
