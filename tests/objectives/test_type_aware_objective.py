from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.data.outfits import Outfits
from fashiongraph.loader.candidate_loader import CandidateLoader
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.loader.outfit_batcher import OutfitBatcher
from fashiongraph.models.baselines import TypeAware
from fashiongraph.objectives import TypeAwareObjective


@pytest.mark.parametrize("protocol", ["uniform", "same_category"])
@pytest.mark.parametrize("num_negatives", [1, 3])
def test_equals_a_loop_over_triplets(wardrobe, protocol, num_negatives):
    torch.manual_seed(0)
    model = TypeAware(8, 5, 4, "euclidean").double()
    train = wardrobe.select(wardrobe.sizes > 1).with_frequency()
    sampler = negative_sampler(protocol, train.items)
    batch = next(iter(CandidateLoader(train, sampler, num_negatives, batch_size=20)))
    batch = batch.apply(lambda t: t.double() if t.is_floating_point() else t)
    h = model.states(batch).detach().numpy()
    category, item = batch.category_id.tolist(), batch.item_id.tolist()

    def mask(i, j):
        a, b = sorted((category[i], category[j]))
        return model.mask.detach().numpy()[b * (b + 1) // 2 + a]

    def distance(i, j):
        return np.linalg.norm(mask(i, j) * (h[i] - h[j]))

    hinges, sizes = [], []
    for o in range(0, 20 * (1 + num_negatives), 1 + num_negatives):
        real = range(batch.ptr[o], batch.ptr[o + 1])
        for corrupted in range(o + 1, o + 1 + num_negatives):
            nodes = range(batch.ptr[corrupted], batch.ptr[corrupted + 1])
            ((gone, new),) = [
                (a, b) for a, b in zip(real, nodes, strict=True) if item[a] != item[b]
            ]
            for stayed in real:
                if stayed != gone:
                    hinges.append(max(0, distance(stayed, gone) - distance(stayed, new) + 0.3))
                    sizes.append(np.abs(mask(stayed, gone)).sum())
    terms = TypeAwareObjective(num_negatives=num_negatives)(model, batch)
    embedding = np.sqrt(np.mean(np.sum(h**2, axis=1)))
    assert float(terms["triplet"].detach()) == pytest.approx(np.mean(hinges))
    assert float(terms["mask"].detach()) == pytest.approx(np.mean(sizes))
    assert float(terms["embedding"].detach()) == pytest.approx(embedding)
    total = np.mean(hinges) + 5e-4 * np.mean(sizes) + 5e-4 * embedding
    assert float(terms["loss"].detach()) == pytest.approx(total)


def test_a_repeated_item_has_finite_gradients(wardrobe):
    model = TypeAware(8, 5, 4)
    twice = Outfits(wardrobe.items, torch.tensor([0, 2, 4]), torch.tensor([3, 3, 3, 5]))
    TypeAwareObjective()(model, OutfitBatcher(wardrobe.items)(twice))["loss"].backward()
    assert all(p.grad.isfinite().all() for p in (model.mask, *model.embedding.parameters()))
