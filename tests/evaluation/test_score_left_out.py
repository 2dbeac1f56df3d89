from __future__ import annotations

import pytest
import torch

from fashiongraph.data import (
    add_item_cooccurrence,
    category_graph,
    outfit_keys,
    split,
)
from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.evaluation import in_training, score_left_out, score_outfits
from fashiongraph.loader import OutfitBatcher
from fashiongraph.models import ADDGNNPlus, Ensemble, ItemPMI, Siamese


@pytest.fixture(scope="module")
def parts():
    outfits = SyntheticOutfits.attributes_only(num_outfits=120, seed=0)
    train, _, test = split(outfits, seed=0)
    graph = category_graph(train.category_id, train.batch, outfits.items.num_categories)
    return add_item_cooccurrence(graph, train), train, test


def untrained(graph, train, build=ADDGNNPlus):
    torch.manual_seed(0)
    model = build(train.items.num_features).eval()
    model.graph, model.training_outfits = graph, outfit_keys(train)
    return model


def test_each_outfit_leaves_out_its_own_counts(parts):
    graph, train, test = parts
    model = untrained(graph, train)
    batcher = OutfitBatcher(train.items, graph, share_items=True)
    found, plain = score_left_out(model, train), score_outfits(model, train)
    with torch.no_grad():
        for place in range(len(train)):
            one = train.select([place])
            expected = model(batcher(one, exclude=one)).item()
            assert found[place].item() == pytest.approx(expected, rel=1e-5, abs=1e-5)
    assert (found != plain).any()
    assert torch.equal(score_left_out(model, test), score_outfits(model, test))


def test_pair_counts_fall_by_one(parts):
    graph, train, _ = parts
    prior = ItemPMI()
    model = untrained(graph, train, lambda size: ADDGNNPlus(size, 4, context=None, priors=[prior]))
    with torch.no_grad():
        model.scorer.weight.zero_()  # only the counts are left
    one = train.select([int(train.sizes.argmax())])
    batcher = OutfitBatcher(train.items, graph, share_items=True)
    whole, left = batcher(one), batcher(one, exclude=one)
    counted = whole.edge_cooccurrence > 0
    difference = whole.edge_cooccurrence - left.edge_cooccurrence
    assert torch.equal(difference, counted.float())
    assert counted.any()
    assert score_left_out(model, one) != score_outfits(model, one)


def test_models_without_counts_and_other_outfits_score_as_always(parts):
    graph, train, test = parts
    model = untrained(graph, train, Siamese)
    assert torch.equal(score_left_out(model, train), score_outfits(model, train))
    model.training_outfits = None
    assert not in_training(model, train).any()
    model.training_outfits = outfit_keys(train)
    assert in_training(model, train).all()
    assert not in_training(model, test).all()


def test_an_ensemble_leaves_counts_out_too(parts):
    graph, train, _ = parts
    model = untrained(graph, train, lambda size: Ensemble.of(ADDGNNPlus(size, 4), 2))
    expected = torch.stack([score_left_out(one, train) for one in each(model, train)]).mean(dim=0)
    torch.testing.assert_close(score_left_out(model, train), expected, rtol=1e-5, atol=1e-5)


def each(ensemble, train):
    for model in ensemble.each():
        model.training_outfits = outfit_keys(train)
        yield model
