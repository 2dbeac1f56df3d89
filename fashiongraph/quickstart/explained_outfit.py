"""Explanations of outfit scores by pairs and attributes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets.synthetic.styling_rules import StylingRules
from fashiongraph.stylist import Stylist
from fashiongraph.stylist.pair_terms import PairTerms


@dataclass(frozen=True)
class Garment:
    """An item of an explained outfit: title, category, and picture file in the folder."""

    title: str
    category: str
    picture: Path


@dataclass(frozen=True)
class ExplainedPair:
    """Two garments and their score by attribute, relative to their categories.

    Args:
        first: Index of one garment in the outfit.
        second: Index of the other.
        gain: Score of the pair by attribute, minus the mean over pairs of the same categories.
        strength: The same, scaled to [-1, 1] for colours.
    """

    first: int
    second: int
    gain: list[float]
    strength: list[float]

    @property
    def total(self) -> float:
        """Score of the pair minus the mean over pairs of the same categories."""
        return sum(self.gain)


@dataclass(frozen=True)
class ExplainedOutfit:
    """An outfit with its score, and the contributions of its pairs.

    Args:
        outfit_id: Identifier.
        score: Raw score.
        typical: Expected score of its categories; the rest of the score is the mean of the totals
            of its pairs.
        rank: Rank by the calibrated score of its looks, 1 for the best.
        garments: Items.
        pairs: Pairs by ascending total.
        broken: Number of pairs that break each designers' rule, for the rules that are broken.
        calibrated: Calibrated score of its looks, from 0 to 100.
        sentence: Explanation of that score in one sentence.
    """

    outfit_id: str
    score: float
    typical: float
    rank: int
    garments: list[Garment]
    pairs: list[ExplainedPair]
    broken: dict[str, int]
    calibrated: float
    sentence: str

    @property
    def lowest(self) -> tuple[ExplainedPair, int]:
        """The pair and the attribute, from 0, with the lowest gain."""
        pair = min(self.pairs, key=lambda one: min(one.gain))
        return pair, pair.gain.index(min(pair.gain))


def looks(stylist: Stylist, outfits: Outfits) -> Tensor:
    """Calibrated scores of outfits, from 0 to 100 [B].

    Args:
        stylist: The stylist.
        outfits: Outfits of its items.
    """
    return stylist.catalogue.scores(outfits.item_id.split(outfits.sizes.tolist()))


def explain(
    outfits: Outfits,
    score: Tensor,
    pairs: PairTerms,
    pictures: list[Path],
    truth: StylingRules,
    index: list[int],
    stylist: Stylist,
) -> list[ExplainedOutfit]:
    """Explain the scores of some outfits for the report.

    Args:
        outfits: Outfits of synthetic items.
        score: Scores of the outfits [B].
        pairs: Scores of their pairs.
        pictures: Picture file of each item of the table, relative to the folder of the report.
        truth: The designers' rules.
        index: Positions of the explained outfits.
        stylist: Stylist of the items, by whose scores outfits are ranked.
    """
    calibrated = looks(stylist, outfits)
    rank = torch.empty(len(outfits), dtype=torch.long)
    rank[calibrated.argsort(descending=True, stable=True)] = torch.arange(1, len(outfits) + 1)
    gain = pairs.gain
    strength = (gain / (2 * gain.std(unbiased=False)).clamp(min=1e-12)).clamp(-1, 1)
    chosen = outfits.select(index)
    violations = truth.violations(chosen)
    titles, items = outfits.items.columns["title"], outfits.items
    explained = []
    for place, outfit in enumerate(index):
        rows = chosen.item_id[chosen.ptr[place] : chosen.ptr[place + 1]].tolist()
        (chosen_pairs,) = (pairs.outfit == outfit).nonzero(as_tuple=True)
        chosen_pairs = chosen_pairs[gain[chosen_pairs].sum(dim=1).argsort(stable=True)]
        explained.append(
            ExplainedOutfit(
                outfit_id=str(outfits.ids[outfit]),
                score=float(score[outfit]),
                typical=float(pairs.typical[chosen_pairs].sum(dim=1).mean()),
                rank=int(rank[outfit]),
                garments=[
                    Garment(titles.iloc[r], items.categories[items.category_id[r]], pictures[r])
                    for r in rows
                ],
                pairs=[
                    ExplainedPair(rows.index(one), rows.index(two), gains, colours)
                    for (one, two), gains, colours in zip(
                        pairs.items[chosen_pairs].tolist(),
                        gain[chosen_pairs].tolist(),
                        strength[chosen_pairs].tolist(),
                        strict=True,
                    )
                ],
                broken={
                    name: count
                    for name, count in zip(truth.names, violations[place].tolist(), strict=True)
                    if count
                },
                calibrated=float(calibrated[outfit]),
                sentence=stylist.explain(items.ids[rows].tolist()).sentence,
            )
        )
    return explained
