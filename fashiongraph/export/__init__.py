"""Export of trained models with torch.export and ONNX."""

from fashiongraph.export.fixed_size_model import FixedSizeModel, FixedSizeScorer
from fashiongraph.export.fixed_size_program import fixed_size_program
from fashiongraph.export.to_onnx import to_onnx

__all__ = ["FixedSizeModel", "FixedSizeScorer", "fixed_size_program", "to_onnx"]
