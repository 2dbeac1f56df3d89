from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models.baselines import Siamese


def doubled(batch):
    return batch.apply(lambda t: t.double() if t.is_floating_point() else t)


def score_by_loop(model, outfits):
    """The mean cosine, pair by pair."""
    p = {name: value.detach().double().numpy() for name, value in model.named_parameters()}
    scores = []
    for items in outfits.item_id.split(outfits.sizes.tolist()):
        h = []
        for x in outfits.items.features[items].double().numpy():
            x = x / np.sqrt(np.mean(x**2)) if model.normalize else x
            h.append(p["embedding.lin.weight"] @ x + p["embedding.lin.bias"])
        pairs = [(i, j) for i in range(len(h)) for j in range(i)]
        cosines = [h[i] @ h[j] / np.linalg.norm(h[i]) / np.linalg.norm(h[j]) for i, j in pairs]
        scores.append(np.mean(cosines) if cosines else 0.0)
    return np.array(scores) * (np.exp(p["log_scale"]) if model.learn_scale else 1.0)


@pytest.mark.parametrize("learn_scale", [False, True])
@pytest.mark.parametrize("normalize", [False, True])
def test_equals_the_equation(wardrobe, learn_scale, normalize):
    torch.manual_seed(0)
    model = Siamese(8, 4, learn_scale, normalize).double()
    assert repr(model).startswith(
        "Siamese(\n  in_channels=8, hidden_channels=4, "
        f"learn_scale={learn_scale}, normalize={normalize}"
    )
    for share in (False, True):
        batch = doubled(next(iter(OutfitLoader(wardrobe, batch_size=60, share_items=share))))
        np.testing.assert_allclose(model(batch).detach(), score_by_loop(model, wardrobe))


def test_the_papers_settings_are_one_call_away():
    assert Siamese.paper(2048).config == {
        "in_channels": 2048,
        "hidden_channels": 512,
        "learn_scale": False,
        "normalize": False,
    }


def test_an_item_worn_twice_goes_with_itself(wardrobe):
    model = Siamese(8, 4)
    twin = type(wardrobe)(wardrobe.items, torch.tensor([0, 2]), torch.tensor([3, 3]))
    score = model(OutfitLoader(twin).batcher(twin))
    torch.testing.assert_close(score, torch.tensor([10.0]))  # a cosine of 1, times the scale
