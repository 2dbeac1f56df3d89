"""Designers' and users' outfits of the synthetic data set, with picture features."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets.synthetic.synthetic_outfits import SyntheticOutfits
from fashiongraph.features.extract import extract_features
from fashiongraph.features.picture_encoder import PictureEncoder
from fashiongraph.quickstart.settings import Settings

_DESIGNERS, _USERS = Path("dataset/designers"), Path("dataset/users")
_FEATURES = "features_image.npy"


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

    def with_features(self, features: torch.Tensor) -> SyntheticData:
        """The same outfits over items with features."""
        designers, users = (
            outfits.with_items(outfits.items.with_features(features))
            for outfits in (self.designers, self.users)
        )
        return SyntheticData(designers, users, self.pictures)


def draw_data(folder: Path, settings: Settings, seed: int) -> SyntheticData:
    """Draw the pictures of garments and compose designers' and users' outfits.

    Args:
        folder: Folder of the quickstart. ``dataset/designers``, with the pictures, and
            ``dataset/users`` are data sets in the format of :class:`OutfitTables`.
        settings: Sizes.
        seed: Seed of items, pictures and outfits.
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
    pictures = [_DESIGNERS / name for name in designers.items.columns["image"]]
    return SyntheticData(designers.outfits, users.outfits, pictures)


def encode_pictures(
    data: SyntheticData, folder: Path, encoder: PictureEncoder, progress: bool
) -> SyntheticData:
    """Encode the pictures, and write a file of features to both data sets.

    Args:
        data: Result of :func:`draw_data`.
        folder: Folder of the quickstart.
        encoder: The picture encoder.
        progress: Show a progress bar.
    """
    file = folder / _DESIGNERS / _FEATURES
    pictures = [folder / picture for picture in data.pictures]
    extract_features(pictures, encoder, out=file, progress=progress)
    shutil.copy(file, folder / _USERS / _FEATURES)
    return data.with_features(torch.from_numpy(np.load(file, allow_pickle=False)))
