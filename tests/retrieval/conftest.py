"""A catalogue with a category graph, and models over it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from fashiongraph.data import Outfits, category_graph
from fashiongraph.models import ADDGNN


@pytest.fixture
def make_model(wardrobe: Outfits) -> Callable[..., ADDGNN]:
    """A function that makes a model of the wardrobe's categories, with the given settings."""

    def make(**settings: object) -> ADDGNN:
        torch.manual_seed(0)
        model = ADDGNN(8, **{"hidden_channels": 6, "num_attributes": 3, **settings})
        torch.nn.init.normal_(model.scorer.weight)  # not near symmetric, as it starts
        model.graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
        model.categories = wardrobe.items.categories
        return model.eval()

    return make
