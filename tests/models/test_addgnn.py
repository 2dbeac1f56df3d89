from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.func import functional_call
from torch_geometric.utils import scatter

from fashiongraph.data.category_graph import category_graph
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_batch import ItemInputs
from fashiongraph.loader.outfit_batcher import OutfitBatcher
from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models import ADDGNN


@pytest.fixture
def batch(wardrobe):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    return next(iter(OutfitLoader(wardrobe, graph, batch_size=60)))


def score_by_loop(model, batch, sigma):
    """Equations A1 and A4 to A8, item by item and attribute by attribute."""
    p = {name: value.detach().double().numpy() for name, value in model.named_parameters()}
    size = model.hidden_channels

    def sigmoid(value):
        return 1 / (1 + np.exp(-value))

    x = batch.x.double().numpy()
    if model.normalize:
        x = x / np.sqrt((x**2).mean(axis=1, keepdims=True))
    w_0, b_0 = p["encoder.lin.weight"], p["encoder.lin.bias"]
    h = {
        (i, k): sigma(w_0 @ sigma(p["encoder.mask.weight"][k] * x[i]) + b_0)
        for i in range(len(x))
        for k in range(model.num_attributes)
    }
    weight = {
        (int(i), int(j)): float(w)
        for j, i, w in zip(*batch.edge_index, batch.edge_weight, strict=True)
    }
    for _ in range(model.num_steps):
        new = {}
        for (i, k), own in h.items():
            a = sum((weight[i, j] * h[j, k] for j in range(len(x)) if (i, j) in weight), 0 * own)
            w_z, w_r, w_h = p["conv.weight_ih"].reshape(3, size, size)
            u_z, u_r, u_h = p["conv.weight_hh"].reshape(3, size, size)
            z = sigmoid(w_z @ a + u_z @ own)
            r = sigmoid(w_r @ a + u_r @ own)
            new[i, k] = (1 - z) * own + z * np.tanh(w_h @ a + u_h @ (r * own))
        h = new
    scores = []
    for start, end in zip(batch.ptr[:-1].tolist(), batch.ptr[1:].tolist(), strict=True):
        pairs = [(i, j) for i in range(start, end) for j in range(start, end) if i != j]
        total = sum(
            h[i, k] @ p["scorer.weight"][k] @ h[j, k]
            for i, j in pairs
            for k in range(model.num_attributes)
        )
        scores.append(total / max(len(pairs), 1))
    return np.array(scores)


@pytest.mark.parametrize("num_steps", [2, 0])
@pytest.mark.parametrize(("activation", "normalize"), [(None, True), ("sigmoid", False)])
def test_equals_the_equations(batch, activation, num_steps, normalize):
    torch.manual_seed(0)
    model = ADDGNN(8, 6, 3, num_steps, activation, normalize)
    assert repr(model).startswith(
        f"ADDGNN(\n  in_channels=8, hidden_channels=6, num_attributes=3, num_steps={num_steps}, "
        f"activation={activation}, normalize={normalize}"
    )
    sigma = (lambda v: 1 / (1 + np.exp(-v))) if activation else (lambda v: v)
    expected = score_by_loop(model, batch, sigma)
    score = model.double()(batch.apply(lambda t: t.double() if t.is_floating_point() else t))
    assert score.shape == (60,)
    np.testing.assert_allclose(score.detach().numpy(), expected, rtol=1e-5, atol=1e-7)


def test_the_published_configuration():
    assert ADDGNN.paper(2048).config == {
        "in_channels": 2048,
        "hidden_channels": 256,
        "num_attributes": 4,
        "num_steps": 2,
        "activation": "sigmoid",
        "normalize": False,
    }
    assert ADDGNN.paper(2048, num_steps=0).conv is None


def test_item_and_pair_scores_average_to_the_score(batch):
    torch.manual_seed(0)
    model = ADDGNN(8, 6, 3).eval()
    score = model(batch)
    items = scatter(model.item_scores(batch), batch.batch, dim_size=60, reduce="mean")
    torch.testing.assert_close(items, score)
    pairs = scatter(
        model.pair_scores(batch), batch.batch[batch.edge_index[0]], dim_size=60, reduce="mean"
    )
    torch.testing.assert_close(pairs, score)


@pytest.mark.parametrize("num_steps", [0, 1])
def test_the_completion_query_is_the_score_without_a_graph(wardrobe, num_steps):
    torch.manual_seed(0)
    model = ADDGNN(8, 6, 3, num_steps).double().eval()
    assert model.has_exact_query == (num_steps == 0)
    items = wardrobe.items.features.double()
    vectors = model.embed(model.encode_items(ItemInputs(items, wardrobe.items.category_id)))
    query, constant = model.completion_query(vectors[[3, 7]])
    completed = ADDGNN(8, 6, 3, num_steps=0).double()
    completed.load_state_dict(model.state_dict(), strict=False)
    for item in (0, 11):
        outfit = type(wardrobe)(wardrobe.items, torch.tensor([0, 3]), torch.tensor([3, 7, item]))
        batch = OutfitBatcher(wardrobe.items)(outfit)
        expected = completed(batch.apply(lambda t: t.double() if t.is_floating_point() else t))
        torch.testing.assert_close(vectors[item] @ query + constant, expected[0])


@pytest.mark.parametrize("hidden", [6, 64])  # too few to save anything, and enough
def test_shared_items_score_the_same_with_the_same_gradients(wardrobe, hidden):
    torch.manual_seed(0)
    model = ADDGNN(8, hidden, 3).double()
    wardrobe = wardrobe.select(wardrobe.sizes > 1)
    scores, grads = [], []
    for share in (False, True):
        batch = next(iter(OutfitLoader(wardrobe, batch_size=60, share_items=share)))
        score = model(batch.apply(lambda t: t.double() if t.is_floating_point() else t))
        scores.append(score)
        grads.append(torch.autograd.grad(score.sin().sum(), model.parameters()))
    torch.testing.assert_close(scores[0], scores[1])
    torch.testing.assert_close(grads[0], grads[1])


def test_the_order_of_items_and_the_batch_do_not_matter(wardrobe):
    torch.manual_seed(0)
    model = ADDGNN(8, 6, 3).eval()
    graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    whole = model(next(iter(OutfitLoader(wardrobe, graph, batch_size=60))))
    alone = torch.cat([model(b) for b in OutfitLoader(wardrobe, graph, batch_size=1)])
    torch.testing.assert_close(whole, alone)
    flipped = wardrobe.item_id.clone()
    for start, end in zip(wardrobe.ptr[:-1], wardrobe.ptr[1:], strict=True):
        flipped[start:end] = wardrobe.item_id[start:end].flip(0)
    turned = type(wardrobe)(wardrobe.items, wardrobe.ptr, flipped)
    torch.testing.assert_close(whole, model(next(iter(OutfitLoader(turned, graph, 60)))))
    assert (whole[wardrobe.sizes == 1] == 0).all()


def test_an_empty_batch_has_no_scores(wardrobe):
    model = ADDGNN(8, 6, 3)
    empty = OutfitLoader(wardrobe).batcher(wardrobe.select([]))
    assert model(empty).shape == (0,)


def test_needs_features(wardrobe):
    bare = wardrobe.with_items(wardrobe.items.with_features(None))
    with pytest.raises(FashionGraphError, match="needs features"):
        ADDGNN(8)(next(iter(OutfitLoader(bare))))


def test_gradients_are_right(wardrobe):
    torch.manual_seed(0)
    model = ADDGNN(8, 3, 2, 2).double()
    batch = next(iter(OutfitLoader(wardrobe, batch_size=3)))
    batch = batch.apply(lambda t: t.double() if t.is_floating_point() else t)
    names, values = zip(*model.named_parameters(), strict=True)

    def score(*parameters):
        return functional_call(model, dict(zip(names, parameters, strict=True)), (batch,))

    assert torch.autograd.gradcheck(score, tuple(v.detach().requires_grad_() for v in values))
