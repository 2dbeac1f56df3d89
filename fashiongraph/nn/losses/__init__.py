"""Losses of scores, distances, embeddings and masks."""

from fashiongraph.nn.losses.addgnn_loss import ADDGNNLoss
from fashiongraph.nn.losses.attribute_decorrelation_loss import AttributeDecorrelationLoss
from fashiongraph.nn.losses.attribute_distillation_loss import AttributeDistillationLoss
from fashiongraph.nn.losses.bpr_loss import BPRLoss
from fashiongraph.nn.losses.candidate_softmax_loss import CandidateSoftmaxLoss
from fashiongraph.nn.losses.contrastive_loss import ContrastiveLoss
from fashiongraph.nn.losses.focal_loss import FocalLoss
from fashiongraph.nn.losses.hard_aware_cascade_loss import HardAwareCascadeLoss
from fashiongraph.nn.losses.histogram_loss import HistogramLoss
from fashiongraph.nn.losses.in_batch_softmax_loss import InBatchSoftmaxLoss
from fashiongraph.nn.losses.mixed_category_triplet_loss import MixedCategoryTripletLoss
from fashiongraph.nn.losses.position_dependent_loss import PositionDependentLoss
from fashiongraph.nn.losses.score_distillation_loss import ScoreDistillationLoss
from fashiongraph.nn.losses.sigmoid_margin_loss import SigmoidMarginLoss
from fashiongraph.nn.losses.type_aware_loss import TypeAwareLoss

__all__ = [
    "ADDGNNLoss",
    "AttributeDecorrelationLoss",
    "AttributeDistillationLoss",
    "BPRLoss",
    "CandidateSoftmaxLoss",
    "ContrastiveLoss",
    "FocalLoss",
    "HardAwareCascadeLoss",
    "HistogramLoss",
    "InBatchSoftmaxLoss",
    "MixedCategoryTripletLoss",
    "PositionDependentLoss",
    "ScoreDistillationLoss",
    "SigmoidMarginLoss",
    "TypeAwareLoss",
]
