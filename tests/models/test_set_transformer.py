from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.func import functional_call

from fashiongraph.data.outfit_loader import OutfitLoader
from fashiongraph.models import OutfitModel, RankingObjective, SetTransformer
from fashiongraph.nn import CandidateSoftmaxLoss, FocalLoss
from fashiongraph.training import Recipe, fit


def doubled(batch):
    return batch.apply(lambda t: t.double() if t.is_floating_point() else t)


def score_by_loop(model, outfits):
    """Attention item by item and head by head, an outfit at a time."""
    p = {name: value.detach().double().numpy() for name, value in model.named_parameters()}

    def linear(x, name):
        return p[f"{name}weight"] @ x + p[f"{name}bias"]

    def norm(x, name):
        return (x - x.mean()) / np.sqrt(x.var() + 1e-5) * p[f"{name}weight"] + p[f"{name}bias"]

    def attend(rows, name):
        q, k, v = (
            [w @ x + b for x in rows]
            for w, b in zip(
                np.split(p[f"{name}in_proj_weight"], 3),
                np.split(p[f"{name}in_proj_bias"], 3),
                strict=True,
            )
        )
        size = model.hidden_channels // model.num_heads
        found = []
        for one in q:
            heads = []
            for start in range(0, model.hidden_channels, size):
                part = slice(start, start + size)
                weight = np.exp([one[part] @ key[part] / np.sqrt(size) for key in k])
                weight /= weight.sum()
                heads.append(sum(w * value[part] for w, value in zip(weight, v, strict=True)))
            found.append(linear(np.concatenate(heads), f"{name}out_proj."))
        return found

    def feed(x, name):
        return linear(np.maximum(linear(x, f"{name}linear1."), 0), f"{name}linear2.")

    scores = []
    for items in outfits.item_id.split(outfits.sizes.tolist()):
        rows = [p["token"]]
        for x in outfits.items.features[items].double().numpy():
            x = x / np.sqrt(np.mean(x**2)) if model.normalize else x
            rows.append(linear(x, "embedding.lin."))
        for layer in range(model.num_layers):
            name = f"encoder.layers.{layer}."
            if model.norm_first:
                seen = attend([norm(x, f"{name}norm1.") for x in rows], f"{name}self_attn.")
                rows = [x + s for x, s in zip(rows, seen, strict=True)]
                rows = [x + feed(norm(x, f"{name}norm2."), name) for x in rows]
            else:
                seen = attend(rows, f"{name}self_attn.")
                rows = [norm(x + s, f"{name}norm1.") for x, s in zip(rows, seen, strict=True)]
                rows = [norm(x + feed(x, name), f"{name}norm2.") for x in rows]
        token = norm(rows[0], "encoder.norm.") if model.norm_first else rows[0]
        score = linear(np.maximum(linear(token, "hidden."), 0), "out.")
        scores.append(score.item() if len(items) > 1 else 0.0)
    return np.array(scores)


@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("normalize", [False, True])
def test_equals_the_equations(wardrobe, norm_first, normalize):
    torch.manual_seed(0)
    model = SetTransformer(8, 6, 2, 3, 5, 0.1, norm_first, normalize).double().eval()
    assert repr(model).startswith(
        "SetTransformer(\n  in_channels=8, hidden_channels=6, num_layers=2, num_heads=3, "
        f"feedforward_channels=5, dropout=0.1, norm_first={norm_first}, normalize={normalize}"
    )
    expected = score_by_loop(model, wardrobe)
    for share in (False, True):
        batch = doubled(next(iter(OutfitLoader(wardrobe, batch_size=60, share_items=share))))
        np.testing.assert_allclose(model(batch).detach(), expected, rtol=1e-6)
        with torch.no_grad():  # torch takes another path here
            np.testing.assert_allclose(model(batch), expected, rtol=1e-6)


def test_the_papers_sizes_are_one_call_away():
    assert SetTransformer.paper(512).settings == {
        "in_channels": 512,
        "hidden_channels": 128,
        "num_layers": 6,
        "num_heads": 16,
        "feedforward_channels": 2024,
        "dropout": 0.1,
        "norm_first": False,
        "normalize": False,
    }


def test_the_order_of_items_and_the_batch_do_not_matter(wardrobe):
    torch.manual_seed(0)
    model = SetTransformer(8, 8).eval()
    whole = model(next(iter(OutfitLoader(wardrobe, batch_size=60))))
    alone = torch.cat([model(b) for b in OutfitLoader(wardrobe, batch_size=1)])
    torch.testing.assert_close(whole, alone, rtol=1e-5, atol=1e-6)
    flipped = [part.flip(0) for part in wardrobe.item_id.split(wardrobe.sizes.tolist())]
    turned = type(wardrobe)(wardrobe.items, wardrobe.ptr, torch.cat(flipped))
    other = model(next(iter(OutfitLoader(turned, batch_size=60))))
    torch.testing.assert_close(whole, other, rtol=1e-5, atol=1e-6)
    assert (whole[wardrobe.sizes == 1] == 0).all()
    assert len(whole.unique()) > 40


def test_hard_cases(wardrobe):
    model = SetTransformer(8, 8).eval()
    assert model(OutfitLoader(wardrobe).batcher(wardrobe.select([]))).shape == (0,)
    items = torch.tensor([3, 3, 5])
    outfits = type(wardrobe)(wardrobe.items, torch.tensor([0, 0, 3]), items)
    score = model(OutfitLoader(outfits).batcher(outfits))
    assert score[0] == 0
    assert score.isfinite().all()


def test_scores_under_bfloat16_are_not_rounded_to_it(wardrobe):
    model = SetTransformer(8, 8).eval()
    with torch.autocast("cpu", torch.bfloat16):
        assert model(next(iter(OutfitLoader(wardrobe)))).dtype == torch.float32


def test_gradients_are_right(wardrobe):
    torch.manual_seed(0)
    model = SetTransformer(8, 4, 1, 2, 3, dropout=0.0).double()
    batch = doubled(next(iter(OutfitLoader(wardrobe, batch_size=3, share_items=True))))
    names, values = zip(*model.named_parameters(), strict=True)

    def score(*parameters):
        return functional_call(model, dict(zip(names, parameters, strict=True)), (batch,))

    assert torch.autograd.gradcheck(score, tuple(v.detach().requires_grad_() for v in values))


def test_a_checkpoint_restores_the_scores(wardrobe, tmp_path):
    model = SetTransformer(8, 8).eval()
    model.save(tmp_path / "model")
    batch = next(iter(OutfitLoader(wardrobe)))
    again = OutfitModel.load(tmp_path / "model")
    assert isinstance(again, SetTransformer)
    torch.testing.assert_close(again(batch), model(batch), rtol=0, atol=0)


@pytest.mark.parametrize("name", ["objective", "paper_objective"])
def test_both_objectives_train(styled, name):
    torch.manual_seed(0)
    model = SetTransformer(8, 16)
    objective = getattr(model, name)()
    kind, num_negatives = {
        "objective": (CandidateSoftmaxLoss, 8),
        "paper_objective": (FocalLoss, 1),
    }[name]
    assert isinstance(objective, RankingObjective)
    assert isinstance(objective.loss, kind)
    assert objective.num_negatives == num_negatives
    recipe = Recipe(batch_size=8, learning_rate=1e-2)
    history = fit(
        model,
        styled,
        styled,
        objective=objective,
        recipe=recipe,
        max_epochs=4,
        progress=False,
        accelerator="cpu",
    )
    assert history["train/loss"].iloc[3] < history["train/loss"].iloc[0]
