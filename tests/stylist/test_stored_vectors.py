"""A stylist with stored item vectors gives the answers of one that computes them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from fashiongraph.data import ItemTable, Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import Calibration
from fashiongraph.models import Siamese
from fashiongraph.retrieval import LocalCatalogue, MilvusCatalogue
from fashiongraph.stylist import Stylist

COUNT = 1200  # of two categories: more than the model scores without a shortlist


@pytest.fixture(scope="module")
def case():
    rng = np.random.default_rng(0)
    columns = pd.DataFrame({"price": rng.integers(5, 100, COUNT), "colour": ["red", "blue"] * 600})
    features = torch.from_numpy(rng.standard_normal((COUNT, 8), dtype=np.float32))
    ids, names = [f"i{n}" for n in range(COUNT)], ["top"] * 600 + ["shoe"] * 600
    items = ItemTable.from_lists(ids, names, features, columns=columns)
    outfits = Outfits.from_lists(items, [[f"i{n}", f"i{n + 600}"] for n in range(40)])
    torch.manual_seed(0)
    outfits = outfits.with_frequency()
    return Siamese(8).eval(), outfits.items, outfits


@pytest.fixture(scope="module", params=["local", "milvus"])
def stored(case, request, tmp_path_factory):
    model, items, _ = case
    folder = tmp_path_factory.mktemp("stored")
    if request.param == "local":
        return LocalCatalogue.build(model, items, folder / "states")
    pytest.importorskip("milvus_lite", reason="the optional extra 'milvus' is not installed")
    return MilvusCatalogue.build(model, items, str(folder / "shop.db"))


@pytest.mark.parametrize(
    "limits",
    [
        {},
        {"where": ["price < 50", "colour = red"]},
        {"unless": ["colour = red"], "exclude": ["i601", "i603"]},
        {"budget": ["total price <= 60"], "where": ["price > 8"]},
    ],
    ids=["all", "where", "unless", "budget"],
)
def test_answers_are_those_of_computed_vectors(case, stored, limits):
    model, items, outfits = case
    calibration = Calibration.fit(model, case[2])
    plain = Stylist(model, items, outfits, calibration=calibration)
    stylist = Stylist(model, items, outfits, calibration=calibration, states=stored)
    cheap = items.ids[items.columns["price"].argmin()]
    pair = [cheap, "i603" if int(cheap[1:]) < 600 else "i3"]
    for ask in (
        lambda one: one.complete([cheap], k=7, **limits),
        lambda one: one.swap(pair, pair[1], k=7, **{**limits, "budget": []}),
        lambda one: one.compose([cheap], n=3, slots=["shoe"], **limits),
    ):
        pd.testing.assert_frame_equal(ask(stylist).frame, ask(plain).frame, rtol=1e-4)


def test_stored_vectors_of_others_are_refused(case, stored):
    model, items, _ = case
    calibration = Calibration.fit(model, case[2])
    for other, table in ((Siamese(8).eval(), items), (model, items_of(items, 100))):
        with pytest.raises(FashionGraphError, match="'states' needs to be those"):
            Stylist(other, table, calibration=calibration, states=stored)


def items_of(items, count):
    return ItemTable(
        items.ids[:count], items.category_id[:count], items.categories, items.features[:count]
    )
