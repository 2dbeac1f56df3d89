"""Named architectures. Each maps a batch to one score per outfit and brings its objective."""

from fashiongraph.models.addgnn import ADDGNN
from fashiongraph.models.addgnn_objective import ADDGNNObjective
from fashiongraph.models.bilstm import BiLSTM
from fashiongraph.models.bilstm_objective import BiLSTMObjective
from fashiongraph.models.collocation_net import CollocationNet
from fashiongraph.models.contrastive_objective import ContrastiveObjective
from fashiongraph.models.designer_teacher import DesignerTeacher
from fashiongraph.models.ensemble import Ensemble
from fashiongraph.models.ensemble_objective import EnsembleObjective
from fashiongraph.models.in_batch_objective import InBatchObjective
from fashiongraph.models.metric_objective import MetricObjective
from fashiongraph.models.ngnn import NGNN
from fashiongraph.models.ngnn_objective import NGNNObjective
from fashiongraph.models.objective import Objective
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.models.picture_collocation_net import PictureCollocationNet
from fashiongraph.models.ranking_objective import RankingObjective
from fashiongraph.models.sentence_collocation_net import SentenceCollocationNet
from fashiongraph.models.set_transformer import SetTransformer
from fashiongraph.models.siamese import Siamese
from fashiongraph.models.type_aware import TypeAware
from fashiongraph.models.type_aware_objective import TypeAwareObjective

__all__ = [
    "ADDGNN",
    "NGNN",
    "ADDGNNObjective",
    "BiLSTM",
    "BiLSTMObjective",
    "CollocationNet",
    "ContrastiveObjective",
    "DesignerTeacher",
    "Ensemble",
    "EnsembleObjective",
    "InBatchObjective",
    "MetricObjective",
    "NGNNObjective",
    "Objective",
    "OutfitModel",
    "PictureCollocationNet",
    "RankingObjective",
    "SentenceCollocationNet",
    "SetTransformer",
    "Siamese",
    "TypeAware",
    "TypeAwareObjective",
]
