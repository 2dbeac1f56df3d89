"""Encoders of pictures, texts and columns into rows of features, cached on disk."""

from fashiongraph.features.background import RemoveBackground
from fashiongraph.features.colour_encoder import ColourEncoder, mean_lab
from fashiongraph.features.colour_names import nearest_colour
from fashiongraph.features.column_encoder import ColumnEncoder
from fashiongraph.features.efficientnet_lite_encoder import EfficientNetLiteEncoder
from fashiongraph.features.encoders import (
    encoder_kinds,
    encoder_of,
    image_encoder,
    text_encoder,
)
from fashiongraph.features.extract import extract_features
from fashiongraph.features.feature_cache import FeatureCache
from fashiongraph.features.files import Features, save_features
from fashiongraph.features.fusion import fuse
from fashiongraph.features.hashed_words import HashedWords
from fashiongraph.features.image_text_encoder import ImageTextEncoder
from fashiongraph.features.picture_batches import PictureBatches
from fashiongraph.features.picture_encoder import PictureEncoder
from fashiongraph.features.pictures import PadToSquare, read_picture
from fashiongraph.features.sentence_encoder import SentenceEncoder
from fashiongraph.features.tags import zero_shot_tags
from fashiongraph.features.torchvision_encoder import TorchvisionEncoder

__all__ = [
    "ColourEncoder",
    "ColumnEncoder",
    "EfficientNetLiteEncoder",
    "FeatureCache",
    "Features",
    "HashedWords",
    "ImageTextEncoder",
    "PadToSquare",
    "PictureBatches",
    "PictureEncoder",
    "RemoveBackground",
    "SentenceEncoder",
    "TorchvisionEncoder",
    "encoder_kinds",
    "encoder_of",
    "extract_features",
    "fuse",
    "image_encoder",
    "mean_lab",
    "nearest_colour",
    "read_picture",
    "save_features",
    "text_encoder",
    "zero_shot_tags",
]
