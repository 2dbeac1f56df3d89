from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.models.item_embedding import ItemEmbedding


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("normalize", [False, True])
def test_equals_the_equation(normalize, bias):
    torch.manual_seed(0)
    embedding = ItemEmbedding(8, 3, normalize, bias).double()
    features = torch.randn(5, 8, dtype=torch.double)
    weight = embedding.lin.weight.detach().numpy()
    offset = embedding.lin.bias.detach().numpy() if bias else 0.0
    for x, h in zip(features.numpy(), embedding(features).detach().numpy(), strict=True):
        scaled = x / np.sqrt(np.mean(x**2)) if normalize else x
        np.testing.assert_allclose(h, weight @ scaled + offset)
