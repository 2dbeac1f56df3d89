"""Models over a catalogue with a category graph."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch

from fashiongraph.data import Outfits, add_item_cooccurrence, category_graph
from fashiongraph.models import ADDGNNPlus, CategoryPMI, CooccurrenceContext, ItemPMI
from fashiongraph.retrieval import Catalogue, LocalCatalogue, MilvusCatalogue

COMPONENTS: dict[str, Callable[[], dict[str, Any]]] = {
    "norm": lambda: {"norm": "default"},
    "context": lambda: {"context": CooccurrenceContext(8, 6, 3, dropout=0.5)},
    "pool": lambda: {"pool": "default"},
    "priors": lambda: {"priors": [CategoryPMI(), ItemPMI()]},
}
CHOICES = [
    [name for name, chosen in zip(COMPONENTS, choice, strict=True) if chosen]
    for choice in product((False, True), repeat=len(COMPONENTS))
]


@pytest.fixture(params=CHOICES, ids=lambda choice: "-".join(choice) or "plain")
def components(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each combination of the components of ADD-GNN+."""
    return {key: value for name in request.param for key, value in COMPONENTS[name]().items()}


@pytest.fixture
def make_model(wardrobe: Outfits) -> Callable[..., ADDGNNPlus]:
    """A function that makes an ADD-GNN+ of the outfits' categories, by default bare."""

    def make(**config: Any) -> ADDGNNPlus:
        torch.manual_seed(0)
        bare = {"context": None, "priors": [], "norm": None, "pool": None}
        sizes = {"hidden_channels": 6, "num_attributes": 3}
        model = ADDGNNPlus(8, **{**sizes, **bare, **config})
        torch.nn.init.normal_(model.scorer.weight)  # far from symmetric
        graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
        model.graph = add_item_cooccurrence(graph, wardrobe)
        model.categories = wardrobe.items.categories
        return model.eval()

    return make


@pytest.fixture(params=["local", "milvus"])
def build(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., tuple[Catalogue, str]]:
    """A function that stores a catalogue, and its place."""
    if request.param == "milvus":
        pytest.importorskip("milvus_lite", reason="the optional extra 'milvus' is not installed")
    place = str(tmp_path / ("shop.db" if request.param == "milvus" else "shop"))
    build = {"local": LocalCatalogue.build, "milvus": MilvusCatalogue.build}[request.param]
    return lambda model, items: (build(model, items, place), place)
