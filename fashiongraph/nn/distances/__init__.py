"""Distances and similarities of embeddings, compatible with pytorch-metric-learning."""

from fashiongraph.nn.distances.affine_similarity import AffineSimilarity
from fashiongraph.nn.distances.cosine_similarity import CosineSimilarity
from fashiongraph.nn.distances.distance import Distance, row_distances
from fashiongraph.nn.distances.euclidean_distance import EuclideanDistance
from fashiongraph.nn.distances.position_dependent_similarity import PositionDependentSimilarity
from fashiongraph.nn.distances.squared_euclidean_distance import SquaredEuclideanDistance

__all__ = [
    "AffineSimilarity",
    "CosineSimilarity",
    "Distance",
    "EuclideanDistance",
    "PositionDependentSimilarity",
    "SquaredEuclideanDistance",
    "row_distances",
]
