"""Styling rules that synthetic outfits follow, which define their compatibility."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets.synthetic.catalogue import CATALOGUE
from fashiongraph.datasets.synthetic.palette import COLOURS, colour_clash
from fashiongraph.datasets.synthetic.style import FORMALITIES, SEASONS
from fashiongraph.datasets.synthetic.styling_rule import StylingRule
from fashiongraph.datasets.synthetic.textures import LOUD, PATTERNS


@dataclass(frozen=True, eq=False)
class StylingRules:
    """Rules on pairs of garments; an outfit is compatible if no pair breaks one.

    Args:
        rules: The rules.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> outfits = SyntheticOutfits.attributes_only(60)
        >>> bool(DESIGNERS_RULES.compatible(outfits).all())
        True
    """

    rules: tuple[StylingRule, ...]

    @property
    def names(self) -> list[str]:
        """Columns of the rules, in order."""
        return [rule.column for rule in self.rules]

    def violations(self, outfits: Outfits) -> Tensor:
        """Number of pairs of each outfit that break each rule [B, rules]."""
        return torch.stack([rule.violations(outfits) for rule in self.rules], dim=1)

    def compatible(self, outfits: Outfits) -> Tensor:
        """Whether no pair of the outfit breaks a rule [B]."""
        return self.violations(outfits).sum(1) == 0

    def score(self, outfits: Outfits) -> Tensor:
        """Negative number of broken rules per pair, at most 0 [B].

        An outfit of fewer than two items has no pair and scores 0.
        """
        pairs = outfits.sizes * (outfits.sizes - 1) // 2
        return -self.violations(outfits).sum(1) / pairs.clamp(min=1)


def _rules(hue_steps: tuple[int, ...], temperature: bool, one_loud: bool) -> StylingRules:
    loud = np.isin(PATTERNS, LOUD)
    both_loud = loud[:, None] & loud
    seasons = np.array(SEASONS)
    opposed = (seasons[:, None] == "summer") & (seasons == "winter")
    return StylingRules(
        (
            StylingRule("category", tuple(CATALOGUE), _same_place()),
            StylingRule("colour", tuple(COLOURS), colour_clash(hue_steps, temperature)),
            StylingRule(
                "pattern",
                PATTERNS,
                both_loud if one_loud else both_loud & ~np.eye(len(PATTERNS), dtype=bool),
            ),
            StylingRule("formality", FORMALITIES, ~np.eye(len(FORMALITIES), dtype=bool)),
            StylingRule("season", SEASONS, opposed | opposed.T),
        )
    )


def _same_place() -> np.ndarray:
    """Whether two categories cover the same part of the body."""
    names = list(CATALOGUE)
    clash = np.eye(len(names), dtype=bool)
    for one, others in {"dress": ("top", "trousers", "skirt"), "skirt": ("trousers",)}.items():
        for other in others:
            clash[names.index(one), names.index(other)] = True
    return clash | clash.T


DESIGNERS_RULES = _rules(hue_steps=(2, 3), temperature=True, one_loud=True)
"""Rules of the designers' version, which define compatibility: hues are neighbours or complements
on the wheel, cold neutrals do not occur with warm ones, at most one pattern is loud, formality is
equal, summer does not occur with winter, and no two garments cover the same part of the body."""

USERS_RULES = _rules(hue_steps=(3,), temperature=False, one_loud=False)
"""Looser rules of the users' version: hues may be two steps apart, neutrals mix, and several loud
patterns may be of one kind."""
