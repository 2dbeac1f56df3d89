"""Scores by the processes of Ray equal those of one process."""

from __future__ import annotations

import sys

import pytest
import torch

from fashiongraph.data import add_item_cooccurrence, category_graph
from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import (
    draw_questions,
    item_scores,
    score_against_negatives,
    score_candidates,
    score_outfits,
    spoiler,
)
from fashiongraph.evaluation.ray_engine import RayEngine, bare_and_features
from fashiongraph.loader import negative_sampler
from fashiongraph.models import ADDGNNPlus, BiLSTM
from fashiongraph.ray_session import ray_session

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def engine():
    ray = pytest.importorskip("ray", reason="needs the extra 'ray'")
    this = sys.modules[__name__]  # which other processes cannot import
    ray.cloudpickle.register_pickle_by_value(this)
    with ray_session() as session:
        yield RayEngine(session)
    ray.cloudpickle.unregister_pickle_by_value(this)


@pytest.fixture(scope="module")
def outfits():
    return SyntheticOutfits.attributes_only(num_outfits=150, seed=0).with_frequency()


def model_of(name, outfits):
    torch.manual_seed(0)
    if name == "Bi-LSTM":  # whose scores read all items of the evaluation
        return BiLSTM(outfits.items.num_features, 8)
    model = ADDGNNPlus(outfits.items.num_features, 8)
    graph = category_graph(outfits.category_id, outfits.batch, outfits.items.num_categories)
    model.graph = add_item_cooccurrence(graph, outfits)
    model.categories = list(reversed(outfits.items.categories))
    return model


@pytest.mark.parametrize("name", ["ADD-GNN+", "Bi-LSTM"])
def test_the_same_scores_in_the_same_order(engine, outfits, name):
    model = model_of(name, outfits)
    model.graph = None if name == "Bi-LSTM" else model.graph
    model.categories = []
    plain = {"batch_size": 16}
    by_ray = {**plain, "engine": engine}
    expected = score_outfits(model, outfits, **plain)
    assert expected.unique().numel() > 100
    torch.testing.assert_close(
        score_outfits(model, outfits, **by_ray), expected, rtol=1e-6, atol=1e-6
    )
    expected = item_scores(model, outfits, **plain)
    assert expected.shape == outfits.item_id.shape
    found = item_scores(model, outfits, **by_ray)
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6)
    questions = draw_questions(outfits, "fitb", seed=0)
    expected = score_candidates(model, questions, **plain)
    assert expected.shape == (len(questions), 4)
    found = score_candidates(model, questions, **by_ray)
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6)


def test_protocols_pass_the_engine_on(engine, outfits):
    model = model_of("ADD-GNN+", outfits)
    model.categories = []
    settings = {"sampler": negative_sampler("uniform", outfits.items), "num_negatives": 3}
    few = outfits.select(slice(0, 40))
    expected = score_against_negatives(model, few, **settings)
    found = score_against_negatives(model, few, **settings, engine=engine)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    large = outfits.select(outfits.sizes > 2)
    questions = draw_questions(large, "fitb", seed=0, num_candidates=2)
    assert spoiler(model, questions, engine=engine) == spoiler(model, questions)


def test_no_outfits_and_errors(engine, outfits):
    model = model_of("ADD-GNN+", outfits)
    model.categories = []
    assert score_outfits(model, outfits.select([]), engine=engine).shape == (0,)
    with pytest.raises(FashionGraphError, match=r"'model' needs to return numbers \(got NaN for"):
        score_outfits(not_a_number, outfits, engine=engine)
    model.categories = ["hat"]
    with pytest.raises(FashionGraphError, match="unknown"):
        score_outfits(model, outfits, engine=engine)


def not_a_number(batch):
    return torch.full((batch.num_graphs,), float("nan"))


def test_features_are_shared_as_arrays(outfits):
    bare, features = bare_and_features(outfits.items)
    assert bare.features is None
    assert features.ctypes.data == outfits.items.features.data_ptr()
    half = outfits.items.with_features(outfits.items.features.bfloat16())
    assert bare_and_features(half)[1].dtype == torch.bfloat16  # which arrays lack
    assert bare_and_features(bare)[1] is None
