from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from fashiongraph.data import ItemTable, Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import outfit_retrieval

IDENTITY = torch.nn.Identity()


def by_plain_loops(outfits, position, ks, filter_category):
    """The definitions, one query at a time; no scores tie."""
    items, category = outfits.items, outfits.items.category_id.tolist()
    vectors = torch.nn.functional.normalize(items.features, dim=1).double().numpy()
    catalogue = sorted(set(outfits.item_id.tolist()))
    rows = []
    for outfit, place in enumerate(position.tolist()):
        outfit_items = outfits.item_id[outfits.ptr[outfit] : outfits.ptr[outfit + 1]].tolist()
        query = outfit_items[place]
        wanted = {i for i in outfit_items if category[i] != category[query]}
        if not wanted:
            continue
        score = {i: vectors[query] @ vectors[i] for i in catalogue}
        kinds = {category[i] for i in wanted}
        free = sorted((i for i in catalogue if i != query), key=lambda i: -score[i])
        others = [i for i in free if category[i] != category[query]]
        ranking = others if filter_category else free
        row = {}
        for level, hits in (
            ("item", [i in wanted for i in ranking]),
            ("category", [category[i] in kinds for i in ranking]),
        ):
            precision = [sum(hits[: r + 1]) / (r + 1) for r in range(len(hits)) if hits[r]]
            row[f"{level} mAP"] = np.mean(precision)
        for k in ks:
            first = {category[i] for i in ranking[:k]}
            row[f"item Recall@{k}"] = len(wanted & set(ranking[:k])) / len(wanted)
            row[f"category Recall@{k}"] = len(kinds & first) / len(kinds)
            row[f"own category@{k}"] = np.mean([category[i] == category[query] for i in free[:k]])
            row[f"categories@{k}"] = len(first)
        rows.append(row)
    return {name: np.mean([row[name] for row in rows]) for name in rows[0]}, len(rows)


@pytest.mark.parametrize("filter_category", [True, False])
@pytest.mark.parametrize("block_size", [1, 7, 256])
def test_equals_plain_loops(wardrobe, block_size, filter_category):
    position = torch.zeros(len(wardrobe), dtype=torch.long)
    ks = (1, 4, 100)
    options = {"filter_category": filter_category, "block_size": block_size}
    found = outfit_retrieval(IDENTITY, wardrobe, ks, position=position, **options)
    expected, count = by_plain_loops(wardrobe, position, ks, filter_category)
    assert set(found) == set(expected)
    for name, result in found.items():
        assert result.value == pytest.approx(expected[name], abs=1e-6), name
        assert result.low <= result.value <= result.high
        assert result.num_questions == count < len(wardrobe)  # without outfits of one item


def test_queries_are_drawn_by_seed(wardrobe):
    first, again, other = (outfit_retrieval(IDENTITY, wardrobe, seed=s) for s in (3, 3, 4))
    assert first == again
    assert first != other


def test_constant_scores_gain_nothing(wardrobe):
    same = outfit_retrieval(torch.zeros_like, wardrobe, ks=(5,))
    assert same["item Recall@5"].value == 0
    assert same["category mAP"].value < 0.8


def test_no_outfits_and_no_questions():
    items = ItemTable.from_lists(["a", "b"], ["top", "top"], torch.eye(2))
    for outfits in ([["a", "b"]], []):
        found = outfit_retrieval(IDENTITY, Outfits.from_lists(items, outfits))
        assert all(r.num_questions == 0 and math.isnan(r.value) for r in found.values())


def test_refuses_bad_input(wardrobe):
    with pytest.raises(FashionGraphError, match=r"'catalogue'.*got 1 items"):
        outfit_retrieval(IDENTITY, wardrobe, catalogue=torch.tensor([0]))
    with pytest.raises(ValueError, match=r"'k'.*got 0"):
        outfit_retrieval(IDENTITY, wardrobe, ks=(0,))
