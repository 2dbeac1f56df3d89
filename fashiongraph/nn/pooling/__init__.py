"""Aggregations of item scores into outfit scores."""

from fashiongraph.nn.pooling.soft_min_aggregation import SoftMinAggregation

__all__ = ["SoftMinAggregation"]
