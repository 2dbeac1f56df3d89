from __future__ import annotations

import pytest
import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import draw_questions, score_candidates, score_outfits
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.loader.outfit_batch import ItemInputs, item_inputs
from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models import ADDGNNPlus, Ensemble, OutfitModel
from fashiongraph.models.baselines import BiLSTM, Siamese
from fashiongraph.objectives import EnsembleObjective, default_objective
from fashiongraph.training import TrainingConfig, fit


@pytest.fixture
def ensemble():
    torch.manual_seed(0)
    return Ensemble.of(ADDGNNPlus(8, 6, 3, context=None, priors=[], norm=None), 3).eval()


def test_scores_are_the_mean_of_the_models(ensemble, wardrobe):
    score = score_outfits(ensemble, wardrobe)
    each = [score_outfits(member, wardrobe).double() for member in ensemble.models]
    torch.testing.assert_close(score.double(), sum(each) / 3, rtol=1e-5, atol=1e-6)
    assert (each[0] - each[1]).abs().max() > 0.01


def test_candidate_scores_are_the_mean_too(ensemble, wardrobe):
    asked = draw_questions(wardrobe, "fitb", "uniform", seed=0)
    each = [score_candidates(member, asked).double() for member in ensemble.models]
    score = score_candidates(ensemble, asked)
    torch.testing.assert_close(score.double(), sum(each) / 3, rtol=1e-5, atol=1e-6)
    completed = score_outfits(ensemble, asked.outfits()).view_as(score)
    assert (score - completed).abs().max() > 0.01  # by eq. A8, and outfits by soft-min pooling


def test_models_that_need_a_catalogue_get_it(wardrobe):
    torch.manual_seed(0)
    ensemble = Ensemble.of(BiLSTM(8, 6), 2)
    asked = draw_questions(wardrobe, "fitb", "uniform", seed=0)
    for score in (score_outfits, score_candidates):
        what = asked if score is score_candidates else wardrobe
        each = [score(member, what).double() for member in ensemble.models]
        torch.testing.assert_close(score(ensemble, what).double(), sum(each) / 2)


def test_each_model_gets_its_own_gradient(ensemble, wardrobe):
    objective = default_objective(ensemble)
    assert isinstance(objective, EnsembleObjective)
    assert objective.num_negatives == objective.objective.num_negatives
    sampler = negative_sampler("uniform", wardrobe.items)
    batch = next(iter(objective.loader(wardrobe, sampler, batch_size=30)))
    parts = objective(ensemble, batch)
    parts["loss"].backward()
    alone = [objective.objective(member, batch) for member in ensemble.models]
    for name, value in parts.items():
        torch.testing.assert_close(value, sum(one[name] for one in alone))
    for member, part in zip(ensemble.models, alone, strict=True):
        weights = [p for p in member.parameters() if p.grad is not None]
        assert weights
        for weight, expected in zip(
            weights, torch.autograd.grad(part["loss"], weights), strict=True
        ):
            torch.testing.assert_close(weight.grad, expected)


def test_trains_as_any_model_and_its_checkpoint_restores_it(styled, tmp_path):
    torch.manual_seed(0)
    train, valid = styled.select(range(40)), styled.select(range(40, 60))
    ensemble = Ensemble.of(Siamese(8, 3), 2)
    before = [member.state_dict() for member in ensemble.models]
    before = [{name: value.clone() for name, value in state.items()} for state in before]
    settings = {"config": TrainingConfig(batch_size=20, learning_rate=1e-2), "max_epochs": 10}
    history = fit(ensemble, train, valid, directory=tmp_path, progress=False, **settings)
    for member, start in zip(ensemble.models, before, strict=True):
        assert any(not torch.equal(v, start[k]) for k, v in member.state_dict().items())
    assert history["valid/auc"].max() > 0.8
    again = OutfitModel.load(tmp_path / "model")
    assert isinstance(again, Ensemble)
    assert again.config == ensemble.config
    torch.testing.assert_close(score_outfits(again, valid), score_outfits(ensemble, valid))


def test_an_ensemble_of_one_is_its_model(wardrobe):
    torch.manual_seed(0)
    one = Ensemble.of(Siamese(8, 6), 1).eval()
    batch = next(iter(OutfitLoader(wardrobe)))
    torch.testing.assert_close(one(batch), one.models[0](batch), rtol=0, atol=0)


def test_cached_states_give_the_same_scores(ensemble, wardrobe):
    batch = next(iter(OutfitLoader(wardrobe, share_items=True)))
    expected = ensemble(batch)
    batch.item_states = ensemble.cache_items(item_inputs(batch)[0])
    batch.item_index = batch.unique_index
    del batch.unique_x
    torch.testing.assert_close(ensemble(batch), expected)


def test_the_completion_query_is_the_mean_score(wardrobe):
    torch.manual_seed(0)
    ensemble = Ensemble.of(Siamese(8, 3), 3).eval()
    assert ensemble.has_exact_query
    inputs = ItemInputs(wardrobe.items.features, wardrobe.items.category_id)
    vectors = ensemble.embed(ensemble.encode_items(inputs))
    query, constant = ensemble.completion_query(vectors[[3, 7]])
    outfit = type(wardrobe)(wardrobe.items, torch.tensor([0, 3]), torch.tensor([3, 7, 11]))
    torch.testing.assert_close(
        vectors[11] @ query + constant, score_outfits(ensemble, outfit)[0], rtol=1e-4, atol=1e-5
    )


def test_invalid_arguments_are_refused():
    with pytest.raises(FashionGraphError, match=r"'ensemble_size'.*0"):
        Ensemble.of(Siamese(8), 0)
    with pytest.raises(FashionGraphError, match=r"'model'.*'Nobody'"):
        Ensemble("Nobody", {})
