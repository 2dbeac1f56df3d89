"""Layers, scorers, distances, miners, losses and pooling. Needs torch and PyG only."""

from fashiongraph.nn.attribute_mask import AttributeMask
from fashiongraph.nn.category_linear import CategoryLinear
from fashiongraph.nn.conv.attribute_gated_conv import AttributeGatedConv
from fashiongraph.nn.conv.ngnn_conv import NGNNConv
from fashiongraph.nn.distances.affine_similarity import AffineSimilarity
from fashiongraph.nn.distances.cosine_similarity import CosineSimilarity
from fashiongraph.nn.distances.distance import Distance, row_distances
from fashiongraph.nn.distances.euclidean_distance import EuclideanDistance
from fashiongraph.nn.distances.position_dependent_similarity import PositionDependentSimilarity
from fashiongraph.nn.distances.squared_euclidean_distance import SquaredEuclideanDistance
from fashiongraph.nn.functional import l2_normalize
from fashiongraph.nn.l2_norm import L2Norm
from fashiongraph.nn.layer_projection import LayerProjection
from fashiongraph.nn.learned_pmi import LearnedPMI
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
from fashiongraph.nn.masked_linear import MaskedLinear
from fashiongraph.nn.miners.all_pairs_miner import AllPairsMiner
from fashiongraph.nn.miners.exemplar_miner import ExemplarMiner
from fashiongraph.nn.miners.hard_miner import HardMiner
from fashiongraph.nn.miners.indices import exemplar_labels
from fashiongraph.nn.miners.miner_schedule import MinerSchedule
from fashiongraph.nn.miners.semi_hard_miner import SemiHardMiner
from fashiongraph.nn.miners.simple_miner import SimpleMiner
from fashiongraph.nn.pooling.soft_min_aggregation import SoftMinAggregation
from fashiongraph.nn.ragged_lstm import RaggedLSTM
from fashiongraph.nn.scorers.attribute_bilinear_scorer import AttributeBilinearScorer
from fashiongraph.nn.scorers.cosine_scorer import CosineScorer

__all__ = [
    "ADDGNNLoss",
    "AffineSimilarity",
    "AllPairsMiner",
    "AttributeBilinearScorer",
    "AttributeDecorrelationLoss",
    "AttributeDistillationLoss",
    "AttributeGatedConv",
    "AttributeMask",
    "BPRLoss",
    "CandidateSoftmaxLoss",
    "CategoryLinear",
    "ContrastiveLoss",
    "CosineScorer",
    "CosineSimilarity",
    "Distance",
    "EuclideanDistance",
    "ExemplarMiner",
    "FocalLoss",
    "HardAwareCascadeLoss",
    "HardMiner",
    "HistogramLoss",
    "InBatchSoftmaxLoss",
    "L2Norm",
    "LayerProjection",
    "LearnedPMI",
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
    "SoftMinAggregation",
    "SquaredEuclideanDistance",
    "TypeAwareLoss",
    "exemplar_labels",
    "l2_normalize",
    "row_distances",
]
