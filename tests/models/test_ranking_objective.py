from __future__ import annotations

import math

import torch

from fashiongraph.data.outfit_loader import OutfitLoader
from fashiongraph.models import ADDGNN, RankingObjective
from fashiongraph.nn import BPRLoss


def test_the_first_of_each_group_of_editions_is_the_real_outfit(wardrobe):
    batch = next(iter(OutfitLoader(wardrobe, batch_size=30, share_items=True)))
    model = ADDGNN(8, 6, 3)
    loss = RankingObjective(BPRLoss(), num_negatives=2)(model, batch)["loss"]
    score = model(batch).tolist()
    expected = [
        math.log1p(math.exp(score[3 * b + r] - score[3 * b])) for b in range(10) for r in (1, 2)
    ]
    torch.testing.assert_close(loss, torch.tensor(expected).mean())


def test_trains_with_eight_negatives_unless_told_otherwise():
    assert RankingObjective().num_negatives == 8
