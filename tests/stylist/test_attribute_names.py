from __future__ import annotations

import numpy as np
import torch

from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.stylist.attribute_names import attribute_names
from fashiongraph.stylist.pair_terms import PairTerms

COLUMNS = ("colour", "pattern")


def test_correlations_equal_those_of_numpy() -> None:
    items = SyntheticOutfits(None, num_items=60, num_outfits=5).items
    rng = torch.Generator().manual_seed(0)
    rows = torch.randint(60, (80, 2), generator=rng)
    terms = torch.randn(80, 3, generator=rng)
    pairs = PairTerms(torch.zeros(80), rows, terms, torch.zeros(80, 3))
    found = attribute_names(pairs, items, COLUMNS, num_named=4)
    seen = sorted(set(rows.flatten().tolist()))
    for k, named in enumerate(found):
        gain = []
        for item in seen:
            of_item = [
                t for row, t in zip(rows, terms[:, k], strict=True) for i in row if i == item
            ]
            gain.append(np.mean(of_item))
        expected = {}
        for column in COLUMNS:
            values = items.columns[column].iloc[seen]
            for value in values.unique():
                expected[column, value] = np.corrcoef(gain, values == value)[0, 1]
        best = sorted(expected.items(), key=lambda one: -abs(one[1]))[:4]
        assert [(one.column, one.value) for one in named] == [key for key, _ in best]
        np.testing.assert_allclose([one.correlation for one in named], [r for _, r in best], 1e-5)
