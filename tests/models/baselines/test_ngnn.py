from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.func import functional_call

from fashiongraph.data.category_graph import category_graph
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import score_outfits
from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models.baselines.ngnn import NGNN
from fashiongraph.nn.losses.bpr_loss import BPRLoss
from fashiongraph.objectives import default_objective, paper_objective
from fashiongraph.objectives.ngnn_objective import NGNNObjective
from fashiongraph.training import TrainingConfig, fit


@pytest.fixture
def graph(wardrobe):
    return category_graph(wardrobe.category_id, wardrobe.batch, 5)


def make(graph, **kwargs):
    torch.manual_seed(0)
    model = NGNN(8, 5, 4, **kwargs)
    model.graph = graph
    return model.eval()


def double(batch):
    return batch.apply(lambda t: t.double() if t.is_floating_point() else t)


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def share(outfits, c_i, c_j):
    """Of the outfits that hold c_j, how many hold c_i too (at least twice where both are one)."""
    held = [o.tolist() for o in outfits.category_id.split(outfits.sizes.tolist())]
    with_j = [o for o in held if c_j in o]
    both = [o for o in with_j if (o.count(c_i) > 1 if c_i == c_j else c_i in o)]
    return len(both) / len(with_j)


def score_by_loop(model, outfits):
    """Projections, messages, the gated unit and the score, item by item."""
    p = {name: value.detach().double().numpy() for name, value in model.named_parameters()}
    size = model.hidden_channels
    scores = []
    for rows in outfits.item_id.split(outfits.sizes.tolist()):
        x = outfits.items.features[rows].double().numpy()
        category = outfits.items.category_id[rows].tolist()
        if model.normalize:
            x = x / np.sqrt((x**2).mean(axis=1, keepdims=True))
        h = [np.tanh(f @ p["lin.weight"][c]) for f, c in zip(x, category, strict=True)]
        for _ in range(model.num_steps):
            new = []
            for i, c_i in enumerate(category):
                a = np.zeros(size)
                for j, c_j in enumerate(category):
                    if i == j:
                        continue
                    if model.edges == "co_occurrence":
                        weight = share(outfits, c_i, c_j)
                    else:
                        weight = 1 / (len(h) - 1) if model.edges == "mean" else 1.0
                    a += weight * (h[j] @ p["conv.send.weight"][c_j])
                a = a @ p["conv.receive.weight"][c_i]
                gates = p["conv.gates.weight"] @ np.concatenate([a, h[i]]) + p["conv.gates.bias"]
                z, r = sigmoid(gates).reshape(2, size)
                both = np.concatenate([a, r * h[i]])
                candidate = np.tanh(p["conv.candidate.weight"] @ both + p["conv.candidate.bias"])
                if model.mode == "reference_code":
                    new.append(z * h[i] + (1 - z) * candidate)
                else:
                    new.append((1 - z) * h[i] + z * candidate)
            h = new
        score = 0.0
        for state in h if len(h) > 1 else []:
            confidence, value = p["readout.weight"] @ state
            score += sigmoid(confidence) * max(value, 0.01 * value)
        scores.append(score)
    return torch.tensor(scores, dtype=torch.float64)


@pytest.mark.parametrize("share_items", [False, True])
@pytest.mark.parametrize(
    ("mode", "edges", "num_steps", "normalize"),
    [
        ("paper", None, 1, True),
        ("paper", "mean", 3, False),
        ("reference_code", None, 1, False),
        ("reference_code", "sum", 3, True),
    ],
)
def test_equals_the_equations(wardrobe, graph, mode, edges, num_steps, normalize, share_items):
    model = make(graph, num_steps=num_steps, mode=mode, edges=edges, normalize=normalize)
    expected = score_by_loop(model, wardrobe)
    batch = next(iter(OutfitLoader(wardrobe, graph, batch_size=60, share_items=share_items)))
    score = model.double()(double(batch))
    torch.testing.assert_close(score, expected, rtol=1e-5, atol=1e-6)


def test_modes_set_edges_and_the_published_loss():
    paper, code = (
        NGNN.paper(2048, num_categories=120),
        NGNN.reference_code(2048, num_categories=120),
    )
    assert paper.config == {
        "in_channels": 2048,
        "num_categories": 120,
        "hidden_channels": 12,
        "num_steps": 1,
        "mode": "paper",
        "edges": "co_occurrence",
        "normalize": False,
    }
    assert (code.mode, code.edges, code.normalize) == ("reference_code", "mean", False)
    assert isinstance(paper_objective(paper).loss, BPRLoss)
    assert isinstance(paper_objective(code), NGNNObjective)
    assert paper_objective(paper).num_negatives == paper_objective(code).num_negatives == 1
    assert default_objective(paper).num_negatives == 8


def test_the_order_of_items_and_the_batch_do_not_matter(wardrobe, graph):
    model = make(graph, num_steps=2)
    whole = model(next(iter(OutfitLoader(wardrobe, graph, batch_size=60))))
    alone = torch.cat([model(b) for b in OutfitLoader(wardrobe, graph, batch_size=1)])
    torch.testing.assert_close(whole, alone)
    flipped = [o.flip(0) for o in wardrobe.item_id.split(wardrobe.sizes.tolist())]
    turned = type(wardrobe)(wardrobe.items, wardrobe.ptr, torch.cat(flipped))
    torch.testing.assert_close(whole, model(next(iter(OutfitLoader(turned, graph, 60)))))
    assert (whole[wardrobe.sizes == 1] == 0).all()
    assert (whole[wardrobe.sizes > 1] != 0).all()


def test_an_empty_batch_has_no_scores(wardrobe, graph):
    batcher = OutfitLoader(wardrobe, graph).batcher
    assert make(graph)(batcher(wardrobe.select([]))).shape == (0,)


def test_gradients_are_right(wardrobe, graph):
    model = make(graph).double()
    batch = double(next(iter(OutfitLoader(wardrobe, graph, batch_size=3))))
    names, values = zip(*model.named_parameters(), strict=True)

    def score(*parameters):
        return functional_call(model, dict(zip(names, parameters, strict=True)), (batch,))

    assert torch.autograd.gradcheck(score, tuple(v.detach().requires_grad_() for v in values))


@pytest.mark.parametrize("edges", ["co_occurrence", "mean", "sum"])
def test_unknown_categories_are_scored(wardrobe, edges):
    few = wardrobe.with_items(wardrobe.items.with_vocabulary(["category0"], unknown="default"))
    known = few.category_id == 0
    model = NGNN(8, 1, 4, edges=edges)
    model.graph = category_graph(few.category_id[known], few.batch[known], 1)
    model.categories = ["category0"]
    score = score_outfits(model, wardrobe, unknown="default")
    assert score.isfinite().all()
    assert len(score.unique()) > 30


def test_a_checkpoint_restores_it(wardrobe, graph, tmp_path):
    model = make(graph, mode="reference_code", num_steps=2)
    model.save(tmp_path / "model")
    again = NGNN.load(tmp_path / "model")
    assert again.config == model.config
    torch.testing.assert_close(
        score_outfits(again, wardrobe), score_outfits(model, wardrobe), rtol=0, atol=0
    )


@pytest.mark.parametrize("mode", ["paper", "reference_code"])
@pytest.mark.parametrize("published", [False, True])
def test_both_modes_train(wardrobe, graph, mode, published):
    torch.manual_seed(0)
    model = NGNN(8, 5, 16, mode=mode)
    history = fit(
        model,
        wardrobe,
        wardrobe,
        graph=graph,
        objective=paper_objective(model) if published else None,
        config=TrainingConfig(batch_size=16, learning_rate=0.02, schedule="constant"),
        max_epochs=2,
        progress=False,
        accelerator="cpu",
    )
    assert history["train/loss"].iloc[1] < history["train/loss"].iloc[0]


def test_bad_arguments(wardrobe):
    with pytest.raises(FashionGraphError, match=r"'mode' needs .* \(got 'code'\)"):
        NGNN(8, 5, mode="code")
    with pytest.raises(FashionGraphError, match=r"'edges' needs .* \(got 'max'\)"):
        NGNN(8, 5, edges="max")
    with pytest.raises(FashionGraphError, match="need a category graph"):
        NGNN(8, 5)(next(iter(OutfitLoader(wardrobe))))
