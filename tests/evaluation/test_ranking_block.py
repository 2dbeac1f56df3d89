from __future__ import annotations

import torch

from fashiongraph.evaluation.ranking_block import RankingBlock


def test_the_category_of_the_query_is_filtered():
    category = torch.tensor([0, 0, 0, 1, 2])
    relevant = torch.tensor([[False, False, False, True, False]])
    score = torch.tensor([[1.0, 0.9, 0.8, 0.7, 0.6]])
    block = RankingBlock(score, relevant, torch.tensor([0]), category, 3)
    assert block.own_category((1, 2, 3, 9))["own category@2"].tolist() == [1]
    assert block.own_category((4,))["own category@4"].tolist() == [0.5]
    assert block.num_categories((5,))["categories@5"].tolist() == [2]  # without the filtered ones
    assert block.item_level((1,))["item Recall@1"].tolist() == [1]
    assert block.category_level((1,))["category Recall@1"].tolist() == [1]
    unfiltered = RankingBlock(score, relevant, torch.tensor([0]), category, 3, False)
    assert unfiltered.item_level((2, 3))["item Recall@2"].tolist() == [0]
    assert unfiltered.item_level((2, 3))["item Recall@3"].tolist() == [1]
    assert unfiltered.num_categories((5,))["categories@5"].tolist() == [3]
