"""Layers, scorers, distances, miners and losses on tensors. Needs torch and PyG only."""

from fashiongraph.nn.attribute_mask import AttributeMask
from fashiongraph.nn.category_linear import CategoryLinear
from fashiongraph.nn.conv import (
    AttributeGatedConv,
    NGNNConv,
)
from fashiongraph.nn.count_lift import CountLift
from fashiongraph.nn.distances import (
    AffineSimilarity,
    CosineSimilarity,
    Distance,
    EuclideanDistance,
    PositionDependentSimilarity,
    SquaredEuclideanDistance,
)
from fashiongraph.nn.layer_projection import LayerProjection
from fashiongraph.nn.losses import (
    ADDGNNLoss,
    AttributeDistillationLoss,
    BPRLoss,
    CandidateSoftmaxLoss,
    ContrastiveLoss,
    FocalLoss,
    HardAwareCascadeLoss,
    HistogramLoss,
    InBatchSoftmaxLoss,
    MixedCategoryTripletLoss,
    PositionDependentLoss,
    ScoreDistillationLoss,
    SigmoidMarginLoss,
    TypeAwareLoss,
)
from fashiongraph.nn.masked_linear import MaskedLinear
from fashiongraph.nn.miners import (
    AllPairsMiner,
    ExemplarMiner,
    HardMiner,
    MinerSchedule,
    SemiHardMiner,
    SimpleMiner,
    exemplar_labels,
)
from fashiongraph.nn.ragged_lstm import RaggedLSTM
from fashiongraph.nn.scorers import AttributeBilinearScorer, CosineScorer
from fashiongraph.nn.soft_minimum import SoftMinimum
from fashiongraph.nn.unit import unit

__all__ = [
    "ADDGNNLoss",
    "AffineSimilarity",
    "AllPairsMiner",
    "AttributeBilinearScorer",
    "AttributeDistillationLoss",
    "AttributeGatedConv",
    "AttributeMask",
    "BPRLoss",
    "CandidateSoftmaxLoss",
    "CategoryLinear",
    "ContrastiveLoss",
    "CosineScorer",
    "CosineSimilarity",
    "CountLift",
    "Distance",
    "EuclideanDistance",
    "ExemplarMiner",
    "FocalLoss",
    "HardAwareCascadeLoss",
    "HardMiner",
    "HistogramLoss",
    "InBatchSoftmaxLoss",
    "LayerProjection",
    "MaskedLinear",
    "MinerSchedule",
    "MixedCategoryTripletLoss",
    "NGNNConv",
    "PositionDependentLoss",
    "PositionDependentSimilarity",
    "RaggedLSTM",
    "ScoreDistillationLoss",
    "SemiHardMiner",
    "SigmoidMarginLoss",
    "SimpleMiner",
    "SoftMinimum",
    "SquaredEuclideanDistance",
    "TypeAwareLoss",
    "exemplar_labels",
    "unit",
]
