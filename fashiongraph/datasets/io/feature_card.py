"""Cards beside feature files, which identify the encoder and the items of the rows."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from fashiongraph.data.checks import hashed
from fashiongraph.data.feature_source import FeatureSource
from fashiongraph.datasets.io.feature_file import open_features
from fashiongraph.errors import DataError
from fashiongraph.files import atomic_write

_SAMPLE = 1024  # rows in the digest


def check_card_replaceable(features: Path) -> None:
    """Check that a card may be written beside a file of features.

    Raises:
        DataError: If another kind of file has its name.
    """
    path = _place(features)
    if path.exists() and not _card(path):
        raise DataError(f"is no card of {features.name}, and is not replaced", path)


def write_feature_card(features: Path, ids: np.ndarray | None, source: FeatureSource) -> None:
    """Write ``x.npy.json`` beside ``x.npy``, with its encoder and a digest of its items.

    Args:
        features: The file of features.
        ids: Identifiers of the items, in the order of the rows [n]; :obj:`None` for rows of
            pictures without a table of items.
        source: The encoder. The name of the file is not stored.

    Raises:
        DataError: If another kind of file has the card's name.
    """
    check_card_replaceable(features)
    card = {
        "encoder": source.encoder,
        "fingerprint": source.fingerprint,
        "settings": source.settings,
        "item_ids": None if ids is None else _digest(hashed(ids)),
        "file": _sampled(features),
    }
    with atomic_write(_place(features)) as draft:
        draft.write_text(json.dumps(card, ensure_ascii=False), encoding="utf-8")


def check_feature_card(features: Path, ids: np.ndarray) -> None:
    """Check that a file of features was made for these items, if it has a card.

    The card is ignored if the file was written again since by other means.

    Args:
        features: The file of features.
        ids: Identifiers of the items [n].

    Raises:
        DataError: If it was made for other items, or for another order of them.
    """
    card = _current_card(features)
    if card and card["item_ids"] not in (None, _digest(hashed(ids))):
        raise DataError(
            "features were made for other items or in another order, see "
            f"{_place(features).name}; embed again",
            features,
        )


def feature_source(features: Path, name: str = "") -> FeatureSource:
    """Encoder of a file of features by its card; without a current card it is unknown.

    Args:
        features: The file of features.
        name: Name of the file in the result; by default its last part.

    Raises:
        DataError: If the file holds no features.

    Example:
        >>> file = getfixture("tmp_path") / "features.npy"
        >>> np.save(file, np.eye(3, dtype=np.float16))
        >>> feature_source(file)
        FeatureSource(file='features.npy', num_features=3, encoder='', fingerprint='', settings={})
    """
    width = open_features(features).shape[1]
    card = _current_card(features)
    known = {key: card[key] for key in ("encoder", "fingerprint", "settings")} if card else {}
    return FeatureSource(name or features.name, width, **known)


def carded_features(folder: Path) -> list[Path]:
    """Files of features with a current card directly in a folder, sorted by name."""
    files = sorted(folder.glob("*.npy"))
    return [file for file in files if _place(file).is_file() and _current_card(file)]


def _current_card(features: Path) -> dict[str, Any]:
    """The card; empty if there is none, or if the file was written again since."""
    card = _card(_place(features))
    return card if card and card["file"] == _sampled(features) else {}


def _place(features: Path) -> Path:
    return features.with_name(f"{features.name}.json")


def _card(path: Path) -> dict[str, Any]:
    """The card; empty if there is none, or a file of another kind."""
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    needed = {"encoder", "fingerprint", "settings", "item_ids", "file"}
    return card if isinstance(card, dict) and needed <= card.keys() else {}


def _sampled(features: Path) -> str:
    """A digest of a sample of rows, since a file may have millions."""
    rows = open_features(features)
    some = np.linspace(0, len(rows) - 1, min(len(rows), _SAMPLE)).astype(np.int64)
    return _digest(np.array([*rows.shape, rows.itemsize]), rows[some])


def _digest(*arrays: np.ndarray) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(array.tobytes())
    return digest.hexdigest()
