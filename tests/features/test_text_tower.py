from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.image_text_encoder import ImageTextEncoder

TEXTS = ["a red silk dress", "", None, "boots", "a " * 50, "blue boots"]


@pytest.fixture(params=["clip", "siglip", "open_clip"])
def encoder(request, tiny_model):
    pytest.importorskip("open_clip")
    return ImageTextEncoder(tiny_model(request.param), device="cpu").text


def test_rows(encoder):
    features = encoder(TEXTS, "float32")
    assert features.array.shape == (6, encoder.num_features)
    assert features.missing.tolist() == [False, True, True, False, False, False]
    length = np.linalg.norm(features.array, axis=1)
    np.testing.assert_allclose(length, [1, 0, 0, 1, 1, 1], atol=1e-5)


def test_batches_keep_the_order(encoder):
    expected = encoder(TEXTS, "float32").array
    for size in (1, 2, 4):
        rows = encoder(pd.Series(TEXTS, index=[5] * 6), "float32", batch_size=size).array
        np.testing.assert_allclose(rows, expected, atol=1e-5)
    np.testing.assert_allclose(encoder(TEXTS[::-1], "float32").array, expected[::-1], atol=1e-5)


def test_long_texts_are_cut(encoder):
    long, longer = encoder(["a " * 50, "a " * 90], "float32").array
    np.testing.assert_allclose(long, longer, atol=1e-6)


def test_texts_of_no_words(encoder):
    assert encoder([]).array.shape == (0, encoder.num_features)
    assert encoder(["", None]).missing.all()


def test_wrong_arguments(encoder):
    with pytest.raises(FashionGraphError, match=r"'texts' needs texts \(got 1 at 0\)"):
        encoder([1])
    with pytest.raises(FashionGraphError, match="'dtype'"):
        encoder(["a"], "int8")


def test_progress_goes_to_standard_error(encoder, capsys):
    encoder(["red boots"], progress=True)
    captured = capsys.readouterr()
    assert captured.out == "" and "texts" in captured.err
