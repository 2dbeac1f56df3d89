from __future__ import annotations

import hashlib
import math
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.hashed_words import HashedWords


def reference(terms: list[str], width: int) -> list[float]:
    """One row from its terms, by the definition."""
    row = [0.0] * width
    for term in terms:
        digest = hashlib.blake2b(term.encode(), digest_size=8).digest()
        number = int.from_bytes(digest, "little")
        row[(number >> 1) % width] += 1.0 if number & 1 else -1.0
    length = math.sqrt(sum(value * value for value in row)) or 1.0
    return [value / length for value in row]


def test_repr_and_shape():
    assert repr(HashedWords()) == "HashedWords(384)"
    features = HashedWords()(["silk shirt", "pleated skirt"])
    assert features.array.shape == (2, 384) and features.array.dtype == np.float16


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Silk SHIRT, silk!", ["silk", "shirt", "silk", "silk shirt", "shirt silk"]),
        ("Straße", ["strasse"]),
        ("Ａ４ ﬁt", ["a4", "fit", "a4 fit"]),  # full width, ligature
        ("真丝衬衫", ["真", "丝", "衬", "衫", "真 丝", "丝 衬", "衬 衫"]),
        ("T恤 xl", ["t", "恤", "xl", "t 恤", "恤 xl"]),
        ("шёлк 42", ["шёлк", "42", "шёлк 42"]),
        ("  one ", ["one"]),
    ],
)
@pytest.mark.parametrize("width", [5, 64])
def test_against_a_loop(text, terms, width):
    features = HashedWords(width)([text], dtype="float64")
    np.testing.assert_allclose(features.array[0], reference(terms, width), atol=1e-6)


def test_missing_texts():
    texts = pd.Series(["a", "", None, "  ", "?!", float("nan")], dtype=object)
    features = HashedWords(16)(texts)
    assert features.missing.tolist() == [False, True, True, True, True, True]
    assert (features.array[1:] == 0).all()
    assert HashedWords(16)([]).array.shape == (0, 16)


def test_similar_texts_are_close():
    rows = HashedWords()(["red silk dress", "blue silk dress", "leather boots"], "float32").array
    assert rows[0] @ rows[1] > 0.4 > 0.15 > abs(rows[0] @ rows[2])


def test_order_and_number_do_not_matter():
    texts = [f"dress {i} of silk {i % 7}" for i in range(50)]
    expected = HashedWords(32)(texts).array
    np.testing.assert_array_equal(HashedWords(32)(texts[::-1]).array, expected[::-1])
    np.testing.assert_array_equal(HashedWords(32)(texts[7:9]).array, expected[7:9])


def test_equal_in_every_process():
    text = "真丝 silk shirt"
    script = (
        "from fashiongraph.features.hashed_words import HashedWords;"
        f"print(HashedWords(16)([{text!r}]).array.tobytes().hex())"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONHASHSEED": "7", "PYTHONUTF8": "1"},
        capture_output=True,
        check=True,
        text=True,
    )
    assert run.stdout.strip() == HashedWords(16)([text]).array.tobytes().hex()


def test_arguments():
    with pytest.raises(FashionGraphError, match=r"'num_features' .* \(got 0\)"):
        HashedWords(0)
    with pytest.raises(FashionGraphError, match=r"'texts' needs texts \(got 3 at 1\)"):
        HashedWords()(["a", 3])
    with pytest.raises(FashionGraphError, match="'texts' needs a list of texts"):
        HashedWords()("silk")


def test_fingerprint():
    assert HashedWords().fingerprint == HashedWords(384).fingerprint != HashedWords(64).fingerprint
