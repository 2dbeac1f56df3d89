from __future__ import annotations

import pytest
import torch

from fashiongraph.data import category_graph
from fashiongraph.errors import FashionGraphError
from fashiongraph.export import FixedSizeModel, FixedSizeScorer
from fashiongraph.models import ADDGNN, ADDGNNPlus, OutfitModel
from fashiongraph.nn import AttributeBilinearScorer


@pytest.mark.parametrize("num_outfits", [1, 7])
@pytest.mark.parametrize("n", [2, 3, 5, 8])
def test_equals_the_model(model, asked, n, num_outfits):
    inputs, expected = asked(model, num_outfits, n)
    score = FixedSizeModel(model.eval(), n)(**inputs)
    assert score.shape == (num_outfits,)
    torch.testing.assert_close(score, expected, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("num_steps", [1, 0])
def test_equals_a_model_without_category_graph(asked, num_steps):
    model = ADDGNN(8, 6, 3, num_steps=num_steps)
    inputs, expected = asked(model, 7, 4)
    torch.testing.assert_close(FixedSizeModel(model, 4)(**inputs), expected)


def test_equals_the_model_in_double_precision(graph, asked):
    model = ADDGNNPlus(8).double()
    model.graph = graph
    inputs, expected = asked(model, 7, 5)
    assert expected.dtype == torch.double
    # Edge weights and PMI are single precision in the library's batches too.
    torch.testing.assert_close(FixedSizeModel(model, 5)(**inputs), expected, rtol=1e-6, atol=1e-6)


def test_the_model_keeps_its_graph(graph):
    model = ADDGNN(8, 6, 3)
    model.graph = graph
    fixed = FixedSizeModel(model, 3)
    assert model.graph is graph
    assert fixed.model.graph.weight_table.shape == (7, 7)
    assert not any("item" in name for name in fixed.model.graph.to_dict())


def test_the_example_has_the_inputs_that_the_model_reads(model):
    example = FixedSizeModel(model, 4).example()
    shapes = {name: tuple(value.shape) for name, value in example.items()}
    expected = {"features": (2, 4, 8), "category_id": (2, 4)}
    if "unique_context" in model.batch_inputs:
        expected["context"] = (2, 4, 8)
    if "edge_cooccurrence" in model.batch_inputs:
        expected |= {"cooccurrence": (2, 4, 4), "expected": (2, 4, 4)}
    assert shapes == expected


def test_missing_inputs_are_named(graph):
    model = ADDGNNPlus(8)
    model.graph = graph
    fixed = FixedSizeModel(model, 4)
    inputs = fixed.example()
    for name, field in (("context", "unique_context"), ("cooccurrence", "edge_cooccurrence")):
        with pytest.raises(FashionGraphError, match=field):
            fixed(**{key: value for key, value in inputs.items() if key != name})


def test_invalid_sizes_are_refused():
    model = ADDGNN(8, 6, 3)
    none = torch.empty(0, dtype=torch.long)
    model.graph = category_graph(none, none, 5000)
    with pytest.raises(FashionGraphError, match="4,096 categories.*5,000"):
        FixedSizeModel(model, 4)
    with pytest.raises(FashionGraphError, match="'num_items'.*1"):
        FixedSizeModel(ADDGNN(8), 1)

    class Unsized(OutfitModel):
        pass

    with pytest.raises(FashionGraphError, match="'in_channels' of Unsized"):
        FixedSizeModel(Unsized(), 2).example()
    del OutfitModel.registry["Unsized"]


@pytest.mark.parametrize("num_outfits", [0, 1, 7])
@pytest.mark.parametrize("n", [2, 5, 8])
def test_equals_the_scorer(n, num_outfits):
    scorer = AttributeBilinearScorer(5, 3).double()
    states = torch.randn(num_outfits, n, 3, 5, dtype=torch.double)
    batch = torch.arange(num_outfits).repeat_interleave(n)
    expected = scorer(states.flatten(0, 1), batch, num_outfits)
    fixed = FixedSizeScorer(scorer, n)
    torch.testing.assert_close(fixed(states), expected)
    assert {name: tuple(value.shape) for name, value in fixed.example().items()} == {
        "states": (2, n, 3, 5)
    }
    with pytest.raises(FashionGraphError, match="'num_items'.*1"):
        FixedSizeScorer(scorer, 1)
