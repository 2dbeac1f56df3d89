from __future__ import annotations

import math

import torch

from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models import ADDGNN, ADDGNNPlus
from fashiongraph.nn import ADDGNNLoss, BPRLoss, CandidateSoftmaxLoss
from fashiongraph.objectives import ADDGNNObjective, RankingObjective


def test_the_first_outfit_of_each_group_is_the_real_one(wardrobe):
    batch = next(iter(OutfitLoader(wardrobe, batch_size=30, share_items=True)))
    model = ADDGNN(8, 6, 3)
    loss = RankingObjective(BPRLoss(), num_negatives=2)(model, batch)["loss"]
    score = model(batch).tolist()
    expected = [
        math.log1p(math.exp(score[3 * b + r] - score[3 * b])) for b in range(10) for r in (1, 2)
    ]
    torch.testing.assert_close(loss, torch.tensor(expected).mean())


def test_candidates_rank_by_mean_and_outfits_by_pooled_scores(wardrobe):
    batch = next(iter(OutfitLoader(wardrobe, batch_size=30, share_items=True)))
    model = ADDGNNPlus(8, 6, 3, context=None, priors=[], norm=None)
    mean, pooled = (score.view(10, 3) for score in model.ranking_scores(batch))
    loss = CandidateSoftmaxLoss()
    expected = loss(mean[:, 0], mean[:, 1:], pooled)
    assert expected != loss(mean[:, 0], mean[:, 1:])
    own = RankingObjective(num_negatives=2)
    torch.testing.assert_close(own(model, batch)["loss"], expected)
    composed = ADDGNNObjective(ADDGNNLoss(ranking=loss), num_negatives=2)(model, batch)
    torch.testing.assert_close(composed["ranking"], expected)
    bpr = RankingObjective(BPRLoss(), num_negatives=2)  # takes one score
    expected = BPRLoss()(pooled[:, 0], pooled[:, 1:])
    torch.testing.assert_close(bpr(model, batch)["loss"], expected)


def test_trains_with_eight_negatives_unless_told_otherwise():
    assert RankingObjective().num_negatives == 8


def test_a_teacher_is_frozen_and_its_choice_pulls(wardrobe):
    batch = next(iter(OutfitLoader(wardrobe, batch_size=30, share_items=True)))
    torch.manual_seed(0)
    model, teacher = ADDGNN(8, 6, 3), ADDGNN(8, 6, 3, num_steps=0)
    objective = RankingObjective(num_negatives=2, teacher=teacher, lambda_distillation=0.5).train()
    assert not teacher.training
    parts = objective(model, batch)
    parts["loss"].backward()
    assert all(p.grad is None for p in teacher.parameters())
    plain = RankingObjective(num_negatives=2)(model, batch)["loss"]
    torch.testing.assert_close(parts["ranking"], plain)
    torch.testing.assert_close(parts["loss"], plain + 0.5 * parts["distillation"])
    itself = RankingObjective(num_negatives=2, teacher=model)(model, batch)["distillation"]
    assert abs(itself) < 1e-7  # scores without a gradient round differently
