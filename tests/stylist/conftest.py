"""A stylist over a small synthetic catalogue, and models of every kind."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
import torch

from fashiongraph.data import Outfits, add_item_cooccurrence, category_graph, split
from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.evaluation import Calibration
from fashiongraph.models import ADDGNN, ADDGNNPlus, OutfitModel, SetTransformer, Siamese
from fashiongraph.stylist import Stylist
from fashiongraph.training import fit

MODELS = {"plus": ADDGNNPlus, "addgnn": ADDGNN, "siamese": Siamese, "set": SetTransformer}


@pytest.fixture(scope="session")
def outfits() -> Outfits:
    outfits = SyntheticOutfits.attributes_only(num_outfits=300, seed=0)
    price = torch.arange(len(outfits.items)) * 37 % 100
    columns = outfits.items.columns.assign(price=price.numpy())
    items = outfits.items
    object.__setattr__(items, "columns", pd.DataFrame(columns))
    return outfits


@pytest.fixture(scope="session")
def trained(outfits) -> Callable[[str], tuple[OutfitModel, Calibration]]:
    """A function from the name of a model to it and its calibration."""
    made: dict[str, tuple[OutfitModel, Calibration]] = {}

    def get(name: str) -> tuple[OutfitModel, Calibration]:
        if name not in made:
            torch.manual_seed(0)
            train, valid, _ = split(outfits, seed=0)
            graph = category_graph(train.category_id, train.batch, outfits.items.num_categories)
            graph = add_item_cooccurrence(graph, train)
            model = MODELS[name](outfits.items.num_features)
            fit(model, train, valid, graph=graph, max_epochs=2, progress=False, logger=False)
            made[name] = model, Calibration.fit(model, valid)
        return made[name]

    return get


@pytest.fixture(scope="session", params=MODELS)
def stylist(request, outfits, trained) -> Stylist:
    model, calibration = trained(request.param)
    return Stylist(model, outfits.items, outfits, calibration=calibration)


@pytest.fixture(scope="session")
def siamese(outfits, trained) -> Stylist:
    model, calibration = trained("siamese")
    return Stylist(model, outfits.items, outfits, calibration=calibration)
