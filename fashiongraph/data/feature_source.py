"""Origin of features: the file, and the encoder that wrote it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fashiongraph.errors import FashionGraphError

_OUTFITS = "training_outfits"


@dataclass(frozen=True)
class FeatureSource:
    """Origin of a block of features: a file, and the encoder that its card names.

    Args:
        file: Path of the file: relative to the folder of the data set if it lies there, else
            absolute.
        num_features: Number of features in the file.
        encoder: Name of the encoder; empty for a file without a card.
        fingerprint: Digest of the weights and settings of the encoder; empty without a card.
        settings: What makes the encoder again beside its name, as JSON values.

    Example:
        >>> source = FeatureSource("features_image.npy", 512, "resnet18", "1f0c")
        >>> str(source)
        'features_image.npy (512 by resnet18)'
    """

    file: str
    num_features: int
    encoder: str = ""
    fingerprint: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        by = f" by {self.encoder}" if self.encoder else ""
        return f"{self.file} ({self.num_features}{by})"

    @property
    def training_outfits(self) -> NDArray[np.int64]:
        """Keys of the outfits that the encoder was fine-tuned on; none for other encoders.

        See :func:`fashiongraph.data.outfit_keys`.
        """
        return np.frombuffer(base64.b64decode(self.settings.get(_OUTFITS, "")), dtype="<i8")

    @staticmethod
    def outfit_settings(keys: NDArray[np.int64]) -> dict[str, str]:
        """Settings of an encoder that was fine-tuned on outfits.

        Args:
            keys: Keys of the outfits.
        """
        return {_OUTFITS: base64.b64encode(np.sort(keys).astype("<i8").tobytes()).decode()}

    def as_json(self) -> dict[str, Any]:
        """The fields as JSON values, from which ``FeatureSource(**values)`` makes it again."""
        return asdict(self)


def check_sources(
    needed: Sequence[FeatureSource], given: Sequence[FeatureSource], argument: str
) -> None:
    """Check that features come from the same encoders in the same order.

    Encoders are compared by fingerprint. Files without a card that a model was trained on are
    compared by name, if there are several or the other file has a card. Features in memory, which
    have no source, are not compared.

    Args:
        needed: Sources of the features that a model was trained on.
        given: Sources of other features.
        argument: Name of the argument that holds the other features, for the error.

    Raises:
        FashionGraphError: If they differ, with the first difference.

    Example:
        >>> image = FeatureSource("image.npy", 512, "resnet18", "1f0c")
        >>> check_sources([image], [FeatureSource("new.npy", 512, "resnet18", "1f0c")], "items")
        >>> check_sources([image], [FeatureSource("image.npy", 512, "resnet18", "77aa")], "items")
        Traceback (most recent call last):
        ...
        fashiongraph.errors.FashionGraphError: 'items' needs the features of the training, \
image.npy (512 by resnet18) (got image.npy (512 by resnet18), with other weights or settings)
    """
    if not needed or not given:
        return
    several = len(needed) > 1
    for wanted, got in zip(needed, given, strict=False):
        if not _equal(wanted, got, several):
            raise FashionGraphError(
                f"'{argument}' needs the features of the training, {_joined(needed)} "
                f"(got {_difference(wanted, got) if len(given) == 1 else _joined(given)})"
            )
    if len(needed) != len(given):
        raise FashionGraphError(
            f"'{argument}' needs the features of the training, {_joined(needed)} "
            f"(got {_joined(given)})"
        )


def _equal(wanted: FeatureSource, got: FeatureSource, several: bool) -> bool:
    if wanted.num_features != got.num_features:
        return False
    if wanted.fingerprint:
        return wanted.fingerprint == got.fingerprint
    return not (several or got.fingerprint) or PurePath(wanted.file).name == PurePath(got.file).name


def _difference(wanted: FeatureSource, got: FeatureSource) -> str:
    same_name = (wanted.encoder, wanted.num_features) == (got.encoder, got.num_features)
    return f"{got}, with other weights or settings" if same_name and got.encoder else str(got)


def _joined(sources: Sequence[FeatureSource]) -> str:
    return " + ".join(map(str, sources))
