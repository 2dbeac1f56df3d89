"""Designers' and users' outfits of the synthetic data set, with picture features."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fashiongraph.data.feature_source import FeatureSource
from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets.attach_features import attach_features
from fashiongraph.datasets.io.feature_card import carded_features, features_with_card
from fashiongraph.datasets.synthetic.synthetic_outfits import SyntheticOutfits
from fashiongraph.features.encoders import image_encoder
from fashiongraph.features.extract import extract_features
from fashiongraph.features.picture_encoder import PictureEncoder
from fashiongraph.quickstart.settings import Settings

_DESIGNERS, _USERS = Path("dataset/designers"), Path("dataset/users")
# By kind, as `fashiongraph embed` names and describes the files of features.
_ENCODERS = {"image": "efficientnet-lite0", "colours": "colours"}
_SETTINGS = {"image": {"weights": "DEFAULT", "layers": None}, "colours": {}}


@dataclass(frozen=True, eq=False)
class SyntheticData:
    """Designers' and users' outfits of the same garments.

    Args:
        designers: Outfits that follow the designers' rules.
        users: Outfits by looser rules, with some random garments.
        pictures: Picture file of each item, in the order of the item table and relative to the
            folder of the quickstart.
    """

    designers: Outfits
    users: Outfits
    pictures: list[Path]


def picture_encoders() -> dict[str, PictureEncoder]:
    """The encoders by kind, a network and one of colours.

    Raises:
        FashionGraphError: If the extra ``efficientnet`` is not installed.
    """
    return {kind: image_encoder(name) for kind, name in _ENCODERS.items()}


def draw_data(
    folder: Path, settings: Settings, seed: int
) -> tuple[SyntheticOutfits, SyntheticOutfits]:
    """Draw the pictures of garments and compose designers' and users' outfits.

    Args:
        folder: Folder of the quickstart. ``dataset/designers``, with the pictures, and
            ``dataset/users`` are data sets in the format of :class:`OutfitTables`.
        settings: Sizes.
        seed: Seed of items, pictures and outfits.

    Returns:
        The designers' data set and the users'.
    """
    designers = SyntheticOutfits(
        folder / _DESIGNERS,
        num_items=settings.num_items,
        num_outfits=settings.num_designers,
        version="designers",
        seed=seed,
        image_size=settings.image_size,
    )
    users = SyntheticOutfits(
        folder / _USERS,
        num_items=settings.num_items,
        num_outfits=settings.num_users,
        version="users",
        noise=settings.noise,
        seed=seed,
        render=False,  # the garments are those of the designers
    )
    return designers, users


def encode_pictures(
    designers: SyntheticOutfits,
    users: SyntheticOutfits,
    encoders: Mapping[str, PictureEncoder],
    progress: bool,
) -> SyntheticData:
    """Encode the pictures, and write files of features with cards to both data sets.

    ``fashiongraph train`` reads the same files, in the same order, if no others are named.

    Args:
        designers: The data set with the pictures.
        users: The data set of the same items without pictures.
        encoders: Result of :func:`picture_encoders`.
        progress: Show progress bars.
    """
    names = designers.items.columns["image"]
    pictures = [designers.root / name for name in names]
    ids = designers.items.ids.to_numpy(object)
    for kind, encoder in encoders.items():
        file = designers.root / f"features_{kind}.npy"
        settings = {"kind": kind, **_SETTINGS[kind]}
        source = FeatureSource(
            file.name, encoder.num_features, _ENCODERS[kind], encoder.fingerprint, settings
        )
        with features_with_card(file, ids, source) as draft:
            extract_features(pictures, encoder, out=draft, progress=progress)
        for written in (file, file.with_name(f"{file.name}.json")):
            shutil.copy(written, users.root)
    designers_outfits, users_outfits = (
        attach_features(dataset, carded_features(dataset.root)).outfits
        for dataset in (designers, users)
    )
    return SyntheticData(designers_outfits, users_outfits, [_DESIGNERS / name for name in names])
