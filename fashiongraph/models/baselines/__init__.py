"""Published models as baselines."""

from fashiongraph.models.baselines.bilstm import BiLSTM
from fashiongraph.models.baselines.ngnn import NGNN
from fashiongraph.models.baselines.set_transformer import SetTransformer
from fashiongraph.models.baselines.siamese import Siamese
from fashiongraph.models.baselines.type_aware import TypeAware

__all__ = [
    "NGNN",
    "BiLSTM",
    "SetTransformer",
    "Siamese",
    "TypeAware",
]
