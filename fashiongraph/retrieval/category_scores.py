"""Scores of one outfit with every item of a category, by a model with a graph."""

from __future__ import annotations

import torch
from torch import Tensor

from fashiongraph.evaluation.score_outfits import asked_batches
from fashiongraph.models.incoming import incoming
from fashiongraph.nn.conv import AttributeGatedConv
from fashiongraph.retrieval.completed_scores import completed_outfits
from fashiongraph.retrieval.item_encoder import ItemEncoder
from fashiongraph.retrieval.memory_parts import memory_parts


@torch.no_grad()
def category_scores(
    encode: ItemEncoder,
    own: Tensor,
    candidate: Tensor,
    unknown: str = "error",
    block_size: int = 256,
) -> Tensor:
    r"""Score an outfit with each candidate added, all candidates being of one category.

    Within one category all candidates see the same edge weights, and the outfit's items have the
    same first states. So of what item :math:`i` receives in the first round (eq. A5) only the
    candidate's part differs, and the product with :math:`\mathbf{W}` comes apart:

    .. math::
        \mathbf{W} \sum_j A_{ij} \mathbf{h}_j = \mathbf{W} \sum_{j \in o} A_{ij} \mathbf{h}_j
        + A_{ic} \mathbf{W} \mathbf{h}_c

    The first sum is taken once for the category, :math:`\mathbf{W} \mathbf{h}_c` once for the
    candidate instead of once for each item, and what the candidate itself receives is the same
    for all. A model of one round needs about :math:`6 + n` products with an H x H matrix per
    candidate and attribute instead of :math:`6 (n + 1)`.

    Args:
        encode: The encoder of a model with a graph over the catalogue.
        own: Rows of the outfit's items [n], at least one.
        candidate: Rows of the items to add, one at a time [M].
        unknown: As for :func:`fashiongraph.evaluation.score_outfits`.
        block_size: Candidates scored at once; more fall out of the processor's cache.

    Returns:
        Scores on the CPU [M], those of :meth:`~fashiongraph.models.ADDGNN.mean_score`.
    """
    model, conv = encode.model, encode.model.conv
    assert conv is not None
    scores = [torch.empty(0)]
    example = completed_outfits(encode.items, own, candidate[:1])  # all share its edges
    with asked_batches(model, example, 1, unknown) as batches:
        for batch in batches:
            h = encode(own)
            adjacency = incoming(batch).to_dense().to(h.dtype)
            for part in candidate.split(block_size):
                states = _first_round(conv, adjacency, h, encode(part))
                for _ in range(conv.num_steps - 1):
                    received = torch.einsum("ij,mjkh->mikh", adjacency, states)
                    states = conv.update_states(states, received)
                outfit = torch.arange(len(part), device=h.device).repeat_interleave(len(own) + 1)
                score = model.scorer(model.compared(states.flatten(0, 1)), outfit, len(part))
                scores.append(
                    (score + model.counted.category_part(batch, model.graph)).float().cpu()
                )
    return torch.cat(scores) + memory_parts(encode, own, candidate)


def _first_round(conv: AttributeGatedConv, adjacency: Tensor, h: Tensor, new: Tensor) -> Tensor:
    """States after one round [M, n + 1, K, H], of the outfit's items [n, K, H] and the new ones."""
    n = len(h)
    known, fresh = conv.first_products(h), conv.first_products(new)

    def heard(of_known: Tensor, of_new: Tensor) -> Tensor:
        """Sums over the outfit with each candidate added [M, n + 1, K, ...]."""
        fixed = torch.einsum("ij,jkh->ikh", adjacency[:, :n], of_known)
        return fixed + adjacency[:, n].view(-1, 1, 1) * of_new.unsqueeze(1)

    gates = heard(known.gates, fresh.gates)
    gates[:, :n] += known.own
    gates[:, n] += fresh.own
    candidate = heard(known.candidate, fresh.candidate)
    before = torch.cat([h.expand(len(new), -1, -1, -1), new.unsqueeze(1)], dim=1)
    return conv.first_update(before, gates, candidate.add_)
