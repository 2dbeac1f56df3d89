"""Modules are compared with stored weights before memory is allocated."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import torch

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.models import CollocationNet, Ensemble, OutfitModel, Siamese
from fashiongraph.models.checkpoint import read_checkpoint, write_checkpoint
from fashiongraph.models.stored_weights import build_with_weights, check_weights

BUILD = """
import json, resource, sys
from fashiongraph.errors import DataError
from fashiongraph.models import OutfitModel

limit = 6 << 30  # bytes of addresses; torch itself takes three
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
try:
    OutfitModel.load(sys.argv[1])
except DataError as error:
    print(json.dumps(str(error)))
"""


def with_config(model, folder, change):
    """A checkpoint whose configuration was changed."""
    model.save(folder)
    card, tensors = read_checkpoint(folder)
    change(card)
    write_checkpoint(folder, card, tensors)
    return folder


def nest(card, depth):
    for _ in range(depth):
        inner = {"model": card["model"], "model_config": card["config"], "ensemble_size": 100}
        card |= {"model": "Ensemble", "config": inner}


HOSTILE = {
    "wide": (Siamese(8), lambda card: card["config"].update(in_channels=10**9)),
    "wider than numbers": (Siamese(8), lambda card: card["config"].update(in_channels=2**62)),
    "nested": (Siamese(8), lambda card: nest(card, 5)),
    "deeply nested": (Siamese(8), lambda card: nest(card, 300)),
    "many": (Ensemble.of(Siamese(8), 2), lambda card: card["config"].update(ensemble_size=10**9)),
    "many without weights": (
        Ensemble.of(CollocationNet(8, None), 2),
        lambda card: card["config"].update(ensemble_size=10**9),
    ),
}


@pytest.mark.parametrize(("model", "change"), HOSTILE.values(), ids=HOSTILE)
def test_a_configuration_cannot_take_more_memory_than_its_file(model, change, tmp_path):
    folder = with_config(model, tmp_path / "model", change)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BUILD, str(folder)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "model" in json.loads(done.stdout)


def test_missing_further_and_reshaped_weights_are_named():
    weights = torch.nn.Linear(2, 1).state_dict()
    cases = [
        ({"weight": weights["weight"]}, "lacks 'bias'"),
        ({**weights, "scale": torch.ones(1)}, "'scale'"),
        ({**weights, "weight": torch.ones(3, 1)}, r"\[1, 2\]"),
    ]
    for given, match in cases:
        with pytest.raises(FashionGraphError, match=match):
            build_with_weights(lambda: torch.nn.Linear(2, 1), given)


def test_narrow_weights_are_widened():
    weights = {k: v.to(torch.bfloat16) for k, v in torch.nn.Linear(2, 1).state_dict().items()}
    module = build_with_weights(lambda: torch.nn.Linear(2, 1), weights)
    assert module.weight.dtype == torch.float32
    assert torch.equal(module.weight, weights["weight"].float())


def test_a_constructor_that_reads_values_is_called_without_the_meta_device():
    class Reads(torch.nn.Linear):
        def __init__(self):
            super().__init__(int(torch.tensor(2.0).item()), 1)

    module = build_with_weights(Reads, torch.nn.Linear(2, 1).state_dict())
    assert module.weight.device.type == "cpu"


def test_buffers_may_hold_infinities_but_no_nan():
    module = torch.nn.Linear(2, 1)
    module.register_buffer("mask", torch.tensor([0.0, -torch.inf]))
    check_weights(module)
    module.mask[0] = torch.nan
    with pytest.raises(FashionGraphError, match="'mask'"):
        check_weights(module)
    module.mask[0] = 0.0
    with torch.no_grad():
        module.bias[0] = torch.inf
    with pytest.raises(FashionGraphError, match="'bias'"):
        check_weights(module)


def test_a_damaged_graph_is_refused(tmp_path, styled):
    from fashiongraph.data import category_graph

    model = Siamese(8)
    model.graph = category_graph(styled.category_id, styled.batch, styled.items.num_categories)
    model.save(tmp_path / "model")
    card, tensors = read_checkpoint(tmp_path / "model")
    tensors["graph"]["edge_index"] = tensors["graph"]["edge_index"] + 100
    write_checkpoint(tmp_path / "model", card, tensors)
    with pytest.raises(DataError, match="edge_index"):
        OutfitModel.load(tmp_path / "model")
