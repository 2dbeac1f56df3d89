"""Cards beside feature files, which identify the items of the rows."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

from fashiongraph.data.checks import hashed
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


def write_feature_card(features: Path, ids: np.ndarray | None, encoder: str) -> None:
    """Write ``x.npy.json`` beside ``x.npy``, with a digest of the items of its rows.

    Args:
        features: The file of features.
        ids: Identifiers of the items, in the order of the rows [n]. If None, no card is
            written, and an earlier one is removed.
        encoder: Name of the encoder.

    Raises:
        DataError: If another kind of file has the card's name.
    """
    check_card_replaceable(features)
    path = _place(features)
    if ids is None:
        path.unlink(missing_ok=True)
        return
    card = {"encoder": encoder, "rows": len(ids), "item_ids": _digest(hashed(ids))}
    with atomic_write(path) as draft:
        draft.write_text(json.dumps({**card, "file": _sampled(features)}), encoding="utf-8")


def check_feature_card(features: Path, ids: np.ndarray) -> None:
    """Check that a file of features was made for these items, if it has a card.

    The card is ignored if the file was written again since by other means.

    Args:
        features: The file of features.
        ids: Identifiers of the items [n].

    Raises:
        DataError: If it was made for other items, or for another order of them.
    """
    path = _place(features)
    card = _card(path)
    if card and card["item_ids"] != _digest(hashed(ids)) and card.get("file") == _sampled(features):
        raise DataError(
            f"features were made for other items or in another order, see {path.name}; embed again",
            features,
        )


def _place(features: Path) -> Path:
    return features.with_name(f"{features.name}.json")


def _card(path: Path) -> dict[str, object]:
    """The card; empty if there is none, or a file of another kind."""
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return card if isinstance(card, dict) and "item_ids" in card else {}


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
