"""Terms of scores against loops."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.evaluation import item_scores
from fashiongraph.models import ADDGNNPlus, Ensemble
from fashiongraph.stylist import Stylist
from fashiongraph.stylist.pair_terms import pair_terms


def worn(outfits, index):
    rows = outfits.item_id[outfits.ptr[index] : outfits.ptr[index + 1]]
    return [str(one) for one in outfits.items.ids[rows.numpy()]]


def asked(trained, outfits, name):
    model, calibration = trained(name)
    return Stylist(model, outfits.items, outfits, calibration=calibration)


@pytest.mark.parametrize("name", ["plus", "addgnn"])
@pytest.mark.parametrize("index", range(6))
def test_terms_add_up_to_the_score(trained, outfits, name, index):
    stylist, items = asked(trained, outfits, name), worn(outfits, index)
    answer = stylist.explain(items)
    terms, pairs = answer.terms["terms"], answer.terms["pairs"]
    (raw,) = stylist.score([items]).frame["raw"]
    assert terms["value"].sum() == pytest.approx(raw, abs=1e-6)
    names = [one for one in pairs.columns if one.startswith(("attribute", "co-occurrence"))]
    assert len(names) == (6 if name == "plus" else 4) == len(terms) - 1
    np.testing.assert_allclose(pairs[names].sum(axis=1), pairs["score"], atol=1e-5)
    np.testing.assert_allclose(pairs[names].mean(), terms["value"][:-1], atol=1e-6)


@pytest.mark.parametrize("index", range(6))
def test_pooling_equals_its_formula(trained, outfits, index):
    made = outfits.select([index])
    plain, plus = (asked(trained, outfits, name) for name in ("addgnn", "plus"))
    items = worn(outfits, index)
    pooling = [
        float(one.explain(items).terms["terms"].set_index("term")["value"]["pooling"])
        for one in (plain, plus)
    ]
    assert pooling[0] == pytest.approx(0, abs=1e-5)
    model = plus.catalogue.model
    f, tau = (
        item_scores(model, made).double().numpy(),
        float(model.pool.log_sharpness.detach().exp()),
    )
    soft_min = -np.log(np.mean([np.exp(-tau * one) for one in f])) / tau
    assert pooling[1] == pytest.approx(soft_min - f.mean(), abs=1e-4)


def test_typical_terms_are_means_of_the_two_categories(trained, outfits):
    stylist = asked(trained, outfits, "plus")
    items, table = worn(outfits, 2), outfits.items
    pairs = stylist.explain(items).terms["pairs"]
    every = pair_terms(stylist.catalogue.model, outfits)
    of = table.category_id
    for _, pair in pairs.iterrows():
        kind = sorted(of[table.rows([pair["item"], pair["other"]])].tolist())
        same = [sorted(of[rows].tolist()) == kind for rows in every.items]
        mean = every.terms[torch.tensor(same)].sum(dim=1).mean()
        assert pair["gain"] == pytest.approx(pair["score"] - float(mean), abs=1e-4)


def test_attributes_are_named_by_columns(trained, outfits):
    stylist = asked(trained, outfits, "plus")
    answer = stylist.explain(worn(outfits, 0))
    named = answer.terms["terms"]["term"].tolist()
    assert named[0].startswith("attribute 1 (") and named[-1] == "pooling"
    assert set(answer.terms["pairs"]["lowest"]) <= set(named)
    bare = Stylist(
        stylist.catalogue.model, outfits.items, calibration=stylist.catalogue.calibration
    ).explain(worn(outfits, 0))
    assert bare.terms["terms"]["term"][0] == "attribute 1"
    assert bare.terms["pairs"]["gain"].isna().all()
    assert bare.to_dict()["pairs"][0]["gain"] is None


def test_models_without_terms_have_pairs_or_none(trained, outfits):
    answer = asked(trained, outfits, "siamese").explain(worn(outfits, 0))
    assert list(answer.terms) == ["pairs"]
    assert list(answer.terms["pairs"]) == ["item", "other", "score", "gain"]
    assert asked(trained, outfits, "set").explain(worn(outfits, 0)).terms == {}


def test_an_ensemble_has_the_mean_terms(outfits):
    torch.manual_seed(0)
    size = outfits.items.num_features
    ensemble = Ensemble.of(ADDGNNPlus(size, 4, context=None, priors=[]), 2).eval()
    few = outfits.select(range(5))
    found = pair_terms(ensemble, few)
    single = [pair_terms(model, few) for model in ensemble.each()]
    expected = torch.stack([one.terms for one in single]).mean(dim=0)
    torch.testing.assert_close(found.terms, expected)
    assert found.names == single[0].names
