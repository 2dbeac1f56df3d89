"""What the library adds to the paper's model, option by option."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from torch_geometric.utils import scatter

from fashiongraph.data.category_graph import category_graph
from fashiongraph.data.cooccurrence import add_item_cooccurrence
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models import ADDGNN
from fashiongraph.models.heuristics import CategoryCooccurrence


@pytest.mark.parametrize("activation", [None, "sigmoid"])
def test_a_context_is_masked_and_projected_like_features(activation):
    torch.manual_seed(0)
    model = ADDGNN(8, 6, 3, activation=activation, use_context=True).double()
    x, context = torch.randn(2, 5, 8, dtype=torch.double)
    context[2] = 0  # never seen in training
    state = model.encode(x, context)

    def act(value):
        return value if activation is None else 1 / (1 + np.exp(-value))

    parts = {n: p.detach().numpy() for n, p in model.named_parameters()}
    for i, k in np.ndindex(5, 3):
        total = parts["encoder.lin.bias"].copy()
        for f, name in ((x[i].numpy(), "encoder"), (context[i].numpy(), "context_encoder")):
            f = f / np.sqrt(np.mean(f**2) + np.finfo(float).eps)
            total += parts[f"{name}.lin.weight"] @ act(parts[f"{name}.mask.weight"][k] * f)
        np.testing.assert_allclose(state[i, k].detach(), act(total), rtol=1e-10)


def test_a_model_with_context_needs_one_and_scores_with_it(wardrobe):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, len(wardrobe.items.categories))
    model = ADDGNN(8, 6, 3, use_context=True)
    batch = next(iter(OutfitLoader(wardrobe, graph, share_items=True)))
    with pytest.raises(FashionGraphError, match="'batch' needs what items were worn with"):
        model(batch)
    batch = next(iter(OutfitLoader(wardrobe, add_item_cooccurrence(graph, wardrobe), share_items=True)))
    model(batch).sum().backward()
    assert model.context_encoder.lin.weight.grad.abs().sum() > 0
    with pytest.raises(FashionGraphError, match="if and only if 'use_context'"):
        model.encode(batch.unique_x)
    with pytest.raises(FashionGraphError, match="if and only if 'use_context'"):
        ADDGNN(8, 6, 3).encode(batch.unique_x, batch.unique_x)


def test_a_soft_minimum_over_items_scores_outfits_and_eq_a8_candidates(wardrobe):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, len(wardrobe.items.categories))
    batch = next(iter(OutfitLoader(wardrobe, graph)))
    model = ADDGNN(8, 6, 3, use_lift=True, soft_minimum=True)
    model.pool.log_sharpness.data.fill_(0.7)
    model.graph = graph
    mean = ADDGNN(8, 6, 3, use_lift=True)
    mean.graph = graph
    mean.load_state_dict(model.state_dict(), strict=False)
    items, score = model.item_scores(batch).detach(), model(batch)
    sharpness = np.exp(0.7)
    for outfit, (first, last) in enumerate(pairwise(batch.ptr.tolist())):
        power = [np.exp(-sharpness * float(f)) for f in items[first:last]]
        expected = -np.log(np.mean(power)) / sharpness
        assert float(score[outfit].detach()) == pytest.approx(expected, rel=1e-4, abs=1e-5)
    same = scatter(items, batch.batch, reduce="mean")
    torch.testing.assert_close(mean(batch), same, rtol=1e-4, atol=1e-5)
    position = torch.zeros(batch.num_graphs // 2, dtype=torch.long)
    candidates = model.score_candidates(batch, position, 2)
    torch.testing.assert_close(candidates, mean(batch).view(-1, 2))
    score.sum().backward()
    assert model.pool.log_sharpness.grad.abs() > 0


def test_lift_adds_what_the_category_control_says(wardrobe):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, len(wardrobe.items.categories))
    batch = next(iter(OutfitLoader(wardrobe, graph, share_items=True)))
    torch.manual_seed(0)
    plain = ADDGNN(8, 6, 3)
    model = ADDGNN(8, 6, 3, use_lift=True)
    model.load_state_dict(plain.state_dict(), strict=False)
    with pytest.raises(FashionGraphError, match="'use_lift' needs a category graph"):
        model(batch)
    model.graph = graph
    control = CategoryCooccurrence(graph)(batch)
    torch.testing.assert_close(model(batch), plain(batch) + model.counted.lift * control)


@pytest.mark.parametrize("soft_minimum", [True, False])
def test_pairs_that_were_worn_together_score_higher(wardrobe, soft_minimum):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, len(wardrobe.items.categories))
    torch.manual_seed(0)
    plain = ADDGNN(8, 6, 3, soft_minimum=soft_minimum)
    model = ADDGNN(8, 6, 3, soft_minimum=soft_minimum, use_pairs=True)
    model.load_state_dict(plain.state_dict(), strict=False)
    with pytest.raises(FashionGraphError, match="'batch' needs how often items were worn together"):
        model(next(iter(OutfitLoader(wardrobe, graph, share_items=True))))
    batch = next(iter(OutfitLoader(wardrobe, add_item_cooccurrence(graph, wardrobe), share_items=True)))
    assert batch.edge_cooccurrence.max() > 1
    pairs = model.counted.pairs(batch.edge_cooccurrence, batch.edge_expected).detach().numpy()
    added, outfit = np.zeros(batch.num_graphs), batch.batch.numpy()
    for i, part in zip(batch.edge_index[1].tolist(), pairs, strict=True):
        size = (outfit == outfit[i]).sum()
        added[outfit[i]] += part / size / (size - 1)
    np.testing.assert_allclose(model.counted.pair_part(batch).detach(), added, rtol=1e-4, atol=1e-5)
    expected = plain.mean_score(batch) + torch.from_numpy(added).float()
    torch.testing.assert_close(model.mean_score(batch), expected, rtol=1e-4, atol=1e-5)
    items = scatter(model.item_scores(batch), batch.batch, reduce="mean")
    torch.testing.assert_close(items, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("use_graph", [True, False])
def test_unit_states_make_scores_cosines(wardrobe, use_graph):
    batch = next(iter(OutfitLoader(wardrobe, batch_size=4, share_items=True)))
    torch.manual_seed(0)
    model = ADDGNN(8, 6, 3, use_graph=use_graph, unit_states=True)
    plain = ADDGNN(8, 6, 3, use_graph=use_graph)
    plain.load_state_dict(model.state_dict())
    weight, state = model.scorer.weight.detach().numpy(), plain.states(batch).detach().numpy()
    expected = []
    for first, last in zip(batch.ptr[:-1], batch.ptr[1:], strict=True):
        pairs = [
            sum(
                h / np.linalg.norm(h) @ w @ g / np.linalg.norm(g)
                for h, w, g in zip(state[i], weight, state[j], strict=True)
            )
            for i in range(first, last)
            for j in range(first, last)
            if i != j
        ]
        expected.append(np.mean(pairs) if pairs else 0.0)
    np.testing.assert_allclose(model(batch).detach(), expected, rtol=1e-4, atol=1e-5)


def test_hidden_contexts_are_hidden_in_training_alone(wardrobe):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, len(wardrobe.items.categories))
    graph = add_item_cooccurrence(graph, wardrobe)
    batch = next(iter(OutfitLoader(wardrobe, graph, share_items=True)))
    model = ADDGNN(8, 6, 3, use_graph=False, use_context=True, context_dropout=1.0)
    hidden = model(batch)
    assert not torch.equal(hidden, model.eval()(batch))
    batch.unique_context = torch.zeros_like(batch.unique_context)
    torch.testing.assert_close(hidden, model(batch))


def test_the_preset_takes_other_settings():
    assert ADDGNN.best(8).use_context
    assert not ADDGNN.best(8, use_context=False).use_context


def test_refuses_a_share_of_contexts_that_is_none():
    with pytest.raises(FashionGraphError, match=r"'context_dropout' needs to lie in \[0, 1\]"):
        ADDGNN(8, use_context=True, context_dropout=1.5)
