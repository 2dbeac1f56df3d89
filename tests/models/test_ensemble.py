from __future__ import annotations

import pytest
import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import score_candidates, score_outfits
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models import ADDGNN, Ensemble, OutfitModel
from fashiongraph.models.baselines import BiLSTM, Siamese
from fashiongraph.objectives import EnsembleObjective
from fashiongraph.training import TrainingConfig, fit


@pytest.fixture
def ensemble():
    torch.manual_seed(0)
    return Ensemble.of(ADDGNN(8, 6, 3, soft_minimum=True), 3).eval()


def test_scores_are_the_mean_of_what_the_members_say(ensemble, wardrobe):
    score = score_outfits(ensemble, wardrobe)
    each = [score_outfits(member, wardrobe).double() for member in ensemble.members]
    torch.testing.assert_close(score.double(), sum(each) / 3, rtol=1e-5, atol=1e-6)
    assert (each[0] - each[1]).abs().max() > 0.01  # each has a start of its own


def test_candidates_are_compared_as_members_compare_them(ensemble, wardrobe):
    asked = wardrobe.questions("fitb", seed=0)
    each = [score_candidates(member, asked).double() for member in ensemble.members]
    score = score_candidates(ensemble, asked)
    torch.testing.assert_close(score.double(), sum(each) / 3, rtol=1e-5, atol=1e-6)
    completed = score_outfits(ensemble, asked.outfits()).view_as(score)
    assert (score - completed).abs().max() > 0.01  # by eq. A8, and outfits by the soft minimum


def test_members_that_compare_with_other_items_get_them(wardrobe):
    torch.manual_seed(0)
    ensemble = Ensemble.of(BiLSTM(8, 6), 2)
    asked = wardrobe.questions("fitb", seed=0)
    for score in (score_outfits, score_candidates):
        what = asked if score is score_candidates else wardrobe
        each = [score(member, what).double() for member in ensemble.members]
        torch.testing.assert_close(score(ensemble, what).double(), sum(each) / 2)


def test_each_member_gets_the_gradient_it_would_get_alone(ensemble, wardrobe):
    objective = ensemble.objective()
    assert isinstance(objective, EnsembleObjective)
    assert objective.num_negatives == objective.objective.num_negatives
    sampler = negative_sampler("uniform", wardrobe.items)
    batch = next(iter(objective.loader(wardrobe, sampler, batch_size=30)))
    parts = objective(ensemble, batch)
    parts["loss"].backward()
    alone = [objective.objective(member, batch) for member in ensemble.members]
    for name, value in parts.items():
        torch.testing.assert_close(value, sum(one[name] for one in alone))
    for member, part in zip(ensemble.members, alone, strict=True):
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
    before = [member.state_dict() for member in ensemble.members]
    before = [{name: value.clone() for name, value in state.items()} for state in before]
    settings = {"recipe": TrainingConfig(batch_size=20, learning_rate=1e-2), "max_epochs": 10}
    history = fit(ensemble, train, valid, directory=tmp_path, progress=False, **settings)
    for member, start in zip(ensemble.members, before, strict=True):
        assert any(not torch.equal(v, start[k]) for k, v in member.state_dict().items())
    assert history["valid/auc"].max() > 0.8
    again = OutfitModel.load(tmp_path / "model")
    assert isinstance(again, Ensemble)
    assert again.settings == ensemble.settings
    torch.testing.assert_close(score_outfits(again, valid), score_outfits(ensemble, valid))


def test_an_ensemble_of_one_is_its_member(wardrobe):
    torch.manual_seed(0)
    one = Ensemble.of(ADDGNN(8, 6, 3), 1).eval()
    batch = next(iter(OutfitLoader(wardrobe)))
    torch.testing.assert_close(one(batch), one.members[0](batch), rtol=0, atol=0)


def test_what_cannot_be_an_ensemble_is_refused():
    with pytest.raises(FashionGraphError, match=r"'ensemble_size' needs to be at least 1 \(got 0\)"):
        Ensemble.of(Siamese(8), 0)
    with pytest.raises(FashionGraphError, match=r"'member' needs .* \(got 'Nobody'\)"):
        Ensemble("Nobody", {})
