from __future__ import annotations

import json

import pandas as pd
import pytest
import torch

from fashiongraph.data import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import (
    EasyAndHard,
    Result,
    compatibility,
    draw_questions,
    easy_and_hard,
    fill_in_blank,
)


@pytest.fixture
def outfits(wardrobe):
    columns = pd.DataFrame({"year": [i % 2 for i in range(40)]})
    items = ItemTable(
        wardrobe.items.ids,
        wardrobe.items.category_id,
        wardrobe.items.categories,
        wardrobe.items.features,
        columns,
    )
    return wardrobe.with_items(items).with_frequency()


def test_results_are_those_of_the_protocols(outfits, perfect_scorer):
    found = easy_and_hard(perfect_scorer, outfits, seed=3, columns=["year"], protocol="uniform")
    assert list(found.results) == ["uniform", "same_category", "matched"]
    for protocol, (auc, fitb) in found.results.items():
        arguments = {"protocol": protocol, "columns": ["year"], "seed": 3}
        pairs = draw_questions(outfits, "compatibility", **arguments)
        blanks = draw_questions(outfits, "fitb", **arguments)
        assert auc == compatibility(perfect_scorer, pairs)
        assert fitb == fill_in_blank(perfect_scorer, blanks)
    numbers = json.loads(json.dumps(found.to_dict()))
    assert numbers["matched"]["auc"]["value"] == found.results["matched"][0].value
    assert "of the same category and year: it also orders" in found.sentence()


def test_a_further_protocol_is_evaluated(outfits, constant_scorer):
    assert list(easy_and_hard(constant_scorer, outfits).results) == ["uniform", "same_category"]
    found = easy_and_hard(constant_scorer, outfits, protocol="uniform_category", batch_size=7)
    assert list(found.results) == ["uniform", "same_category", "uniform_category"]


def result(value, low, high):
    return Result("AUC", value, low, high, 100), Result("FITB", 0.3, 0.2, 0.4, 100)


@pytest.mark.parametrize(
    ("easy", "hard", "meaning"),
    [
        ((0.82, 0.8, 0.84), (0.7, 0.6, 0.8), "it also orders items within a category."),
        ((0.82, 0.8, 0.84), (0.51, 0.45, 0.55), "the model tells categories, not looks."),
        ((0.82, 0.8, 0.84), (0.5, 0.5, 0.5), "the model tells categories, not looks."),
        ((0.51, 0.45, 0.55), (0.51, 0.45, 0.55), "the model is no better than chance."),
        ((0.3, 0.2, 0.4), (0.3, 0.2, 0.4), "the model is no better than chance."),
        ((0.51, 0.4, 0.6), (0.7, 0.6, 0.8), "but not against random items."),
    ],
)
def test_the_sentence_depends_on_the_intervals(easy, hard, meaning):
    found = EasyAndHard({"uniform": result(*easy), "same_category": result(*hard)})
    sentence = found.sentence()
    assert sentence.startswith(f"AUC {easy[0]:.2f} against random items, {hard[0]:.2f} against")
    assert sentence.endswith(meaning)


def test_category_preferences_are_recognised(outfits):
    weight = torch.tensor([0.0, 1.0, 2.0, 3.0, 4.0])

    def by_category(batch):
        return torch.zeros(batch.num_graphs).index_add(0, batch.batch, weight[batch.category_id])

    hard, _ = easy_and_hard(by_category, outfits).results["same_category"]
    assert (hard.value, hard.low, hard.high) == (0.5, 0.5, 0.5)


def test_refuses_a_table_without_frequencies_and_bad_protocols(wardrobe, constant_scorer):
    with pytest.raises(FashionGraphError, match=r"'items'.*with_frequency"):
        easy_and_hard(constant_scorer, wardrobe)
    with pytest.raises(FashionGraphError, match=r"'protocol'.*got 'random'"):
        easy_and_hard(constant_scorer, wardrobe.with_frequency(), protocol="random")
