from __future__ import annotations

import pytest
import torch

from fashiongraph.data import category_graph, split
from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import score_outfits
from fashiongraph.models import ADDGNN, SetTransformer
from fashiongraph.quickstart.looks_score import LooksScore
from fashiongraph.stylist.pair_terms import pair_terms


def test_the_typical_score_of_categories_is_taken_off() -> None:
    outfits = SyntheticOutfits.attributes_only(num_outfits=80, seed=0)
    train, _, test = split(outfits, seed=0)
    torch.manual_seed(0)
    model = ADDGNN(outfits.items.num_features, 4, num_attributes=2).eval()
    model.graph = category_graph(train.category_id, train.batch, outfits.items.num_categories)
    found = score_outfits(LooksScore(model, train), test)
    of, pairs, tried = outfits.items.category_id, pair_terms(model, train), pair_terms(model, test)
    scores: dict[tuple[int, ...], list[float]] = {}
    for rows, value in zip(pairs.items, pairs.terms.sum(dim=1).tolist(), strict=True):
        scores.setdefault(tuple(sorted(of[rows].tolist())), []).append(value)
    overall = float(pairs.terms.sum(dim=1).mean())
    raw = score_outfits(model, test)
    for place in range(len(test)):
        typical = []
        for rows in tried.items[tried.outfit == place]:
            same = scores.get(tuple(sorted(of[rows].tolist())), [overall])
            typical.append(sum(same) / len(same))
        expected = float(raw[place]) - sum(typical) / len(typical)
        assert float(found[place]) == pytest.approx(expected, abs=1e-4)


def test_a_model_without_pairs_is_refused() -> None:
    outfits = SyntheticOutfits.attributes_only(num_outfits=20, seed=0)
    with pytest.raises(FashionGraphError, match="needs scores of pairs"):
        LooksScore(SetTransformer(outfits.items.num_features), outfits)
