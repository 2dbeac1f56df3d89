from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.export import fixed_size_program
from fashiongraph.models import ADDGNN, ADDGNNPlus, OutfitModel
from fashiongraph.models.baselines import NGNN, BiLSTM, SetTransformer, TypeAware
from fashiongraph.nn import AttributeBilinearScorer

RUN = """
import sys, torch
score = torch.export.load(sys.argv[1]).module()(**torch.load(sys.argv[2], weights_only=True))
assert not any(name.startswith(("fashiongraph", "torch_geometric")) for name in sys.modules)
torch.save(score, sys.argv[2])
"""


def test_equals_the_model(model, asked, tmp_path):
    torch.export.save(fixed_size_program(model, 5), tmp_path / "model.pt2")
    program = torch.export.load(tmp_path / "model.pt2").module()
    for num_outfits in (1, 7, 300):
        inputs, expected = asked(model, num_outfits, 5)
        torch.testing.assert_close(program(**inputs), expected, rtol=1e-5, atol=3e-6)


@pytest.mark.parametrize("n", [2, 8])
def test_exports_the_scorer_alone(n):
    scorer = AttributeBilinearScorer(5, 3)
    program = fixed_size_program(scorer, n).module()
    states = torch.randn(7, n, 3, 5)
    expected = scorer(states.flatten(0, 1), torch.arange(7).repeat_interleave(n))
    torch.testing.assert_close(program(states=states), expected)
    assert program(states=states[:1]).shape == (1,)


@pytest.mark.slow  # another process
def test_runs_without_this_library(graph, asked, tmp_path):
    model = ADDGNNPlus(8)
    model.graph = graph
    inputs, expected = asked(model, 7, 4)
    program, file = tmp_path / "model.pt2", tmp_path / "tensors.pt"
    torch.export.save(fixed_size_program(model, 4), program)
    torch.save(inputs, file)
    subprocess.run([sys.executable, "-c", RUN, program, file], check=True, cwd=tmp_path)
    score = torch.load(file, weights_only=True)
    torch.testing.assert_close(score, expected, rtol=1e-5, atol=3e-6)


def test_a_program_copies_the_weights(asked):
    model = ADDGNN(8, 6, 3)
    inputs, expected = asked(model, 7, 4)
    exported = fixed_size_program(model, 4)
    assert model.training
    assert all(parameter.requires_grad for parameter in model.parameters())
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    torch.testing.assert_close(exported.module()(**inputs), expected)


def test_the_registry_of_models_is_unchanged():
    before = dict(OutfitModel.registry)
    fixed_size_program(ADDGNN(8, 6, 3), 4)
    assert OutfitModel.registry == before


@pytest.mark.parametrize(
    "model",
    [NGNN(8, 5), TypeAware(8, 5), SetTransformer(8), BiLSTM(8)],
    ids=lambda m: type(m).__name__,
)
def test_an_untraceable_model_is_named(graph, model):
    model.graph = graph
    with pytest.raises(FashionGraphError, match=f"'model'.*{type(model).__name__}"):
        fixed_size_program(model, 4)
