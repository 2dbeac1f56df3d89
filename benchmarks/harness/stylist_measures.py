"""Measures of a stylist's answers: spoiler, swaps, whole outfits and capsules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations, product

import numpy as np
import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.data import Outfits
from fashiongraph.evaluation import draw_questions, score_outfits, spoiler
from fashiongraph.models import OutfitModel
from fashiongraph.models.heuristics import CategoryCooccurrence
from fashiongraph.stylist import Stylist
from fashiongraph.stylist.templates import templates

ASKED = 100  # test outfits of which stand-ins are asked for
SEEDS_OF_OUTFITS = 20  # items around which outfits are composed
CAPSULE, SHELF = 8, 200  # items of a capsule, and items that it is chosen from
SMALL_CAPSULE, SMALL_SHELF = 5, 12  # where all choices are enumerated

Judge = Callable[[Outfits], Tensor]
"""Scores of outfits by a judge that chose nothing [B]."""


class LeaveOneOut(OutfitModel):
    """Scores of a model, with item scores by leave-one-out, as the base class has them."""

    def __init__(self, model: OutfitModel) -> None:
        super().__init__()
        self.model = model
        self.graph, self.categories = model.graph, model.categories

    @property
    def batch_inputs(self) -> frozenset[str]:
        """Those of the model."""
        return self.model.batch_inputs

    def forward(self, batch: Batch) -> Tensor:
        """Scores of the model."""
        return self.model(batch)


class GradientItems(LeaveOneOut):
    """Item scores by gradient times comparison, as MCN diagnoses outfits.

    The score is expanded in the comparisons of items with their outfits, here the item scores f of
    the model: the share of item i is the derivative of the pooled score by f_i, times f_i.

    Source: Wang, Wu, Zhong, "Outfit compatibility prediction and diagnosis with multi-layered
    comparison network", ACM Multimedia 2019, https://doi.org/10.1145/3343031.3350909.
    """

    def item_scores(self, batch: Batch) -> Tensor:
        """Gradient times comparison of each item [N]."""
        items = self.model.item_scores(batch).detach()
        with torch.enable_grad():
            items.requires_grad_()
            pooled = self.model.pool(items.unsqueeze(-1), batch.batch, dim_size=batch.num_graphs)
            (gradient,) = torch.autograd.grad(pooled.sum(), items)
        return gradient * items.detach()


def spoilers(
    model: OutfitModel, outfits: Outfits, seed: int, name: str, negatives: dict[str, object]
) -> dict[str, float]:
    """How often each way names the negative, and by size of outfit."""
    questions = draw_questions(outfits, "fitb", num_candidates=2, seed=seed, **negatives)
    ways = {
        "": model,
        ", leave-one-out": LeaveOneOut(model),
        ", gradient": GradientItems(model),
        ", category co-occurrence": CategoryCooccurrence(model.graph),
    }
    found = {}
    for way, scorer in ways.items():
        result = spoiler(scorer, questions)
        found[f"spoiler, {name}{way}"] = result.value
    found[f"spoiler, {name}, chance"] = float(result.chance or 0.0)
    for size in (3, 4, 5, 6):
        chosen = outfits.sizes >= size if size == 6 else outfits.sizes == size
        if int(chosen.sum()) < 50:
            continue
        part = outfits.select(torch.nonzero(chosen).flatten())
        asked = draw_questions(part, "fitb", num_candidates=2, seed=seed, **negatives)
        result = spoiler(model, asked)
        label = f"{size} or more items" if size == 6 else f"{size} items"
        found[f"spoiler, {name}, {label}"] = result.value
        found[f"spoiler, {name}, {label}, chance"] = float(result.chance or 0.0)
    return found


def swaps(stylist: Stylist, judge: Judge, worn: Sequence[list[str]], seed: int) -> dict[str, float]:
    """How often the judge prefers the best swap, and the rank of the item that was taken out."""
    catalogue, rng = stylist.catalogue, np.random.default_rng(seed)
    gains, ranks = [], []
    for outfit in worn:
        frame = stylist.swap(outfit, k=1).frame
        if len(frame):
            item, other = frame["item_id"].iloc[0], frame["replaces"].iloc[0]
            after = [item if one == other else one for one in outfit]
            before, now = judged(stylist, judge, [outfit, after]).tolist()
            gains.append(_ahead(now, torch.tensor([before])))
        rows = catalogue.rows(outfit)
        place = int(rng.integers(len(rows)))
        rest = torch.cat([rows[:place], rows[place + 1 :]])
        category = catalogue.items.category_id
        candidates = torch.nonzero(category == category[rows[place]]).flatten()
        candidates = candidates[~torch.isin(candidates, rest)]
        score = catalogue.scorer(rest, candidates)
        true = score[candidates == rows[place]]
        ranks.append(float((score < true).double().mean()))
    return {
        "swaps that the judge prefers": float(np.mean(gains)),
        "swap: median percentile of the true item": 100 * float(np.median(ranks)),
    }


def composed(
    stylist: Stylist, judge: Judge, train: Outfits, test: Outfits, seed: int
) -> dict[str, float]:
    """Outfits around given items by beam search, beside simpler ways, under the judge."""
    catalogue, rng = stylist.catalogue, np.random.default_rng(seed)
    real = judge(test)
    seen = {tuple(sorted(one.tolist())) for one in train.category_id.split(train.sizes.tolist())}
    ways: dict[str, list[list[str]]] = {
        name: [] for name in ("", ", greedy", ", single slots", ", random")
    }
    for item in rng.choice(test.item_id.unique().numpy(), SEEDS_OF_OUTFITS, replace=False):
        start = [str(catalogue.items.ids[int(item)])]
        plans = templates(catalogue.items, catalogue.outfits, catalogue.rows(start))
        slots = [catalogue.items.categories[c] for c in plans[0]]
        found = stylist.compose(start, 1, random_seed=seed).outfits
        if not found:
            continue
        ways[""].append(list(found[0]))
        greedy, single = list(start), list(start)
        for slot in slots:
            greedy.append(_best(stylist, greedy, slot, greedy))
            single.append(_best(stylist, start, slot, single))
        ways[", greedy"].append(greedy)
        ways[", single slots"].append(single)
        ways[", random"].append(_random(stylist, start, plans[0], rng))
    measures = {}
    for way, outfits in ways.items():
        score = judged(stylist, judge, outfits)
        percentile = [_ahead(float(one), real) for one in score]
        measures[f"composed{way}: median percentile of the judge"] = 100 * float(
            np.median(percentile)
        )
    twenty = stylist.compose(n=20, random_seed=seed).outfits
    rows = [catalogue.rows(one) for one in twenty]
    sets = [tuple(sorted(catalogue.items.category_id[one].tolist())) for one in rows]
    means = torch.stack([catalogue.vectors(one).mean(dim=0) for one in rows])
    distance = torch.pdist(torch.nn.functional.normalize(means, dim=1))
    measures["composed: category set seen in training"] = float(np.mean([s in seen for s in sets]))
    measures["composed: distinct items of 20 outfits"] = float(
        len({one for outfit in twenty for one in outfit})
    )
    measures["composed: mean distance of 20 outfits"] = float(distance.mean())
    return measures


def capsules(stylist: Stylist, seed: int) -> dict[str, float]:
    """Outfits above 50 of a capsule, beside random and k-centre choices and the optimum."""
    catalogue, rng = stylist.catalogue, np.random.default_rng(seed)
    plans = templates(catalogue.items, catalogue.outfits, torch.empty(0, dtype=torch.int64))
    shelf = _shelf(stylist, plans, SHELF, rng)
    found = {"capsule: outfits above 50": float(_count(stylist, _capsule(stylist, shelf, CAPSULE)))}
    random = [rng.choice(shelf, CAPSULE, replace=False).tolist() for _ in range(20)]
    found["capsule, random: outfits above 50"] = float(
        np.mean([_count(stylist, one) for one in random])
    )
    centres = _k_centre(catalogue.vectors(torch.as_tensor(shelf)), CAPSULE)
    found["capsule, k-centre: outfits above 50"] = float(
        _count(stylist, [shelf[i] for i in centres])
    )
    small = _shelf(stylist, plans, SMALL_SHELF, rng)
    best = max(_count(stylist, list(one)) for one in combinations(small, SMALL_CAPSULE))
    chosen = _count(stylist, _capsule(stylist, small, SMALL_CAPSULE))
    found["capsule of 5 from 12: outfits above 50"] = float(chosen)
    found["capsule of 5 from 12, optimum: outfits above 50"] = float(best)
    return found


def judged(stylist: Stylist, judge: Judge, outfits: Sequence[Sequence[str]]) -> Tensor:
    """Scores of outfits by the judge."""
    catalogue = stylist.catalogue
    return judge(catalogue.made_of([catalogue.rows(one) for one in outfits]))


def model_judge(model: OutfitModel) -> Judge:
    """A trained model as the judge."""
    return lambda outfits: score_outfits(model, outfits)


def _ahead(score: float, others: Tensor) -> float:
    """Share of scores below one; equal ones count as half."""
    return float((others < score).double().mean() + (others == score).double().mean() / 2)


def _best(stylist: Stylist, outfit: list[str], slot: str, exclude: list[str]) -> str:
    frame = stylist.complete(outfit, [slot], 1, exclude=exclude).frame
    return str(frame["item_id"].iloc[0])


def _random(
    stylist: Stylist, start: list[str], plan: Sequence[int], rng: np.random.Generator
) -> list[str]:
    items, outfit = stylist.catalogue.items, list(start)
    for category in plan:
        rows = torch.nonzero(items.category_id == category).flatten().numpy()
        names = [str(items.ids[int(row)]) for row in rng.permutation(rows)[:20]]
        outfit.append(next(name for name in names if name not in outfit))
    return outfit


def _shelf(
    stylist: Stylist, plans: Sequence[Sequence[int]], size: int, rng: np.random.Generator
) -> list[int]:
    """Random items of the categories of the most frequent sets, equally many of each."""
    category = stylist.catalogue.items.category_id
    used = sorted({one for plan in plans for one in plan})
    each = -(-size // len(used))
    rows = [torch.nonzero(category == one).flatten().numpy() for one in used]
    return [int(row) for one in rows for row in rng.permutation(one)[:each]]


def _capsule(stylist: Stylist, shelf: Sequence[int], size: int) -> list[int]:
    items = stylist.catalogue.items
    others = np.setdiff1d(np.arange(len(items)), shelf)
    frame = stylist.capsule(size, exclude=list(items.ids[others])).frame
    return items.rows(frame["item_id"].tolist()).tolist()


def _count(stylist: Stylist, chosen: Sequence[int]) -> int:
    """Outfits above 50 whose set of categories is one of the most frequent."""
    catalogue = stylist.catalogue
    plans = templates(catalogue.items, catalogue.outfits, torch.empty(0, dtype=torch.int64))
    category = catalogue.items.category_id
    outfits = set()
    for plan in plans:
        pools = [[row for row in chosen if int(category[row]) == slot] for slot in plan]
        outfits |= {frozenset(one) for one in product(*pools) if len(set(one)) == len(one)}
    rows = [torch.tensor(sorted(one)) for one in outfits]
    return int((catalogue.scores(rows) >= 50).sum()) if rows else 0


def _k_centre(vectors: Tensor, count: int) -> list[int]:
    """Items each of which is the farthest from those before."""
    chosen = [0]
    near = (vectors - vectors[0]).norm(dim=1)
    while len(chosen) < count:
        chosen.append(int(near.argmax()))
        near = torch.minimum(near, (vectors - vectors[chosen[-1]]).norm(dim=1))
    return chosen
