"""Scores of outfits beside what strangers in them would score."""

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

_BLOCK = 4096  # outfits whose editions lie in memory at a time


@torch.no_grad()
def score_against_negatives(
    model: Scorer,
    outfits: Outfits,
    sampler: NegativeSampler,
    num_negatives: int = 32,
    own_weight: float = 0.25,
    seed: int = 0,
    **kwargs: Any,
) -> Tensor:
    r"""Score outfits by how each item does beside strangers in its place.

    A model that learned to choose among candidates for a blank knows

    .. math::
        c(O) = \ln \frac{p(i \mid O \setminus i)}{q(i)} + z(O \setminus i)

    with :math:`q` how strangers are drawn, and a :math:`z` that no choice among them depends on.
    Between outfits z is noise. Strangers :math:`j_1 \dots j_R`, drawn from q for every item, take
    it off:

    .. math::
        r_i &= c(O) - \ln \frac{1}{R + 1} \Big( e^{c(O)} + \sum_r e^{c(O_{i \to j_r})} \Big) \\
        y(O) &= -\ln \frac{1}{n} \sum_i e^{-r_i} + w \, s(O)

    which is the log-likelihood ratio of the outfit against one with a stranger somewhere in it,
    and w times what the model says of it alone. It takes :math:`n (R + 1)` scores in place of one.

    Args:
        model: The model; see :func:`score_outfits`. c is how it compares candidates
            (:func:`score_candidates`), s its score of an outfit.
        outfits: B outfits.
        sampler: Where strangers come from; the protocol the model was trained with, over
            ``train.with_frequency().items``. They are drawn independently: an item may be drawn
            twice, so that a small pool is not emptied.
        num_negatives: Strangers for each item, R.
        own_weight: The weight w of the outfit's own score. The default was settled on validation
            outfits, where anything from 0.1 to 0.5 does about as well.
        seed: Seed of the strangers.
        **kwargs: Further arguments of :func:`score_outfits`.

    Returns:
        Scores on the CPU [B]; an outfit without items has its own, weighed.

    Raises:
        FashionGraphError: If there are to be no strangers, or the sampler has none, and as
            :func:`score_outfits`.
    """
    if num_negatives < 1:
        raise FashionGraphError(f"'num_negatives' needs to be at least 1 (got {num_negatives})")
    rng = np.random.default_rng((seed, 1))  # not those of questions drawn by the same seed
    pool = SoftMinAggregation()
    scores = [own_weight * score_outfits(model, outfits, **kwargs)]
    for rows in torch.arange(len(outfits)).split(_BLOCK):
        part = outfits.select(rows)
        candidates = score_candidates(
            model, _every_blank(part, sampler, num_negatives, rng), **kwargs
        )
        ratio = candidates.log_softmax(dim=1)[:, 0] + math.log(1 + num_negatives)
        scores.append(pool(ratio, part.batch, len(part)))
    return scores[0] + torch.cat(scores[1:])


def _every_blank(
    outfits: Outfits, sampler: NegativeSampler, num_negatives: int, rng: np.random.Generator
) -> FillInBlank:
    """Each item of each outfit blanked, the item itself the first candidate."""
    outfit = outfits.batch
    position = torch.arange(len(outfit)) - outfits.ptr[outfit]
    blanked = outfits.select(outfit)
    copy = torch.arange(len(outfit)).repeat_interleave(num_negatives)
    stranger = sampler.draw(blanked.select(copy), position[copy], 1, rng)
    candidates = torch.cat([outfits.item_id.unsqueeze(1), stranger.view(-1, num_negatives)], dim=1)
    answer = torch.zeros_like(outfit)
    return FillInBlank(outfits.items, blanked.ptr, blanked.item_id, position, candidates, answer)
