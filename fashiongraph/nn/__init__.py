"""Layers, scorers and losses: tensors in, tensors out. Needs torch and PyG and nothing else."""

from fashiongraph.nn.attribute_mask import AttributeMask
from fashiongraph.nn.category_linear import CategoryLinear
from fashiongraph.nn.conv import (
    AttributeGatedConv,
    NGNNConv,
)
from fashiongraph.nn.losses import (
    ADDGNNLoss,
    AttributeDistillationLoss,
    BPRLoss,
    CandidateSoftmaxLoss,
    ContrastiveLoss,
    FocalLoss,
    SigmoidMarginLoss,
    TypeAwareLoss,
)
from fashiongraph.nn.scorers import AttributeBilinearScorer, CosineScorer

__all__ = [
    "ADDGNNLoss",
    "AttributeBilinearScorer",
    "AttributeDistillationLoss",
    "AttributeGatedConv",
    "AttributeMask",
    "BPRLoss",
    "CandidateSoftmaxLoss",
    "CategoryLinear",
    "ContrastiveLoss",
    "CosineScorer",
    "FocalLoss",
    "NGNNConv",
    "SigmoidMarginLoss",
    "TypeAwareLoss",
]
