"""Outfit scores relative to corrupted copies with sampled negatives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.score_candidates import score_candidates
from fashiongraph.evaluation.score_outfits import score_outfits
from fashiongraph.loader.negatives.negative_sampler import NegativeSampler
from fashiongraph.models.wrapped_model import Scorer
from fashiongraph.nn import SoftMinAggregation


@torch.no_grad()
def score_against_negatives(
    model: Scorer,
    outfits: Outfits,
    sampler: NegativeSampler,
    num_negatives: int = 32,
    own_weight: float = 0.25,
    seed: int = 0,
    block_size: int = 4096,
    **kwargs: Any,
) -> Tensor:
    r"""Score outfits by the log-likelihood ratio of each item against sampled negatives.

    A model that is trained by a softmax over candidates for a blank estimates

    .. math::
        c(O) = \ln \frac{p(i \mid O \setminus i)}{q(i)} + z(O \setminus i)

    with the distribution :math:`q` of the negatives and a :math:`z` that cancels in the softmax,
    but not in a comparison of outfits. Negatives :math:`j_1 \ldots j_R`, drawn from q for every
    item, remove it:

    .. math::
        r_i &= c(O) - \ln \frac{1}{R + 1} \left( e^{c(O)} + \sum_r e^{c(O_{i \to j_r})} \right) \\
        y(O) &= -\ln \frac{1}{n} \sum_i e^{-r_i} + w \, s(O)

    which is the log-likelihood ratio of the outfit against a corrupted one with a negative at an
    unknown position, plus w times the plain score. It takes :math:`n (R + 1)` scores instead of
    one.

    Args:
        model: The model; see :func:`~fashiongraph.evaluation.score_outfits`. c is its score of
            candidates (:func:`~fashiongraph.evaluation.score_candidates`), s its score of outfits.
        outfits: B outfits.
        sampler: Sampler of the negatives, of the protocol of training and over
            ``train.with_frequency().items``. Negatives are drawn independently, with repetition,
            so that a small pool is enough.
        num_negatives: Negatives per item, R.
        own_weight: Weight w of the plain score. The default was chosen on validation outfits,
            where 0.1 to 0.5 perform alike.
        seed: Seed of the negatives.
        block_size: Outfits whose corrupted copies are in memory at a time.
        **kwargs: Further arguments of :func:`~fashiongraph.evaluation.score_outfits`.

    Returns:
        Scores on the CPU [B]; an outfit without items has its weighted plain score.

    Raises:
        FashionGraphError: If ``num_negatives`` is not positive or the sampler has too few
            negatives, and as :func:`~fashiongraph.evaluation.score_outfits`.

    Example:
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> from fashiongraph.loader import negative_sampler
        >>> items = ItemTable.from_lists([*"abcd"], ["top", "skirt"] * 2, torch.eye(4))
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["c", "d"]])
        >>> sampler = negative_sampler("uniform", items)
        >>> score_against_negatives(lambda batch: torch.ones(batch.num_graphs), outfits, sampler)
        tensor([0.2500, 0.2500])
    """
    if num_negatives < 1:
        raise FashionGraphError(f"'num_negatives' needs to be at least 1 (got {num_negatives})")
    rng = np.random.default_rng((seed, 1))  # other draws than those of questions with the same seed
    pool = SoftMinAggregation()
    scores = [own_weight * score_outfits(model, outfits, **kwargs)]
    for rows in torch.arange(len(outfits)).split(block_size):
        block = outfits.select(rows)
        questions = every_blank(block, sampler, num_negatives, rng)
        candidates = score_candidates(model, questions, **kwargs)
        ratio = candidates.log_softmax(dim=1)[:, 0] + math.log(1 + num_negatives)
        pooled = pool(ratio.unsqueeze(1), block.batch, dim_size=len(block))
        scores.append(pooled.squeeze(1))
    return scores[0] + torch.cat(scores[1:])


def every_blank(
    outfits: Outfits, sampler: NegativeSampler, num_negatives: int, rng: np.random.Generator
) -> FillInBlank:
    """FITB questions with each item of each outfit blanked, and the item as first candidate.

    Args:
        outfits: The outfits.
        sampler: Sampler of the negatives, drawn independently.
        num_negatives: Negatives per item.
        rng: Source of randomness.
    """
    outfit = outfits.batch
    position = torch.arange(len(outfit)) - outfits.ptr[outfit]
    blanked = outfits.select(outfit)
    copy = torch.arange(len(outfit)).repeat_interleave(num_negatives)
    negative = sampler.draw(blanked.select(copy), position[copy], 1, rng)
    candidates = torch.cat([outfits.item_id.unsqueeze(1), negative.view(-1, num_negatives)], dim=1)
    answer = torch.zeros_like(outfit)
    return FillInBlank(outfits.items, blanked.ptr, blanked.item_id, position, candidates, answer)
