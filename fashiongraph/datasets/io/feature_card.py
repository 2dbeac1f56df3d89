"""The card beside a file of features, which says whose they are."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

from fashiongraph.data.checks import hashed
from fashiongraph.datasets.io.feature_file import open_features
from fashiongraph.errors import DataError
from fashiongraph.files import atomic_write

_SAMPLE = 1024  # rows that stand for all


def check_card_replaceable(features: Path) -> None:
    """Do nothing if a card may be written beside a file of features.

    Raises:
        DataError: If another kind of file stands in its place.
    """
    path = _place(features)
    if path.exists() and not _card(path):
        raise DataError(f"is no card of {features.name}, and is not replaced", path)


def write_feature_card(features: Path, ids: np.ndarray | None, encoder: str) -> None:
    """Write down which items a file of features was made for: ``x.npy.json`` beside ``x.npy``.

    Args:
        features: The file of features.
        ids: Identifiers of the items, in the order of the rows [n]. Without them no card is
            written, and one of earlier features is removed.
        encoder: Name of what made the features.

    Raises:
        DataError: If another kind of file stands in the card's place.
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
    """Do nothing if a file of features was made for these items, or has no card to tell.

    A card of a file that was written anew since, by other means, tells nothing.

    Args:
        features: The file of features.
        ids: Identifiers of the items [n].

    Raises:
        DataError: If it was made for others, or for another order of them.
    """
    path = _place(features)
    card = _card(path)
    if card and card["item_ids"] != _digest(hashed(ids)) and card.get("file") == _sampled(features):
        raise DataError(
            f"features were made for other items or another order of them, as {path.name} says; "
            "embed again",
            features,
        )


def _place(features: Path) -> Path:
    return features.with_name(f"{features.name}.json")


def _card(path: Path) -> dict[str, object]:
    """The card; empty where there is none, or a file of another kind."""
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return card if isinstance(card, dict) and "item_ids" in card else {}


def _sampled(features: Path) -> str:
    """A digest of some rows of a file, since all may be many."""
    rows = open_features(features)
    some = np.linspace(0, len(rows) - 1, min(len(rows), _SAMPLE)).astype(np.int64)
    return _digest(np.array([*rows.shape, rows.itemsize]), rows[some])


def _digest(*arrays: np.ndarray) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(array.tobytes())
    return digest.hexdigest()
