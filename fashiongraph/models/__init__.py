"""Named architectures. Each maps a batch to one score per outfit and brings its objective."""

from fashiongraph.models.addgnn import ADDGNN
from fashiongraph.models.addgnn_objective import ADDGNNObjective
from fashiongraph.models.designer_teacher import DesignerTeacher
from fashiongraph.models.objective import Objective
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.models.ranking_objective import RankingObjective

__all__ = [
    "ADDGNN",
    "ADDGNNObjective",
    "DesignerTeacher",
    "Objective",
    "OutfitModel",
    "RankingObjective",
]
