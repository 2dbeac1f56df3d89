"""The card beside a file of features, which says whose they are."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

from fashiongraph.data.item_table import hashed
from fashiongraph.errors import DataError
from fashiongraph.files import whole


def write_feature_card(features: Path, ids: np.ndarray | None, encoder: str) -> None:
    """Write down which items a file of features was made for: ``x.json`` beside ``x.npy``.

    Args:
        features: The file of features.
        ids: Identifiers of the items, in the order of the rows [n]. Without them no card is
            written, and one of earlier features is removed.
        encoder: Name of what made the features.
    """
    path = features.with_suffix(".json")
    if ids is None:
        if _card(path):
            path.unlink()
        return
    card = {"encoder": encoder, "rows": len(ids), "item_ids": _digest(ids)}
    with whole(path) as draft:
        draft.write_text(json.dumps(card), encoding="utf-8")


def check_feature_card(features: Path, ids: np.ndarray) -> None:
    """Do nothing if a file of features was made for these items, or has no card to tell.

    Args:
        features: The file of features.
        ids: Identifiers of the items [n].

    Raises:
        DataError: If it was made for others, or for another order of them.
    """
    path = features.with_suffix(".json")
    card = _card(path)
    if card and card["item_ids"] != _digest(ids):
        raise DataError(
            f"features were made for other items or another order of them, as {path.name} says; "
            "embed again",
            features,
        )


def _card(path: Path) -> dict[str, object]:
    """The card; empty where there is none, or a file of another kind."""
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return card if isinstance(card, dict) and "item_ids" in card else {}


def _digest(ids: np.ndarray) -> str:
    return hashlib.sha256(hashed(ids).tobytes()).hexdigest()
