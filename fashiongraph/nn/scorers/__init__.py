"""Scorers: item embeddings of a batch to one score per outfit."""

from fashiongraph.nn.scorers.attribute_bilinear_scorer import AttributeBilinearScorer
from fashiongraph.nn.scorers.cosine_scorer import CosineScorer

__all__ = [
    "AttributeBilinearScorer",
    "CosineScorer",
]
