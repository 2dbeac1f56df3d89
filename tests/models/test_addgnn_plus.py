"""ADD-GNN+ and its components, against loops."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from torch_geometric.utils import scatter

from fashiongraph.data import add_item_cooccurrence, category_graph
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader import OutfitLoader
from fashiongraph.loader.outfit_batch import ItemInputs
from fashiongraph.models import (
    ADDGNN,
    ADDGNNPlus,
    CategoryPMI,
    CooccurrenceContext,
    ItemPMI,
    OutfitModel,
)

BARE = {"context": None, "priors": [], "norm": None, "pool": None}


@pytest.fixture
def graph(wardrobe):
    graph = category_graph(wardrobe.category_id, wardrobe.batch, len(wardrobe.items.categories))
    return add_item_cooccurrence(graph, wardrobe)


@pytest.fixture
def batch(wardrobe, graph):
    return next(iter(OutfitLoader(wardrobe, graph, share_items=True)))


def built(graph, *arguments, **components):
    torch.manual_seed(0)
    model = ADDGNNPlus(*arguments, **{**BARE, **components})
    model.graph = graph
    return model


def test_without_components_it_is_addgnn(batch, graph):
    model = built(graph, 8, 6, 3)
    plain = ADDGNN(8, 6, 3, num_steps=1)
    plain.load_state_dict(model.state_dict())
    torch.testing.assert_close(model(batch), plain(batch))
    assert model.batch_inputs == frozenset()


def test_the_default_has_all_components():
    model = ADDGNNPlus(8)
    assert repr(model).startswith("ADDGNNPlus(")
    assert (model.hidden_channels, model.num_steps) == (64, 1)
    assert isinstance(model.context, CooccurrenceContext)
    assert [type(prior) for prior in model.priors] == [CategoryPMI, ItemPMI]
    assert model.norm is not None and model.pool is not None
    assert model.batch_inputs == {"unique_context", "edge_cooccurrence"}
    with pytest.raises(FashionGraphError, match="ADDGNN.paper"):
        ADDGNNPlus.paper(8)


@pytest.mark.parametrize("activation", [None, "sigmoid"])
def test_a_context_is_masked_and_projected(activation):
    torch.manual_seed(0)
    model = ADDGNNPlus(8, 6, 3, activation=activation).double()
    x, context = torch.randn(2, 5, 8, dtype=torch.double)
    context[2] = 0  # without co-occurrence in training
    state = model.encode_items(ItemInputs(x, torch.zeros(5, dtype=torch.long), context))["state"]

    def act(value):
        return value if activation is None else 1 / (1 + np.exp(-value))

    weights = {n: p.detach().numpy() for n, p in model.named_parameters()}
    for i, k in np.ndindex(5, 3):
        total = weights["encoder.lin.bias"].copy()
        for f, name in ((x[i].numpy(), "encoder"), (context[i].numpy(), "context.encoder")):
            f = f / np.sqrt(np.mean(f**2) + np.finfo(float).eps)
            total += weights[f"{name}.lin.weight"] @ act(weights[f"{name}.mask.weight"][k] * f)
        np.testing.assert_allclose(state[i, k].detach(), act(total), rtol=1e-10)


def test_the_context_gets_a_gradient(batch, graph):
    model = built(graph, 8, 6, 3, context="default")
    model(batch).sum().backward()
    assert model.context.encoder.lin.weight.grad.abs().sum() > 0


@pytest.mark.parametrize(
    ("components", "name"),
    [
        ({"context": "default"}, "'unique_context'"),
        ({"priors": [ItemPMI()]}, "'edge_cooccurrence'"),
    ],
)
def test_a_missing_batch_field_is_named(wardrobe, graph, components, name):
    model = built(graph, 8, 6, 3, **components)
    plain = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    with pytest.raises(FashionGraphError, match=name):
        model(next(iter(OutfitLoader(wardrobe, plain, share_items=True))))


def test_a_missing_graph_is_named(batch):
    with pytest.raises(FashionGraphError, match="CategoryPMI needs a category graph"):
        built(None, 8, 6, 3, priors=[CategoryPMI()])(batch)


def test_pooled_scores_and_candidate_scores(batch, graph):
    model = built(graph, 8, 6, 3, priors=[CategoryPMI()], pool="default")
    model.pool.log_sharpness.data.fill_(0.7)
    mean = built(graph, 8, 6, 3, priors=[CategoryPMI()])
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


def test_priors_equal_loops_over_pairs(batch, graph):
    category, item = CategoryPMI(), ItemPMI()
    with torch.no_grad():
        category.weight.fill_(1.7)
        item.pmi.weight.copy_(torch.tensor([1.5, 0.4]))
        item.pmi.log_smoothing.fill_(np.log(0.2))
    model = built(graph, 8, 6, 3, priors=[category, item])
    plain = built(graph, 8, 6, 3)
    plain.load_state_dict(model.state_dict(), strict=False)
    count, total = graph.count.double().numpy(), graph.num_outfits
    observed = {
        (int(i), int(j)): float(n)
        for (j, i), n in zip(graph.edge_index.t(), graph.edge_count, strict=True)
    }
    kind, size = batch.category_id.tolist(), batch.ptr.diff()[batch.batch].tolist()
    items = plain.item_scores(batch).detach().double().numpy()
    pairs = plain.pair_scores(batch).detach().double().numpy()
    for edge, (j, i) in enumerate(batch.edge_index.t().tolist()):
        c, d = kind[i], kind[j]
        expected = count[c] * count[d] / total
        pmi = np.log((observed.get((c, d), 0.0) + graph.smoothing) / (expected + graph.smoothing))
        n, e = float(batch.edge_cooccurrence[edge]), float(batch.edge_expected[edge])
        prior = 1.7 * pmi + 1.5 * np.log(1 + n / 0.2) - 0.4 * np.log(1 + e / 0.2)
        items[i] += prior / (size[i] - 1)
        pairs[edge] += prior
    np.testing.assert_allclose(model.item_scores(batch).detach(), items, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.pair_scores(batch).detach(), pairs, rtol=1e-4, atol=1e-5)
    by_outfit = scatter(torch.from_numpy(items), batch.batch, reduce="mean").float()
    torch.testing.assert_close(model(batch).detach(), by_outfit, rtol=1e-4, atol=1e-5)


def test_self_loops_add_no_prior(wardrobe, batch, graph):
    loops = OutfitLoader(wardrobe, graph, share_items=True, self_loops=True)
    with_loops = next(iter(loops))
    assert with_loops.num_edges > batch.num_edges
    model = built(graph, 8, 6, 3, num_steps=0, priors=[CategoryPMI(), ItemPMI()])
    torch.testing.assert_close(model(with_loops), model(batch))


@pytest.mark.parametrize("num_steps", [0, 1])
def test_normalised_states_make_scores_cosines(wardrobe, graph, num_steps):
    batch = next(iter(OutfitLoader(wardrobe, batch_size=4, share_items=True)))
    model = built(graph, 8, 6, 3, num_steps=num_steps, norm="default")
    plain = ADDGNN(8, 6, 3, num_steps=num_steps)
    plain.load_state_dict(model.state_dict())
    weight, state = model.scorer.weight.detach().numpy(), plain.node_states(batch).detach().numpy()
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


def test_context_dropout_acts_in_training_alone(batch, graph):
    context = CooccurrenceContext(8, 6, 3, dropout=1.0)
    model = built(graph, 8, 6, 3, num_steps=0, context=context)
    dropped = model(batch)
    assert not torch.equal(dropped, model.eval()(batch))
    batch.unique_context = torch.zeros_like(batch.unique_context)
    torch.testing.assert_close(dropped, model(batch))
    with pytest.raises(FashionGraphError, match=r"'dropout'.*1\.5"):
        CooccurrenceContext(8, 6, 3, dropout=1.5)


@pytest.mark.parametrize(
    "components",
    [
        {},
        {"context": None, "priors": [ItemPMI(smoothing=0.5)]},
        {"norm": None, "pool": None, "priors": []},
        {"context": CooccurrenceContext(8, 6, 3, dropout=0.25)},
    ],
)
def test_a_checkpoint_keeps_the_components(batch, graph, tmp_path, components):
    torch.manual_seed(0)
    model = ADDGNNPlus(8, 6, 3, **components).eval()
    model.graph = graph
    model.save(tmp_path / "model")
    again = OutfitModel.load(tmp_path / "model")
    assert again.config == model.config
    torch.testing.assert_close(again(batch), model(batch), rtol=0, atol=0)


def test_a_component_of_another_kind(graph, batch, tmp_path):
    model = built(graph, 8, 6, 3, norm=torch.nn.LayerNorm(6))
    assert model(batch).isfinite().all()
    with pytest.raises(FashionGraphError, match="LayerNorm"):
        model.save(tmp_path / "model")
    with pytest.raises(FashionGraphError, match="'pool'.*'nothing'"):
        ADDGNNPlus(8, pool="nothing")
