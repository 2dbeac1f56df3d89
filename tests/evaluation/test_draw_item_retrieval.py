from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import draw_fill_in_blank, draw_item_retrieval


def sets(questions):
    return [
        part.tolist() for part in questions.set_item_id.split(questions.set_ptr.diff().tolist())
    ]


def test_candidates_share_the_category_of_the_target(wardrobe):
    questions = draw_item_retrieval(wardrobe, seed=2)
    category = wardrobe.items.category_id
    for q, candidates in enumerate(sets(questions)[i] for i in questions.candidate_set.tolist()):
        target = int(questions.target[q])
        assert candidates == (category == category[target]).nonzero().flatten().tolist()


def test_candidates_are_targets_first_then_items_of_the_outfits(wardrobe):
    test = wardrobe.select(slice(0, 6))
    worn, category = set(test.item_id.tolist()), wardrobe.items.category_id
    for count in (2, 4, 7):
        questions = draw_item_retrieval(test, num_candidates=count, seed=5)
        for candidates in sets(questions):
            kind = int(category[candidates[0]])
            targets = {t for t in questions.target.tolist() if category[t] == kind}
            inside = {row for row in worn if category[row] == kind}
            available = int((category == kind).sum())
            assert targets <= set(candidates)
            assert len(candidates) == max(min(count, available), len(targets))
            assert inside <= set(candidates) or set(candidates) <= inside


def test_columns_divide_the_category(wardrobe):
    columns = pd.DataFrame({"cut": np.arange(len(wardrobe.items)) % 2})
    outfits = wardrobe.with_items(replace(wardrobe.items, columns=columns))
    questions = draw_item_retrieval(outfits, ["cut"])
    for candidates in sets(questions):
        assert columns["cut"].iloc[candidates].nunique() == 1
        assert len(wardrobe.items.category_id[candidates].unique()) == 1
    assert questions.recipe["columns"] == ["cut"]


def test_targets_are_the_blanks_of_the_same_seed(wardrobe):
    questions = draw_item_retrieval(wardrobe, seed=9)
    blanks = draw_fill_in_blank(wardrobe, "uniform", seed=9)
    assert len(questions) == len(blanks)
    assert torch.equal(questions.position, blanks.position)


def test_questions_depend_on_the_seed_alone(wardrobe):
    one, again, other = (
        draw_item_retrieval(wardrobe, seed=s, num_candidates=5).checksum for s in (0, 0, 1)
    )
    assert one == again != other


def test_outfits_without_a_question_are_counted(wardrobe):
    questions = draw_item_retrieval(wardrobe)
    assert questions.recipe["outfits"] == len(questions)
    assert questions.recipe["left_out"] == len(wardrobe) - len(questions)


def test_bad_arguments(wardrobe):
    with pytest.raises(FashionGraphError, match="'num_candidates' needs to be at least 2"):
        draw_item_retrieval(wardrobe, num_candidates=1)
    with pytest.raises(FashionGraphError, match="'seed' needs to be an integer"):
        draw_item_retrieval(wardrobe, seed=-1)
    with pytest.raises(FashionGraphError, match="'columns' needs columns of the item table"):
        draw_item_retrieval(wardrobe, ["cut"])
    with pytest.raises(FashionGraphError, match="'position' needs one index per outfit"):
        draw_item_retrieval(wardrobe, position=torch.tensor([0]))
    with pytest.raises(FashionGraphError, match="'outfits' needs an outfit of two items"):
        draw_item_retrieval(wardrobe.select([]))
