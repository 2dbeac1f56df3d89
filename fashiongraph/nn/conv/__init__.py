"""Gated graph convolutions over the items of outfits."""

from fashiongraph.nn.conv.attribute_gated_conv import AttributeGatedConv
from fashiongraph.nn.conv.ngnn_conv import NGNNConv

__all__ = [
    "AttributeGatedConv",
    "NGNNConv",
]
