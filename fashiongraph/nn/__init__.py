"""Layers, scorers and losses: tensors in, tensors out. Needs torch and PyG and nothing else."""

from fashiongraph.nn.attribute_mask import AttributeMask
from fashiongraph.nn.conv import AttributeGatedConv
from fashiongraph.nn.losses import (
    ADDGNNLoss,
    AttributeDistillationLoss,
    BPRLoss,
    CandidateSoftmaxLoss,
)
from fashiongraph.nn.scorers import AttributeBilinearScorer

__all__ = [
    "ADDGNNLoss",
    "AttributeBilinearScorer",
    "AttributeDistillationLoss",
    "AttributeGatedConv",
    "AttributeMask",
    "BPRLoss",
    "CandidateSoftmaxLoss",
]
