from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models.baselines import TypeAware


def doubled(batch):
    return batch.apply(lambda t: t.double() if t.is_floating_point() else t)


def score_by_loop(model, outfits):
    """The mean over pairs, each in the space of its categories."""
    p = {name: value.detach().double().numpy() for name, value in model.named_parameters()}
    pairs_of_categories = [(a, b) for b in range(model.num_categories) for a in range(b + 1)]
    mask = dict(zip(pairs_of_categories, p["mask"], strict=True))
    scores = []
    for items in outfits.item_id.split(outfits.sizes.tolist()):
        category, h, pairs = outfits.items.category_id[items].tolist(), [], []
        for x in outfits.items.features[items].double().numpy():
            x = x / np.sqrt(np.mean(x**2)) if model.normalize else x
            h.append(p["embedding.lin.weight"] @ x + p["embedding.lin.bias"])
        for i in range(len(h)):
            for j in range(i):
                a, b = sorted((category[i], category[j]))
                w = np.ones(model.hidden_channels) if a < 0 else mask[a, b]
                one, other = w * h[i], w * h[j]
                if model.metric == "cosine":
                    pairs.append(one @ other / np.linalg.norm(one) / np.linalg.norm(other))
                else:
                    pairs.append(-np.linalg.norm(one - other))
        scores.append(np.mean(pairs) if pairs else 0.0)
    return np.array(scores) * (np.exp(p["log_scale"]) if model.learn_scale else 1.0)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize(("learn_scale", "normalize"), [(True, True), (False, False)])
@pytest.mark.parametrize("unknown", [False, True])
def test_equals_the_equation(wardrobe, metric, learn_scale, normalize, unknown):
    torch.manual_seed(0)
    model = TypeAware(8, 5, 4, metric, 0.7, learn_scale, normalize).double()
    assert repr(model).startswith(
        "TypeAware(\n  in_channels=8, num_categories=5, hidden_channels=4, "
        f"metric={metric}, mask_std=0.7, learn_scale={learn_scale}, normalize={normalize}"
    )
    if unknown:
        fewer = ["category1", "category0", "category4", "new", "newer"]
        wardrobe = wardrobe.with_items(wardrobe.items.with_vocabulary(fewer, "default"))
        assert (wardrobe.category_id < 0).any()
    for share in (False, True):
        batch = doubled(next(iter(OutfitLoader(wardrobe, batch_size=60, share_items=share))))
        np.testing.assert_allclose(model(batch).detach(), score_by_loop(model, wardrobe))


def test_the_papers_settings_are_one_call_away():
    assert TypeAware.paper(512, num_categories=11).config == {
        "in_channels": 512,
        "num_categories": 11,
        "hidden_channels": 64,
        "metric": "euclidean",
        "mask_std": 0.7,
        "learn_scale": False,
        "normalize": False,
    }


def test_one_mask_for_each_unordered_pair():
    model = TypeAware(8, 3, 4)
    one, other = torch.cartesian_prod(torch.arange(3), torch.arange(3)).T
    masks = model.masks(one, other).view(3, 3, 4)
    assert model.mask.shape == (6, 4)
    assert torch.equal(masks, masks.transpose(0, 1))
    assert len(masks.view(9, 4).unique(dim=0)) == 6
    unknown = model.masks(torch.tensor([-1, -1, 2]), torch.tensor([-1, 1, -1]))
    assert torch.equal(unknown, torch.ones(3, 4))


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_an_item_worn_twice_goes_with_itself(wardrobe, metric):
    model = TypeAware(8, 5, 4, metric)
    twin = type(wardrobe)(wardrobe.items, torch.tensor([0, 2]), torch.tensor([3, 3]))
    score = model(OutfitLoader(twin).batcher(twin))
    score.sum().backward()
    torch.testing.assert_close(score, torch.tensor([10.0 if metric == "cosine" else 0.0]))
    assert model.mask.grad.isfinite().all()


def test_bad_arguments_are_refused(wardrobe):
    with pytest.raises(FashionGraphError, match="'metric' needs to be 'cosine' or 'euclidean'"):
        TypeAware(8, 5, metric="manhattan")
    with pytest.raises(FashionGraphError, match=r"'num_categories' needs .* \(got 0\)"):
        TypeAware(8, 0)
    with pytest.raises(FashionGraphError, match=r"needs categories below 3 \(got 4\)"):
        TypeAware(8, 3)(next(iter(OutfitLoader(wardrobe))))
