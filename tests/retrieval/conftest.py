"""A catalogue with a category graph, and models over it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
import torch

from fashiongraph.data import Outfits, add_item_cooccurrence, category_graph
from fashiongraph.models import ADDGNN

OPTIONS = ("unit_states", "use_lift", "use_context", "soft_minimum")
# Pairs where an odd number of the others is chosen: so each two options meet in all four ways.
CHOICES = [
    {name: True for name, chosen in zip(OPTIONS, choice, strict=True) if chosen}
    | ({"use_pairs": True} if sum(choice) % 2 else {})
    for choice in product((False, True), repeat=len(OPTIONS))
]


@pytest.fixture(params=CHOICES, ids=lambda choice: "-".join(choice) or "plain")
def choice(request: pytest.FixtureRequest) -> dict[str, object]:
    """Combinations of the options that change what a score is made of."""
    # A context is hidden in training only, so that no answer may depend on this.
    return {**request.param, "context_dropout": 0.5}


@pytest.fixture
def make_model(wardrobe: Outfits) -> Callable[..., ADDGNN]:
    """A function that makes a model of the wardrobe's categories, with the given settings."""

    def make(**settings: object) -> ADDGNN:
        torch.manual_seed(0)
        model = ADDGNN(8, **{"hidden_channels": 6, "num_attributes": 3, **settings})
        torch.nn.init.normal_(model.scorer.weight)  # not near symmetric, as it starts
        model.graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
        if model.use_context or model.use_pairs:
            model.graph = add_item_cooccurrence(model.graph, wardrobe)
        model.categories = wardrobe.items.categories
        return model.eval()

    return make
