"""Which places of a ranking hold what was asked for."""

from __future__ import annotations

from torch import Tensor


def ranked_order(score: Tensor, relevant: Tensor) -> Tensor:
    """Candidates of each query from best to worst; among equals the irrelevant come first.

    A model that gives one score to everything then gains nothing by the order of the catalogue.

    Args:
        score: Score of each candidate [Q, n]; minus infinity for one that does not take part.
        relevant: Whether a candidate is relevant [Q, n].

    Returns:
        Columns of ``score`` [Q, n].

    Raises:
        ValueError: If the shapes differ or a score is not a number.
    """
    if score.shape != relevant.shape or score.dim() != 2:
        raise ValueError(
            f"'score' and 'relevant' need the same shape [Q, n] "
            f"(got {list(score.shape)} and {list(relevant.shape)})"
        )
    if bool(score.isnan().any()):
        raise ValueError("'score' needs numbers (got NaN)")
    irrelevant_first = relevant.byte().argsort(dim=1, stable=True)
    place = score.gather(1, irrelevant_first).argsort(dim=1, descending=True, stable=True)
    return irrelevant_first.gather(1, place)


def ranked_relevance(score: Tensor, relevant: Tensor) -> Tensor:
    """Whether the candidate at each rank is relevant, best rank first [Q, n].

    See :func:`ranked_order` for the arguments. All that retrieval metrics need to know.
    """
    return relevant.gather(1, ranked_order(score, relevant))
