"""Scorers: states of items to one score per outfit."""

from fashiongraph.nn.scorers.attribute_bilinear_scorer import AttributeBilinearScorer

__all__ = ["AttributeBilinearScorer"]
