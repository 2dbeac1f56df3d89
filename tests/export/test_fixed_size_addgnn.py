from __future__ import annotations

import pytest
import torch

from fashiongraph.data import category_graph
from fashiongraph.errors import FashionGraphError
from fashiongraph.export import FixedSizeADDGNN
from fashiongraph.models import ADDGNN


@pytest.mark.parametrize("num_outfits", [1, 7])
@pytest.mark.parametrize("n", range(2, 9))
def test_equals_the_model(model, asked, n, num_outfits):
    inputs, expected = asked(model, num_outfits, n)
    score = FixedSizeADDGNN(model, n)(**inputs)
    assert score.shape == (num_outfits,)
    torch.testing.assert_close(score, expected, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("use_graph", [True, False])
def test_equals_a_model_without_category_graph(asked, use_graph):
    model = ADDGNN(8, 6, 3, use_graph=use_graph)
    inputs, expected = asked(model, 7, 4)
    torch.testing.assert_close(FixedSizeADDGNN(model, 4)(**inputs), expected)


def test_equals_the_model_in_double_precision(graph, asked):
    model = ADDGNN.best(8).double()
    model.graph = graph
    inputs, expected = asked(model, 7, 5)
    assert expected.dtype == torch.double
    # Edge weights and lifts are single precision in the library's batches too.
    torch.testing.assert_close(FixedSizeADDGNN(model, 5)(**inputs), expected, rtol=1e-6, atol=1e-6)


def test_leaves_the_model_its_graph(graph):
    model = ADDGNN(8, 6, 3)
    model.graph = graph
    fixed = FixedSizeADDGNN(model, 3)
    assert model.graph is graph
    assert fixed.model.graph is None
    assert fixed.weights.shape == (7, 7)
    assert fixed.lifts is None


def test_its_example_names_the_inputs(model):
    example = FixedSizeADDGNN(model, 4).example()
    shapes = {name: tuple(value.shape) for name, value in example.items()}
    context = {"context": (2, 4, 8)} if model.use_context else {}
    pairs = {"together": (2, 4, 4), "chance": (2, 4, 4)} if model.use_pairs else {}
    assert shapes == {"features": (2, 4, 8), "category_id": (2, 4), **context, **pairs}


@pytest.mark.parametrize("use_pairs", [True, False])
def test_pairs_are_neither_left_out_nor_ignored(graph, asked, use_pairs):
    model, other = ADDGNN(8, 6, 3, use_pairs=use_pairs), ADDGNN(8, 6, 3, use_pairs=not use_pairs)
    model.graph = other.graph = graph
    inputs, _ = asked(other, 7, 4)
    with pytest.raises(FashionGraphError, match="'together' and 'chance' need to be there"):
        FixedSizeADDGNN(model, 4)(**inputs)


def test_refuses_what_it_cannot_hold():
    model = ADDGNN(8, 6, 3, use_lift=True)
    with pytest.raises(FashionGraphError, match="'model' needs a category graph"):
        FixedSizeADDGNN(model, 4)
    none = torch.empty(0, dtype=torch.long)
    model.graph = category_graph(none, none, 5000)
    with pytest.raises(FashionGraphError, match=r"at most 4,096 categories.*\(got 5,000\)"):
        FixedSizeADDGNN(model, 4)
    plain = ADDGNN(8, 6, 3, num_steps=0)  # reads no category
    plain.graph = model.graph
    assert FixedSizeADDGNN(plain, 4).weights is None
    with pytest.raises(FashionGraphError, match="'num_items'"):
        FixedSizeADDGNN(plain, 1)
