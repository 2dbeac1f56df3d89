from __future__ import annotations

import math

import numpy as np
import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.files import Features
from fashiongraph.features.image_text_encoder import ImageTextEncoder
from fashiongraph.features.tags import LABELS, TEMPLATES, zero_shot_tags


class Axes:
    """A model whose texts are the axes of the first letters' positions in the alphabet."""

    num_features = 26
    logit_scale = 10.0

    def text(self, texts, dtype):
        rows = np.zeros((len(texts), 26), dtype)
        for row, text in zip(rows, texts, strict=True):
            for letter in filter(str.islower, text):
                row[ord(letter) - ord("a")] += 1
            row /= np.linalg.norm(row)
        return Features(rows, np.zeros(len(texts), bool))


def test_against_a_loop():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(20, 26))
    labels, sentences = {"letters": ["ab", "cd", "xyz"]}, {"letters": ["{}", "A {} here", "{}, b"]}
    tags = zero_shot_tags(Axes(), rows, labels, sentences)
    assert list(tags) == ["letters", "letters_probability"]
    for i, row in enumerate(rows):
        logits = []
        for name in labels["letters"]:
            texts = [sentence.format(name) for sentence in sentences["letters"]]
            mean = np.mean([Axes().text([text], float).array[0] for text in texts], axis=0)
            cosine = row @ mean / np.linalg.norm(row) / np.linalg.norm(mean)
            logits.append(10.0 * cosine)
        total = sum(math.exp(logit) for logit in logits)
        best = int(np.argmax(logits))
        assert tags["letters"].iloc[i] == labels["letters"][best]
        assert tags["letters_probability"].iloc[i] == pytest.approx(math.exp(logits[best]) / total)


def test_default_labels_and_missing_rows():
    rows = np.random.default_rng(0).normal(size=(3, 26)).astype(np.float16)
    rows[1] = np.nan
    tags = zero_shot_tags(Axes(), rows)
    assert list(tags) == [f"{kind}{end}" for kind in LABELS for end in ("", "_probability")]
    for kind, names in LABELS.items():
        assert tags[kind].isna().tolist() == [False, True, False]
        assert tags[f"{kind}_probability"].isna().tolist() == [False, True, False]
        assert set(tags[kind].dropna()) <= set(names) and len(set(names)) == len(names)
    assert TEMPLATES.keys() == LABELS.keys()


def test_further_kinds_have_sentences():
    tags = zero_shot_tags(Axes(), np.eye(26), {"fabric": ["silk", "wool"]})
    assert tags["fabric"].iloc[ord("k") - ord("a")] == "silk"
    assert tags["fabric"].iloc[ord("w") - ord("a")] == "wool"


def test_no_pictures():
    assert zero_shot_tags(Axes(), np.empty((0, 26))).shape == (0, 6)


@pytest.mark.parametrize("kind", ["clip", "siglip", "open_clip"])
def test_models(tiny_model, kind):
    pytest.importorskip("open_clip")
    encoder = ImageTextEncoder(tiny_model(kind), device="cpu")
    rows = encoder.text(["red", "blue", "silk"]).array
    tags = zero_shot_tags(encoder, rows, {"word": ["blue", "red", "silk"]}, {"word": ["{}"]})
    assert tags["word"].tolist() == ["red", "blue", "silk"]


def test_wrong_arguments(tiny_model):
    rows = np.eye(26)
    with pytest.raises(FashionGraphError, match=r"shape \[n, 26\] \(got \[26, 3\]\)"):
        zero_shot_tags(Axes(), rows[:, :3])
    for names in ([], ["a", "a"], "ab"):
        with pytest.raises(FashionGraphError, match="'labels' needs different names for 'x'"):
            zero_shot_tags(Axes(), rows, {"x": names})
    for sentences in ([], ["a photo"], "{}"):
        with pytest.raises(FashionGraphError, match=r"'templates' .* for 'x'"):
            zero_shot_tags(Axes(), rows, {"x": ["a"]}, {"x": sentences})
    encoder = ImageTextEncoder(tiny_model("dinov2"), device="cpu")
    with pytest.raises(FashionGraphError, match="no texts"):
        zero_shot_tags(encoder, np.zeros((1, 16)))
