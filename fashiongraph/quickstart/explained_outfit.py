"""The best and the worst outfits, taken apart for a reader."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets.synthetic.styling_rules import StylingRules
from fashiongraph.quickstart.pair_scores import PairScores


@dataclass(frozen=True)
class Garment:
    """An item of an explained outfit: title, category, and picture file in the folder."""

    title: str
    category: str
    picture: Path


@dataclass(frozen=True)
class ExplainedPair:
    """Two garments and what their attributes add to the score, beyond their categories.

    Args:
        first: Place of one garment in the outfit.
        second: Place of the other.
        gain: By how much the pair's parts lie above those typical of the two categories, by
            attribute.
        strength: The same from -1 to 1, for colours.
    """

    first: int
    second: int
    gain: list[float]
    strength: list[float]

    @property
    def total(self) -> float:
        """By how much the whole pair lies above what is typical of its categories."""
        return sum(self.gain)


@dataclass(frozen=True)
class ExplainedOutfit:
    """An outfit, its score, and the pairs that lift it or pull it down.

    Args:
        outfit_id: Its identifier.
        score: Its score.
        typical: What of the score is typical of its categories; the rest is the mean of the
            pairs' totals.
        rank: Its rank among the scored outfits, 1 for the best.
        garments: Its items.
        pairs: Its pairs, the lowest first.
        broken: How many of its pairs break each of the designers' rules, where any does.
    """

    outfit_id: str
    score: float
    typical: float
    rank: int
    garments: list[Garment]
    pairs: list[ExplainedPair]
    broken: dict[str, int]

    @property
    def lowest(self) -> tuple[ExplainedPair, int]:
        """The pair, and the attribute from 0, that pull the score down most."""
        pair = min(self.pairs, key=lambda one: min(one.gain))
        return pair, pair.gain.index(min(pair.gain))


def explain(
    outfits: Outfits,
    score: Tensor,
    pairs: PairScores,
    pictures: list[Path],
    truth: StylingRules,
    index: list[int],
) -> list[ExplainedOutfit]:
    """Prepare some outfits for the report.

    Args:
        outfits: Outfits of synthetic items.
        score: Their scores [B].
        pairs: Their pairs.
        pictures: Picture file of each item of the table, relative to the report's folder.
        truth: The rules that tell what is wrong with an outfit.
        index: The outfits to explain, by their place in ``outfits``.
    """
    rank = torch.empty(len(outfits), dtype=torch.long)
    rank[score.argsort(descending=True, stable=True)] = torch.arange(1, len(outfits) + 1)
    gain = pairs.gain
    strength = (gain / (2 * gain.std(unbiased=False)).clamp(min=1e-12)).clamp(-1, 1)
    chosen = outfits.select(index)
    violations = truth.violations(chosen)
    titles, items = outfits.items.columns["title"], outfits.items
    explained = []
    for place, outfit in enumerate(index):
        rows = chosen.item_id[chosen.ptr[place] : chosen.ptr[place + 1]].tolist()
        (own,) = (pairs.outfit == outfit).nonzero(as_tuple=True)
        own = own[gain[own].sum(dim=1).argsort(stable=True)]
        explained.append(
            ExplainedOutfit(
                outfit_id=str(outfits.ids[outfit]),
                score=float(score[outfit]),
                typical=float(pairs.typical[own].sum(dim=1).mean()),
                rank=int(rank[outfit]),
                garments=[
                    Garment(titles.iloc[r], items.categories[items.category_id[r]], pictures[r])
                    for r in rows
                ],
                pairs=[
                    ExplainedPair(rows.index(one), rows.index(two), parts, colours)
                    for (one, two), parts, colours in zip(
                        pairs.items[own].tolist(),
                        gain[own].tolist(),
                        strength[own].tolist(),
                        strict=True,
                    )
                ],
                broken={
                    name: count
                    for name, count in zip(truth.names, violations[place].tolist(), strict=True)
                    if count
                },
            )
        )
    return explained
