from __future__ import annotations

import torch

from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.quickstart.rule_sensitivity import rule_sensitivity
from fashiongraph.stylist.pair_terms import PairTerms


def test_an_attribute_of_broken_colours_has_auc_one() -> None:
    users = SyntheticOutfits(None, num_items=100, num_outfits=60, version="users", noise=0.5)
    truth = SyntheticOutfits.truth
    rule = next(one for one in truth.rules if one.column == "colour")
    rng = torch.Generator().manual_seed(0)
    items = torch.randint(100, (400, 2), generator=rng)
    code = rule.codes(users.items)
    broken = [bool(rule.clash[int(code[a]), int(code[b])]) for a, b in items.tolist()]
    exact = -torch.tensor(broken).float()
    terms = torch.stack([exact, torch.zeros(400)], dim=1)
    pairs = PairTerms(torch.arange(400), items, terms, torch.zeros_like(terms))
    found = {one.rule: one for one in rule_sensitivity(pairs, users.items, truth)}
    assert found["colour"].num_broken == sum(broken)
    assert found["colour"].by_attribute == [1.0, 0.5]
    assert found["colour"].total == 1.0
    assert 0.3 < found["formality"].by_attribute[0] < 0.7


def test_a_rule_without_a_broken_pair_is_left_out() -> None:
    items = SyntheticOutfits(None, num_items=60, num_outfits=5).items
    same = PairTerms(torch.zeros(1), torch.tensor([[0, 0]]), *torch.zeros(2, 1, 2))
    names = {one.rule for one in rule_sensitivity(same, items, SyntheticOutfits.truth)}
    assert names == set()
