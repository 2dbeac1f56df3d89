"""Losses: scores or masks to one number."""

from fashiongraph.nn.losses.addgnn_loss import ADDGNNLoss
from fashiongraph.nn.losses.attribute_distillation_loss import AttributeDistillationLoss
from fashiongraph.nn.losses.bpr_loss import BPRLoss
from fashiongraph.nn.losses.candidate_softmax_loss import CandidateSoftmaxLoss

__all__ = [
    "ADDGNNLoss",
    "AttributeDistillationLoss",
    "BPRLoss",
    "CandidateSoftmaxLoss",
]
