from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import torch

from fashiongraph.data.outfits import Outfits
from fashiongraph.loader.candidate_loader import CandidateLoader
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.loader.outfit_batcher import OutfitBatcher
from fashiongraph.models.baselines import Siamese
from fashiongraph.nn import ContrastiveLoss
from fashiongraph.objectives import ContrastiveObjective


@pytest.mark.parametrize("num_negatives", [1, 3])
def test_equals_a_loop_over_pairs(wardrobe, num_negatives):
    torch.manual_seed(0)
    model = Siamese(8, 4).double()
    train = wardrobe.select(wardrobe.sizes > 1)
    sampler = negative_sampler("uniform", train.items)
    batch = next(iter(CandidateLoader(train, sampler, num_negatives, batch_size=20)))
    batch = batch.apply(lambda t: t.double() if t.is_floating_point() else t)
    h = model.states(batch).detach().numpy()
    u = h / np.linalg.norm(h, axis=1, keepdims=True)
    losses = []
    for o in range(0, 20 * (1 + num_negatives), 1 + num_negatives):
        real = range(batch.ptr[o], batch.ptr[o + 1])
        losses += [np.sum((u[i] - u[j]) ** 2) for i, j in combinations(real, 2)]
        for corrupted in range(o + 1, o + 1 + num_negatives):
            nodes = range(batch.ptr[corrupted], batch.ptr[corrupted + 1])
            (new,) = [
                b for a, b in zip(real, nodes, strict=True) if batch.item_id[a] != batch.item_id[b]
            ]
            apart = [np.linalg.norm(u[i] - u[new]) for i in nodes if i != new]
            losses += [max(0, 0.8 - d) ** 2 for d in apart]
    loss = ContrastiveObjective(ContrastiveLoss(0.8), num_negatives)(model, batch)["loss"]
    assert float(loss.detach()) == pytest.approx(np.mean(losses))


def test_a_repeated_item_has_finite_gradients(wardrobe):
    model = Siamese(8, 4)
    twice = Outfits(wardrobe.items, torch.tensor([0, 2, 4]), torch.tensor([3, 3, 3, 5]))
    ContrastiveObjective()(model, OutfitBatcher(wardrobe.items)(twice))["loss"].backward()
    assert all(p.grad.isfinite().all() for p in model.embedding.parameters())
