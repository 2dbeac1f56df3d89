"""Models that map a batch of outfits to one score per outfit."""

from fashiongraph.models.addgnn import ADDGNN
from fashiongraph.models.addgnn_plus import ADDGNNPlus
from fashiongraph.models.baselines.bilstm import BiLSTM
from fashiongraph.models.baselines.ngnn import NGNN
from fashiongraph.models.baselines.set_transformer import SetTransformer
from fashiongraph.models.baselines.siamese import Siamese
from fashiongraph.models.baselines.type_aware import TypeAware
from fashiongraph.models.category_pmi import CategoryPMI
from fashiongraph.models.collocation_net import CollocationNet
from fashiongraph.models.cooccurrence_context import CooccurrenceContext
from fashiongraph.models.designer_teacher import DesignerTeacher
from fashiongraph.models.ensemble import Ensemble
from fashiongraph.models.fine_tuning_net import FineTuningNet
from fashiongraph.models.item_pmi import ItemPMI
from fashiongraph.models.item_states import ItemStates
from fashiongraph.models.model_card import model_card
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.models.picture_collocation_net import PictureCollocationNet
from fashiongraph.models.sentence_collocation_net import SentenceCollocationNet
from fashiongraph.models.wrapped_model import WrappedModel, as_outfit_model

__all__ = [
    "ADDGNN",
    "NGNN",
    "ADDGNNPlus",
    "BiLSTM",
    "CategoryPMI",
    "CollocationNet",
    "CooccurrenceContext",
    "DesignerTeacher",
    "Ensemble",
    "FineTuningNet",
    "ItemPMI",
    "ItemStates",
    "OutfitModel",
    "PictureCollocationNet",
    "SentenceCollocationNet",
    "SetTransformer",
    "Siamese",
    "TypeAware",
    "WrappedModel",
    "as_outfit_model",
    "model_card",
]
