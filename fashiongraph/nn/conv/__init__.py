"""Graph layers."""

from fashiongraph.nn.conv.attribute_gated_conv import AttributeGatedConv

__all__ = ["AttributeGatedConv"]
