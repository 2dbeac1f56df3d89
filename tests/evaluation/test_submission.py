"""Predictions from which others compute the results again."""

from __future__ import annotations

import json

import pytest
import torch

from fashiongraph.data import outfit_keys, split
from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.evaluation import Submission, draw_questions, evaluate_questions
from fashiongraph.models import Siamese


@pytest.fixture(scope="module")
def outfits():
    return SyntheticOutfits.attributes_only(num_outfits=120, seed=0)


@pytest.fixture(scope="module")
def questions(outfits):
    test = split(outfits, seed=0)[2]
    return [
        draw_questions(test, kind, protocol)
        for protocol in ("uniform", "same_category")
        for kind in ("compatibility", "fitb")
    ]


@pytest.fixture
def model(outfits):
    torch.manual_seed(0)
    return Siamese(outfits.items.num_features)


@pytest.fixture
def file(model, questions, tmp_path):
    path = tmp_path / "mine.json"
    Submission.of(model, questions, "mine", "synthetic", 0, {"by": "us"}).save(path)
    return path


def test_results_from_the_file_equal_those_of_the_model(file, model, questions):
    submission = Submission.load(file)
    assert (submission.name, submission.data, submission.about["by"]) == ("mine", "synthetic", "us")
    for one, result in zip(questions[::-1], submission.results(questions[::-1]), strict=True):
        expected = evaluate_questions(model, one)
        assert result.metric == expected.metric
        assert result.value == pytest.approx(expected.value, abs=1e-6)
        assert result.low == pytest.approx(expected.low, abs=1e-6)


def test_other_questions_are_refused(file, outfits):
    other = draw_questions(split(outfits, seed=1)[2], "fitb")
    with pytest.raises(FashionGraphError, match=other.checksum):
        Submission.load(file).results([other])


@pytest.mark.parametrize("change", [lambda s: s[:-1], lambda s: [*s[:-1], float("inf")]])
def test_scores_that_do_not_fit_are_refused(file, questions, change):
    text = json.loads(file.read_text())
    text["predictions"][0]["scores"] = change(text["predictions"][0]["scores"])
    file.write_text(json.dumps(text))
    with pytest.raises(FashionGraphError, match="'scores' needs"):
        Submission.load(file).results(questions)


def test_a_model_that_was_trained_on_the_outfits_is_refused(model, questions):
    model.training_outfits = outfit_keys(questions[0].source_outfits)[:3]
    with pytest.raises(FashionGraphError, match="not trained on"):
        Submission.of(model, questions, "mine", "synthetic", 0)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "x": 3}', "\0"])
def test_what_is_no_submission_is_refused(tmp_path, text):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(DataError, match=r"a\.json"):
        Submission.load(path)
