from __future__ import annotations

import numpy as np
import pytest

from fashiongraph.datasets.synthetic.catalogue import CATALOGUE
from fashiongraph.datasets.synthetic.draw_items import draw_items
from fashiongraph.datasets.synthetic.palette import NEUTRALS


@pytest.mark.parametrize("num_items", [30, 61, 1500])
def test_groups_are_even(num_items):
    items = draw_items(num_items, np.random.default_rng(0))
    category = items.category_id.numpy()
    assert (np.diff(category) >= 0).all(), "sorted by category"
    assert np.ptp(np.bincount(category, minlength=10)) <= 1
    counts = items.columns.groupby([category, items.columns["formality"]]).size()
    assert len(counts) == 30
    assert counts.max() - counts.min() <= 2
    neutral = items.columns["colour"].isin(list(NEUTRALS)).mean()
    assert abs(neutral - 0.5) <= 3 / num_items


def test_formality_and_season_follow_from_the_shape():
    items = draw_items(600, np.random.default_rng(0))
    names = np.array(items.categories)[items.category_id]
    for category, item in zip(names, items.columns.itertuples(), strict=True):
        style = CATALOGUE[category][item.shape]
        assert (item.formality, item.season) == (style.formality, style.season)
    assert set(items.columns["shape"]) == {s for shapes in CATALOGUE.values() for s in shapes}


def test_titles():
    columns = draw_items(60, np.random.default_rng(0)).columns
    plain = columns[columns["pattern"] == "plain"].iloc[0]
    assert plain["title"] == f"{plain['colour']} {plain['shape']}"
    dotted = columns[columns["pattern"] == "dots"].iloc[0]
    assert dotted["title"] == f"{dotted['colour']} dotted {dotted['shape']}"
