from __future__ import annotations

import torch

from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.quickstart.pair_scores import PairScores
from fashiongraph.quickstart.rules_seen import rules_seen


def test_an_attribute_that_counts_broken_colours_knows_that_rule() -> None:
    users = SyntheticOutfits(None, num_items=100, num_outfits=60, version="users", noise=0.5)
    truth = SyntheticOutfits.truth
    rule = next(one for one in truth.rules if one.column == "colour")
    rng = torch.Generator().manual_seed(0)
    items = torch.randint(100, (400, 2), generator=rng)
    code = rule.codes(users.items)
    broken = [bool(rule.clash[int(code[a]), int(code[b])]) for a, b in items.tolist()]
    knows = -torch.tensor(broken).float()
    parts = torch.stack([knows, torch.zeros(400)], dim=1)
    pairs = PairScores(torch.arange(400), items, parts, torch.zeros_like(parts))
    seen = {one.rule: one for one in rules_seen(pairs, users.items, truth)}
    assert seen["colour"].num_broken == sum(broken)
    assert seen["colour"].by_attribute == [1.0, 0.5]
    assert seen["colour"].together == 1.0
    assert 0.3 < seen["formality"].by_attribute[0] < 0.7


def test_a_rule_without_a_broken_pair_is_left_out() -> None:
    items = SyntheticOutfits(None, num_items=60, num_outfits=5).items
    same = PairScores(torch.zeros(1), torch.tensor([[0, 0]]), *torch.zeros(2, 1, 2))
    names = {one.rule for one in rules_seen(same, items, SyntheticOutfits.truth)}
    assert names == set()
