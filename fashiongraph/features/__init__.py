"""Encoders of pictures, texts and columns into rows of features, cached on disk."""

from fashiongraph.features.column_encoder import ColumnEncoder
from fashiongraph.features.efficientnet_lite_encoder import EfficientNetLiteEncoder
from fashiongraph.features.encoders import encoder_kinds, image_encoder, text_encoder
from fashiongraph.features.extract import extract_features
from fashiongraph.features.feature_cache import FeatureCache
from fashiongraph.features.files import Features, save_features
from fashiongraph.features.fusion import fuse
from fashiongraph.features.hashed_words import HashedWords
from fashiongraph.features.picture_batches import PictureBatches
from fashiongraph.features.picture_encoder import PictureEncoder
from fashiongraph.features.pictures import PadToSquare, read_picture
from fashiongraph.features.sentence_encoder import SentenceEncoder
from fashiongraph.features.torchvision_encoder import TorchvisionEncoder

__all__ = [
    "ColumnEncoder",
    "EfficientNetLiteEncoder",
    "FeatureCache",
    "Features",
    "HashedWords",
    "PadToSquare",
    "PictureBatches",
    "PictureEncoder",
    "SentenceEncoder",
    "TorchvisionEncoder",
    "encoder_kinds",
    "extract_features",
    "fuse",
    "image_encoder",
    "read_picture",
    "save_features",
    "text_encoder",
]
