from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models.baselines import SetTransformer


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
    assert SetTransformer.paper(512).config == {
        "in_channels": 512,
        "hidden_channels": 128,
        "num_layers": 6,
        "num_heads": 16,
        "feedforward_channels": 2024,
        "dropout": 0.1,
        "norm_first": False,
        "normalize": False,
    }
