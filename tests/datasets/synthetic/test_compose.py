from __future__ import annotations

import numpy as np
import pytest

from fashiongraph.datasets.synthetic.compose import compose
from fashiongraph.datasets.synthetic.draw_items import draw_items
from fashiongraph.datasets.synthetic.styling_rules import DESIGNERS_RULES
from fashiongraph.errors import FashionGraphError

ITEMS = draw_items(300, np.random.default_rng(0))


def categories_of(outfits):
    """The categories of every outfit."""
    rows = outfits.category_id.split(outfits.sizes.tolist())
    return [[ITEMS.categories[code] for code in row.tolist()] for row in rows]


@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_outfits_are_complete_and_differ(noise):
    outfits = compose(ITEMS, DESIGNERS_RULES, 500, noise, np.random.default_rng(0))
    assert len(outfits) == 500
    assert outfits.sizes.min() >= 3
    for categories in categories_of(outfits):
        assert len(set(categories)) == len(categories)
        assert "shoes" in categories
        body = {"dress", "top", "trousers", "skirt"} & set(categories)
        assert body in ({"dress"}, {"top", "trousers"}, {"top", "skirt"})
    sets = {tuple(sorted(row.tolist())) for row in outfits.item_id.split(outfits.sizes.tolist())}
    assert len(sets) == 500


def test_every_category_is_used():
    outfits = compose(ITEMS, DESIGNERS_RULES, 500, 0.0, np.random.default_rng(0))
    share = np.bincount(outfits.category_id, minlength=10) / 500
    assert (share > 0.1).all()


def test_noise_replaces_by_others_of_the_category():
    calm = compose(ITEMS, DESIGNERS_RULES, 50, 0.0, np.random.default_rng(0))
    wild = compose(ITEMS, DESIGNERS_RULES, 50, 1.0, np.random.default_rng(0))
    # One round suffices for both, so they start from the same outfits.
    assert wild.ptr.equal(calm.ptr)
    assert wild.category_id.equal(calm.category_id)
    assert (wild.item_id != calm.item_id).all()


def test_too_many():
    few = draw_items(30, np.random.default_rng(0))
    with pytest.raises(FashionGraphError, match=r"'num_outfits'.* 30 items \(got 999\)"):
        compose(few, DESIGNERS_RULES, 999, 0.0, np.random.default_rng(0))
