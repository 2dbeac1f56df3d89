import itertools

import numpy as np
import pytest
import torch

from fashiongraph.data import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.stylist import Stylist


def test_the_outfits_are_those_of_its_items(stylist, outfits):
    answer = stylist.capsule(7, where=["price < 80"], threshold=40)
    frame, items = answer.frame, outfits.items
    assert len(frame) == 7 == frame["item_id"].nunique()
    prices = items.columns["price"].iloc[items.rows(frame["item_id"].tolist()).numpy()]
    assert (prices < 80).all()
    assert len({frozenset(one) for one in answer.outfits}) == len(answer.outfits) > 0
    assert all(set(outfit) <= set(frame["item_id"]) for outfit in answer.outfits)
    scores = stylist.score(answer.outfits).frame["score"].to_numpy()
    assert (scores >= 40 - 1e-3).all() and (np.diff(scores) <= 1e-3).all()
    counted = [sum(item in one for one in answer.outfits) for item in frame["item_id"]]
    assert frame["outfits"].tolist() == counted


def count(stylist, chosen, plans, threshold):
    """Outfits of some items above a threshold, by enumeration."""
    table = stylist.catalogue.items
    found = []
    for size in range(2, len(chosen) + 1):
        for some in itertools.combinations(chosen, size):
            categories = tuple(sorted(table.category_id[table.rows(list(some))].tolist()))
            if categories in plans:
                found.append(list(some))
    if not found:
        return 0
    return int((stylist.score(found).frame["score"] >= threshold).sum())


def test_near_the_best_choice_of_a_small_catalogue(siamese, outfits):
    items = outfits.items
    kept = [
        r for c in range(3) for r in torch.nonzero(items.category_id == c).flatten()[:3].tolist()
    ]
    small = siamese.catalogue.frame(torch.tensor(kept))["item_id"].tolist()
    worn = Outfits.from_lists(items, [[small[0], small[3], small[6]], [small[1], small[4]]])
    stylist = Stylist(
        siamese.catalogue.model, items, worn, calibration=siamese.catalogue.calibration
    )
    exclude = [str(one) for one in items.ids if str(one) not in small]
    plans = {tuple(sorted(one.tolist())) for one in worn.category_id.split(worn.sizes.tolist())}
    threshold = 30.0
    answer = stylist.capsule(5, exclude=exclude, threshold=threshold)
    best = max(count(stylist, one, plans, threshold) for one in itertools.combinations(small, 5))
    found = count(stylist, answer.frame["item_id"].tolist(), plans, threshold)
    assert found == len(answer.outfits)
    assert best > 0 and found >= best / 2


def test_bad_input_and_impossible_wishes(siamese, outfits):
    for arguments, message in (
        ({"size": 1}, "'size' needs to be at least 2"),
        ({"threshold": 100}, "'threshold' needs to lie in"),
        ({"where": ["prise < 3"]}, "'where' needs a column"),
    ):
        with pytest.raises(FashionGraphError, match=message):
            siamese.capsule(**arguments)
    assert siamese.capsule(2, where=["price > 1000"]).frame.empty
    everything = siamese.capsule(6, where=["price < 4"])
    assert len(everything.frame) <= 6
