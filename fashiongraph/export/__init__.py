"""Trained models as programs of plain tensors, for serving without this library."""

from fashiongraph.export.fixed_size_addgnn import FixedSizeADDGNN
from fashiongraph.export.fixed_size_program import fixed_size_program
from fashiongraph.export.fixed_size_scorer import FixedSizeScorer
from fashiongraph.export.to_onnx import to_onnx

__all__ = ["FixedSizeADDGNN", "FixedSizeScorer", "fixed_size_program", "to_onnx"]
