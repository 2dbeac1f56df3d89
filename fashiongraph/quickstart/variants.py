"""Both editions of the synthetic dataset, with features of their pictures."""

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
class Variants:
    """Designers' and users' outfits of the same garments.

    Args:
        designers: Outfits that keep to the designers' rules.
        users: Outfits of a looser hand, some garments of which are there by accident.
        pictures: Picture file of each item, in the order of the item table and relative to the
            quickstart's folder, which gets its name only when all is done.
    """

    designers: Outfits
    users: Outfits
    pictures: list[Path]

    def with_features(self, features: torch.Tensor) -> Variants:
        """The same outfits over items with features."""
        designers, users = (
            outfits.with_items(outfits.items.with_features(features))
            for outfits in (self.designers, self.users)
        )
        return Variants(designers, users, self.pictures)


def draw_variants(folder: Path, settings: Settings, seed: int) -> Variants:
    """Draw the garments' pictures and compose the outfits of both editions.

    Args:
        folder: The quickstart's folder; ``dataset/designers`` and ``dataset/users`` in it have
            the form of one's own dataset, and the pictures lie with the designers'.
        settings: The sizes.
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
        render=False,  # the same garments: one set of pictures is enough
    )
    pictures = [_DESIGNERS / name for name in designers.items.columns["image"]]
    return Variants(designers.outfits, users.outfits, pictures)


def encode_pictures(
    editions: Variants, folder: Path, encoder: PictureEncoder, progress: bool
) -> Variants:
    """Encode the pictures; each edition's folder gets the file of features.

    Args:
        editions: What :func:`draw_variants` returned.
        folder: The folder it was given.
        encoder: The network.
        progress: Whether to show a progress bar.
    """
    file = folder / _DESIGNERS / _FEATURES
    pictures = [folder / picture for picture in editions.pictures]
    extract_features(pictures, encoder, out=file, progress=progress)
    shutil.copy(file, folder / _USERS / _FEATURES)
    return editions.with_features(torch.from_numpy(np.load(file, allow_pickle=False)))
