from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.func import functional_call

from fashiongraph.data.outfit_loader import OutfitLoader
from fashiongraph.models import ContrastiveObjective, OutfitModel, RankingObjective, Siamese
from fashiongraph.training import Recipe, fit


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
    assert Siamese.paper(2048).settings == {
        "in_channels": 2048,
        "hidden_channels": 512,
        "learn_scale": False,
        "normalize": False,
    }


def test_the_order_of_items_and_the_batch_do_not_matter(wardrobe):
    torch.manual_seed(0)
    model = Siamese(8, 4)
    whole = model(next(iter(OutfitLoader(wardrobe, batch_size=60))))
    alone = torch.cat([model(b) for b in OutfitLoader(wardrobe, batch_size=1)])
    torch.testing.assert_close(whole, alone)
    flipped = [part.flip(0) for part in wardrobe.item_id.split(wardrobe.sizes.tolist())]
    turned = type(wardrobe)(wardrobe.items, wardrobe.ptr, torch.cat(flipped))
    torch.testing.assert_close(whole, model(next(iter(OutfitLoader(turned, batch_size=60)))))
    assert (whole[wardrobe.sizes == 1] == 0).all()


def test_hard_cases(wardrobe):
    model = Siamese(8, 4)
    assert model(OutfitLoader(wardrobe).batcher(wardrobe.select([]))).shape == (0,)
    twin = type(wardrobe)(wardrobe.items, torch.tensor([0, 2]), torch.tensor([3, 3]))
    score = model(OutfitLoader(twin).batcher(twin))
    torch.testing.assert_close(score, torch.tensor([10.0]))  # a cosine of 1, times the scale


def test_gradients_are_right(wardrobe):
    torch.manual_seed(0)
    model = Siamese(8, 3).double()
    batch = doubled(next(iter(OutfitLoader(wardrobe, batch_size=4, share_items=True))))
    names, values = zip(*model.named_parameters(), strict=True)

    def score(*parameters):
        return functional_call(model, dict(zip(names, parameters, strict=True)), (batch,))

    assert torch.autograd.gradcheck(score, tuple(v.detach().requires_grad_() for v in values))


def test_a_checkpoint_restores_the_scores(wardrobe, tmp_path):
    model = Siamese(8, 4)
    model.save(tmp_path / "model")
    batch = next(iter(OutfitLoader(wardrobe)))
    again = OutfitModel.load(tmp_path / "model")
    assert isinstance(again, Siamese)
    torch.testing.assert_close(again(batch), model(batch), rtol=0, atol=0)


@pytest.mark.parametrize("name", ["objective", "paper_objective"])
def test_both_objectives_train(styled, name):
    torch.manual_seed(0)
    model = Siamese(8, 16)
    objective = getattr(model, name)()
    kind, num_negatives = {
        "objective": (RankingObjective, 8),
        "paper_objective": (ContrastiveObjective, 1),
    }[name]
    assert isinstance(objective, kind)
    assert objective.num_negatives == num_negatives
    recipe = Recipe(batch_size=8, learning_rate=1e-2)
    history = fit(
        model,
        styled,
        styled,
        objective=objective,
        recipe=recipe,
        max_epochs=2,
        progress=False,
        accelerator="cpu",
    )
    assert history["train/loss"].iloc[1] < history["train/loss"].iloc[0]
