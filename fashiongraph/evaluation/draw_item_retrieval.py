"""Drawing of questions of complementary item retrieval by seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

import fashiongraph
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.item_retrieval import ItemRetrieval
from fashiongraph.data.replace import random_position, row_at
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.draw_questions import checked_seed
from fashiongraph.loader.negatives.protocol import checked_columns, item_groups


def draw_item_retrieval(
    outfits: Outfits,
    columns: Sequence[str] = (),
    seed: int = 0,
    num_candidates: int = 3000,
    position: Tensor | None = None,
) -> ItemRetrieval:
    """Draw one CIR question per outfit: a target, and the candidates of its category.

    The candidates of a category are all targets of the category, then other items of the outfits,
    then further items of the table, each drawn uniformly, up to ``num_candidates``. So a set is
    larger only if more targets have its category, and smaller only if the table has fewer items of
    it. CSA-Net leaves categories with fewer items out instead. Its categories are fine ones: with
    coarse categories, ``columns`` divide them.

    Outfits of fewer than two items, and targets without another candidate, are left out and
    counted in the recipe.

    Args:
        outfits: Real outfits.
        columns: Columns in which candidates equal the target, beside its category.
        seed: Seed of the questions. Targets are the blanks of
            :func:`~fashiongraph.evaluation.draw_fill_in_blank` with the same seed.
        num_candidates: Number of candidates of a set.
        position: Position of the target in each outfit [B]; by default drawn.

    Raises:
        FashionGraphError: If ``num_candidates`` is below 2, a column is unknown, a position is
            outside its outfit, or no question is left.

    Source: Lin, Tran, Davis, "Fashion outfit complementary item retrieval" (CVPR 2020),
    https://arxiv.org/abs/1912.08967.

    Example:
        >>> from fashiongraph.data import ItemTable
        >>> items = ItemTable.from_lists([*"abcde"], ["top", "skirt", "top", "skirt", "skirt"])
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["c", "d"]])
        >>> questions = draw_item_retrieval(outfits, position=torch.tensor([1, 1]))
        >>> questions.target.tolist(), questions.set_item_id.tolist()
        ([1, 3], [1, 3, 4])
    """
    if num_candidates < 2:
        raise FashionGraphError(f"'num_candidates' needs to be at least 2 (got {num_candidates})")
    columns, seed = checked_columns(columns), checked_seed(seed)
    rng = np.random.default_rng(seed)
    if position is not None:
        row_at(outfits, position)
    paired = outfits.sizes > 1
    kept = outfits.select(paired)
    position = random_position(kept, rng) if position is None else position[paired]
    target = kept.item_id[row_at(kept, position)].numpy()
    group = item_groups(outfits.items, columns)
    alone = np.bincount(group, minlength=1)[group[target]] < 2
    kept, position, target = kept.select(~alone), position[~alone], target[~alone]
    if not len(kept):
        raise FashionGraphError(
            "'outfits' needs an outfit of two items with another item of the target's category "
            f"(got none of {len(outfits)})"
        )
    groups, candidate_set = np.unique(group[target], return_inverse=True)
    set_ptr, set_item_id = _sets(outfits, target, group, groups, num_candidates, rng)
    return ItemRetrieval(
        items=kept.items,
        ptr=kept.ptr,
        item_id=kept.item_id,
        position=position,
        candidate_set=torch.from_numpy(candidate_set),
        set_ptr=torch.from_numpy(set_ptr),
        set_item_id=torch.from_numpy(set_item_id),
        recipe={
            "kind": ItemRetrieval.kind,
            "columns": list(columns),
            "seed": seed,
            "num_candidates": num_candidates,
            "smallest_set": int(np.diff(set_ptr).min()),
            "outfits": len(kept),
            "left_out": len(outfits) - len(kept),
            "fashiongraph": fashiongraph.__version__,
        },
    )


def _sets(
    outfits: Outfits,
    target: np.ndarray,
    group: np.ndarray,
    groups: np.ndarray,
    num_candidates: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Offsets and items of the candidates of each group."""
    choice = np.full(len(group), 2)  # items of the table
    choice[outfits.item_id.numpy()] = 1
    choice[target] = 0
    order = np.lexsort((rng.random(len(group)), choice, group))
    ordered = group[order]
    rank = np.arange(len(order)) - np.searchsorted(ordered, ordered)  # within the group
    inside = ((rank < num_candidates) | (choice[order] == 0)) & np.isin(ordered, groups)
    item = np.sort(order[inside])
    number = np.searchsorted(groups, group[item])
    by_set = np.argsort(number, kind="stable")
    count = np.bincount(number, minlength=len(groups))
    return np.append(0, count.cumsum()), item[by_set]
