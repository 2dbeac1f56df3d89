"""Whether the learned attributes answer to the rules that the dataset was made by."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.datasets.synthetic.styling_rules import StylingRules
from fashiongraph.evaluation.metrics.functional import roc_auc
from fashiongraph.quickstart.pair_scores import PairScores


@dataclass(frozen=True)
class RuleSeen:
    """How well the parts of a pair's score tell that the pair breaks a rule.

    Args:
        rule: The column that the rule speaks of.
        num_broken: Number of pairs that break it.
        by_attribute: For each attribute, the chance that its part is lower for a pair that breaks
            the rule than for one that keeps it; 0.5 where it does not care.
        together: The same for the whole score of the pair.
    """

    rule: str
    num_broken: int
    by_attribute: list[float]
    together: float


def rules_seen(pairs: PairScores, items: ItemTable, truth: StylingRules) -> list[RuleSeen]:
    """Compare the parts of pairs, beyond their categories, with the rules that the pairs break.

    A rule that every pair keeps, or none, is left out.

    Args:
        pairs: The pairs.
        items: The synthetic items.
        truth: The rules.
    """
    seen = []
    for rule in truth.rules:
        first, second = rule.codes(items)[pairs.items].T
        broken = torch.from_numpy(rule.clash)[first, second]
        if len(broken.unique()) < 2:
            continue
        by_attribute = [float(roc_auc(-part, broken.long())) for part in pairs.gain.T]
        together = float(roc_auc(-pairs.gain.sum(dim=1), broken.long()))
        seen.append(RuleSeen(rule.column, int(broken.sum()), by_attribute, together))
    return seen
