"""Outfits of one size with unknown categories, models to export, and their scores."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
import torch
from torch import Tensor
from torch_geometric.data import Data

from fashiongraph.data import (
    ItemTable,
    Outfits,
    add_item_cooccurrence,
    category_graph,
    group_categories,
)
from fashiongraph.loader import OutfitBatcher
from fashiongraph.models import (
    ADDGNN,
    ADDGNNPlus,
    CategoryPMI,
    CollocationNet,
    Ensemble,
    ItemPMI,
    OutfitModel,
    Siamese,
)

MODELS: dict[str, Callable[[], OutfitModel]] = {
    "default": lambda: ADDGNN(8, 6, 3),
    "paper": lambda: ADDGNN.paper(8),
    "without messages": lambda: ADDGNN(8, 6, 3, num_steps=0),
    "one step, relu": lambda: ADDGNN(8, 6, 3, num_steps=1, activation="relu"),
    "context": lambda: ADDGNNPlus(8, 6, 3, priors=[], norm=None, pool=None),
    "category PMI": lambda: ADDGNNPlus(8, 6, 3, 0, context=None, priors=[CategoryPMI()]),
    "item PMI": lambda: ADDGNNPlus(8, 6, 3, context=None, priors=[ItemPMI()]),
    "ADD-GNN+": lambda: ADDGNNPlus(8),
    "siamese": lambda: Siamese(8, 6),
    "collocation": lambda: CollocationNet(8, 6),
    "ensemble": lambda: Ensemble.of(ADDGNNPlus(8, 6, 3), 2),
}


@pytest.fixture(scope="session")
def items() -> ItemTable:
    """Items of seven categories: the last is unknown, and the one before in no training outfit."""
    names = [f"category{i % 7}" for i in range(42)]
    return ItemTable.from_lists(
        [f"item{i}" for i in range(42)],
        names,
        torch.randn(42, 8, generator=torch.Generator().manual_seed(0)),
        pd.DataFrame({"part": ["upper" if name < "category3" else "lower" for name in names]}),
        vocabulary=[f"category{i}" for i in range(6)],
    )


@pytest.fixture(scope="session")
def graph(items: ItemTable) -> Data:
    """A category graph with groups and item co-occurrence."""
    seen = torch.arange(42)[torch.arange(42) % 7 < 5]
    drawn = seen[torch.randint(len(seen), (100,), generator=torch.Generator().manual_seed(1))]
    train = Outfits(items, torch.arange(26) * 4, drawn)
    graph = category_graph(train.category_id, train.batch, items.num_categories)
    return add_item_cooccurrence(group_categories(graph, items, "part"), train)


@pytest.fixture(params=MODELS)
def model(request: pytest.FixtureRequest, graph: Data) -> OutfitModel:
    """Each model, with random weights and the graph, in training mode."""
    torch.manual_seed(0)
    model = MODELS[request.param]()
    model.graph = graph
    model.categories = [f"catégorie {i}" for i in range(6)]
    return model


@pytest.fixture
def asked(items: ItemTable) -> Callable[[OutfitModel, int, int], tuple[dict[str, Tensor], Tensor]]:
    """A function that draws B outfits of n items; it gives the plain inputs and the scores."""

    @torch.no_grad()
    def draw(model: OutfitModel, num_outfits: int, n: int) -> tuple[dict[str, Tensor], Tensor]:
        rng = torch.Generator().manual_seed(n)
        item_id = torch.randint(42, (num_outfits, n), generator=rng)
        item_id[:2, -1] = torch.tensor([6, 5])[:num_outfits]  # unknown, never seen
        item_id[:, 0] = (item_id[:, -1] + 7) % 42  # the same category twice
        outfits = Outfits(items, torch.arange(num_outfits + 1) * n, item_id.flatten())
        batch = OutfitBatcher(items, model.graph, share_items=True)(outfits)
        blocks = (num_outfits, n)
        inputs = {
            "features": batch.unique_x[batch.unique_index].unflatten(0, blocks),
            "category_id": batch.category_id.view(blocks),
        }
        if "unique_context" in model.batch_inputs:
            context = batch.unique_context[batch.unique_index].unflatten(0, blocks)
            inputs["context"] = context
        if "edge_cooccurrence" in model.batch_inputs:
            apart = 1 - torch.eye(n).expand(num_outfits, n, n)
            for name in ("cooccurrence", "expected"):
                inputs[name] = apart.masked_scatter(apart > 0, batch[f"edge_{name}"])
        training = model.training
        score = model.eval()(batch)
        model.train(training)
        return inputs, score

    return draw
