"""Heuristic baselines without trained parameters: counts and similarities of features."""

from fashiongraph.models.heuristics.category_cooccurrence import CategoryCooccurrence
from fashiongraph.models.heuristics.item_popularity import ItemPopularity
from fashiongraph.models.heuristics.nearest_features import NearestFeatures
from fashiongraph.models.heuristics.pair_cooccurrence import PairCooccurrence

__all__ = [
    "CategoryCooccurrence",
    "ItemPopularity",
    "NearestFeatures",
    "PairCooccurrence",
]
