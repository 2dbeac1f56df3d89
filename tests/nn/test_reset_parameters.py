"""Every layer with parameters has `reset_parameters`, which PyG's containers call if it exists."""

from __future__ import annotations

import pytest
import torch

from fashiongraph import nn

MODULES = [
    nn.LayerProjection([4, 3], 5),
    nn.RaggedLSTM(4, 3),
    nn.SoftMinAggregation(2.0),
    nn.LearnedPMI(0.1),
    nn.CandidateSoftmaxLoss(),
    nn.PositionDependentLoss(4),
    nn.AttributeMask(4, 2),
    nn.MaskedLinear(4, 3, 2),
    nn.AttributeGatedConv(4),
    nn.NGNNConv(4, 3),
    nn.AttributeBilinearScorer(4, 2),
    nn.CategoryLinear(4, 3, 2),
    nn.AffineSimilarity(4),
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: type(module).__name__)
def test_reset_replaces_all_parameters(module):
    module.reset_parameters()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.fill_(1e6)
    module.reset_parameters()
    assert list(module.parameters())
    assert all(float(p.detach().abs().max()) < 100 for p in module.parameters())
