"""Sensitivity of the learned attributes to the rules of the synthetic data set."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.datasets.synthetic.styling_rules import StylingRules
from fashiongraph.evaluation.metrics.functional import roc_auc
from fashiongraph.stylist.pair_terms import PairTerms


@dataclass(frozen=True)
class RuleSensitivity:
    """AUC with which the terms of a pair score separate pairs that break a rule from others.

    Args:
        rule: Column of the rule.
        num_broken: Number of pairs that break the rule.
        by_attribute: For each attribute, the probability that its term is lower for a pair that
            breaks the rule than for one that keeps it; 0.5 for no relation.
        total: The same for the score of the pair.
    """

    rule: str
    num_broken: int
    by_attribute: list[float]
    total: float


def rule_sensitivity(
    pairs: PairTerms, items: ItemTable, truth: StylingRules
) -> list[RuleSensitivity]:
    """Relate the terms of pair scores, relative to their categories, to broken rules.

    Rules that all pairs keep, or none, are left out.

    Args:
        pairs: Scores of pairs.
        items: The synthetic items.
        truth: The designers' rules.
    """
    found = []
    for rule in truth.rules:
        first, second = rule.codes(items)[pairs.items].T
        broken = torch.from_numpy(rule.clash)[first, second]
        if len(broken.unique()) < 2:
            continue
        by_attribute = [float(roc_auc(-gain, broken.long())) for gain in pairs.gain.T]
        total = float(roc_auc(-pairs.gain.sum(dim=1), broken.long()))
        found.append(RuleSensitivity(rule.column, int(broken.sum()), by_attribute, total))
    return found
